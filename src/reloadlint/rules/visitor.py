"""The libcst visitor that reports: it meets the calls that the solver has named, as written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import NamedTuple

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider

from reloadlint.effects.hazards import Hazard
from reloadlint.effects.solver import deep_recursion
from reloadlint.facts.records import Span
from reloadlint.findings import Confidence, Evidence, Finding, Fix
from reloadlint.rules.base import Rule
from reloadlint.rules.import_time import BY_GRAVITY
from reloadlint.rules.main_guard import RunsTwiceUnderReloader
from reloadlint.rules.wording import consequence, message, remedy, severity


class Syntax(NamedTuple):
    """A module that has been parsed: its nodes in the order of the text, and where each stands."""

    nodes: Iterable[cst.CSTNode]
    place: Callable[[cst.CSTNode], Span]


class HazardVisitor(cst.CSTVisitor):
    """Walks one module and makes a finding of each hazard where it meets its place.

    Args:
        place: where a node stands; None asks libcst's metadata.
        hazards: what the solver found in this module.
        display: turns a path of the project into one as reports show it.
        fixes: what can be done about each.
    """

    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(
        self,
        place: Callable[[cst.CSTNode], Span] | None,
        hazards: Iterable[Hazard],
        display: Mapping[str, str],
        fixes: Mapping[Hazard, Fix],
    ) -> None:
        super().__init__()
        self._span = place or self._place
        self._open: dict[Span, list[Hazard]] = {}
        for hazard in hazards:
            self._open.setdefault(hazard.span, []).append(hazard)
        self._display = display
        self._fixes = fixes
        self._targets: dict[cst.CSTNode, cst.BaseExpression] = {}
        self.findings: list[Finding] = []

    # Targets

    def visit_Assign(self, node: cst.Assign) -> None:  # noqa: N802
        """Remember what each value is assigned to."""
        self._note_target(node.targets[0].target, node.value)

    def visit_AnnAssign(self, node: cst.AnnAssign) -> None:  # noqa: N802
        """Remember what the value is assigned to."""
        if node.value is not None:
            self._note_target(node.target, node.value)

    def visit_NamedExpr(self, node: cst.NamedExpr) -> None:  # noqa: N802
        """Remember what the value is assigned to."""
        self._note_target(node.target, node.value)

    def visit_WithItem(self, node: cst.WithItem) -> None:  # noqa: N802
        """Remember what the entered object is bound to; report what entering does."""
        if node.asname is not None:
            self._note_target(node.asname.name, node.item)
        if not isinstance(node.item, cst.Call):
            self._report(node.item, self._span(node.item))

    def _note_target(self, target: cst.BaseExpression, value: cst.BaseExpression) -> None:
        names, values = _elements(target), _elements(value)
        if names and len(names) == len(values):
            for name, part in zip(names, values, strict=True):
                self._note_target(name, part)
            return
        for part in _possible_values(value):
            self._targets[part] = target

    # Places

    def visit_Call(self, node: cst.Call) -> None:  # noqa: N802
        """Report a call that the solver has named."""
        self._report(node, self._span(node))

    def visit_Decorator(self, node: cst.Decorator) -> None:  # noqa: N802
        """Report a decorator whose application has an effect."""
        self._report(node.decorator, self._span(node.decorator))

    def visit_ClassDef(self, node: cst.ClassDef) -> None:  # noqa: N802
        """Report a class whose making has an effect, at the line of its `class`."""
        line, _, end, column = self._span(node.name)
        self._report(node, (line, column - len(node.name.value) - len("class "), end, column))

    def visit_Attribute(self, node: cst.Attribute) -> None:  # noqa: N802
        """Report a property whose reading has an effect."""
        self._report(node, self._span(node))

    def visit_Subscript(self, node: cst.Subscript) -> None:  # noqa: N802
        """Report an item whose reading has an effect."""
        self._report(node, self._span(node))

    def visit_For(self, node: cst.For) -> None:  # noqa: N802
        """Report an iteration that has an effect."""
        self._report(node.iter, self._span(node.iter))

    def visit_CompFor(self, node: cst.CompFor) -> None:  # noqa: N802
        """Report an iteration that has an effect."""
        self._report(node.iter, self._span(node.iter))

    def _place(self, node: cst.CSTNode) -> Span:
        position = self.get_metadata(PositionProvider, node)
        assert isinstance(position, CodeRange)
        start, end = position.start, position.end
        return (start.line, start.column + 1, end.line, end.column + 1)

    def _report(self, node: cst.CSTNode, span: Span) -> None:
        for hazard in self._open.pop(span, ()):
            target = self._targets.get(node)
            written = None if target is None else cst.Module([]).code_for_node(_bare(target))
            self.findings.append(self._finding(hazard, written))

    def unmet(self) -> Iterator[Finding]:
        """Findings at places that this tree has elsewhere (inside f-strings, before 3.12)."""
        for hazards in self._open.values():
            yield from (self._finding(hazard, None) for hazard in hazards)

    def _finding(self, hazard: Hazard, target: str | None) -> Finding:
        return finding(hazard, target, self._display, self._fixes.get(hazard))


def report(
    text: str,
    hazards: list[Hazard],
    display: Mapping[str, str],
    fixes: Mapping[Hazard, Fix],
    syntax: Syntax | None = None,
) -> list[Finding]:
    """The findings for a module's hazards; `text` is its source, `syntax` what was made of it."""
    visitor = HazardVisitor(syntax and syntax.place, hazards, display, fixes)
    if syntax is not None:
        for node in syntax.nodes:
            _meet(visitor, node)
        return [*visitor.findings, *visitor.unmet()]
    # Newer syntax than libcst's, or a tree that is too deep for it (a KeyError from inside its
    # metadata): what the solver knows is reported without it.
    with suppress(cst.ParserSyntaxError, RecursionError, KeyError), deep_recursion():
        MetadataWrapper(cst.parse_module(text), unsafe_skip_copy=True).visit(visitor)
    return [*visitor.findings, *visitor.unmet()]


def _meet(visitor: HazardVisitor, node: cst.CSTNode) -> None:
    """Have the visitor see one node."""
    visit = _VISITS.get(type(node).__name__)
    if visit is not None:
        visit(visitor, node)


_VISITS = {name[6:]: visit for name, visit in vars(HazardVisitor).items() if name[:6] == "visit_"}


def _rule(hazard: Hazard) -> type[Rule]:
    if hazard.in_guard:
        return RunsTwiceUnderReloader
    return next(rule for rule in BY_GRAVITY if rule.effect in hazard.effects)


def finding(
    hazard: Hazard, target: str | None, display: Mapping[str, str], fix: Fix | None
) -> Finding:
    """What is reported of a hazard."""
    rule = _rule(hazard)
    line, column, end_line, end_column = hazard.span
    return Finding(
        code=rule.code,
        name=rule.name,
        severity=severity(hazard),
        confidence=Confidence.CERTAIN if hazard.certain else Confidence.LIKELY,
        message=message(hazard),
        path=display[hazard.path],
        line=line,
        column=column,
        end_line=end_line,
        end_column=end_column,
        target=target,
        call=hazard.call,
        effects=hazard.effects,
        role=hazard.role,
        closers=hazard.closers,
        evidence=tuple(Evidence(display[s.path], s.line, s.message) for s in hazard.steps),
        fix=fix,
        consequence=consequence(hazard),
        remedy=remedy(hazard, fix.strategy if fix else None),
    )


def _elements(node: cst.BaseExpression) -> list[cst.BaseExpression]:
    if not isinstance(node, (cst.Tuple, cst.List)):
        return []
    starred = any(isinstance(element, cst.StarredElement) for element in node.elements)
    return [] if starred else [element.value for element in node.elements]


def _possible_values(value: cst.BaseExpression) -> list[cst.BaseExpression]:
    """The expressions of which one becomes the value: through `await`, `or` and `x if y else z`."""
    if isinstance(value, cst.Await):
        return _possible_values(value.expression)
    if isinstance(value, cst.IfExp):
        return [*_possible_values(value.body), *_possible_values(value.orelse)]
    if isinstance(value, cst.BooleanOperation):
        return [*_possible_values(value.left), *_possible_values(value.right)]
    return [value]


def _bare(node: cst.BaseExpression) -> cst.BaseExpression:
    return node.with_changes(lpar=(), rpar=()) if hasattr(node, "lpar") else node
