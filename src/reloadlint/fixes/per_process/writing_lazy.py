"""The edits of strategy `lazy`: an accessor for each thing, and every use."""

from __future__ import annotations

import libcst as cst

from reloadlint.fixes.doubts.proxies import proxied
from reloadlint.fixes.draft import Draft, Refusal
from reloadlint.fixes.edits import Edit, applied
from reloadlint.fixes.per_process.once import MODULES, Parts, once_text, passing_text, registered
from reloadlint.fixes.per_process.singles import Once, parts_of
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.things import Thing
from reloadlint.fixes.reading.tree import Tree
from reloadlint.fixes.writing.annotation import style_for, taken_away
from reloadlint.fixes.writing.attribute_doc import take_doc
from reloadlint.fixes.writing.opening import accessor_calls, moved_lines
from reloadlint.fixes.writing.placing import replaced
from reloadlint.fixes.writing.plain_imports import module_names
from reloadlint.fixes.writing.rewriting import rewrite
from reloadlint.fixes.writing.style import Style

_DEPTH = 4


def write(
    project: Project, singles: list[Once], draft: Draft, *, by_proxy: bool, below: str = ""
) -> None:
    """Add the edits to the draft.

    Args:
        by_proxy: the names stay, as proxies.
        below: text that goes below the accessor of the first, whose uses are rewritten elsewhere.

    Raises:
        Refusal: they can't be made.
    """
    _no_circles(singles)
    for single in singles:
        if not by_proxy and single.existing is None:
            take_doc(single.thing, style_for(single.thing.made))
    writer = _Writer(project, singles, draft)
    for single in singles:
        thing, style = single.thing, style_for(single.thing.made)
        text = writer.text(single, style)
        if by_proxy:
            text += proxied(thing, single.accessor, style, draft)
        elif below and single is singles[0]:
            text += below
        else:
            rewrite(thing.found, writer.gone, single.accessor, draft)
        if thing.made.owner and not by_proxy:
            gap, owner = style.newline * style.blank, thing.made.owner
            text += f"{gap}{owner}.{single.accessor} = {single.accessor}{style.newline}"
        writer.put(single, text, style)
        if not by_proxy:
            draft.add(thing.made.tree.path, *taken_away(thing.made, single.returns, style))


def _no_circles(singles: list[Once]) -> None:
    """Refuse lines that need both an object and what is made from it."""
    for place, single in enumerate(singles):
        for later in singles[place + 1 :]:
            for use in later.thing.found.uses:
                if use.tree.statement_of(use.node) in single.thing.lines:
                    raise Refusal(f"{use.where} needs both it and what is made from it")


class _Writer:
    """Writes the accessors of one fix."""

    def __init__(self, project: Project, singles: list[Once], draft: Draft) -> None:
        self._project = project
        self._singles = singles
        self._draft = draft
        self._things = [single.thing for single in singles]
        self._accessors = [single.accessor for single in singles]
        self._given = set(self._accessors)
        self.gone = [line for single in singles for line in single.statements]
        self._modules: dict[Tree, dict[str, str]] = {}

    def text(self, single: Once, style: Style) -> str:
        """The functions that take a thing's place."""
        thing, tree = single.thing, single.thing.made.tree
        if single.is_looked_up:
            edits = accessor_calls(thing, thing.made.line, self._things, self._accessors)
            expression = _edited(tree, thing.made.value, edits)
            return passing_text(single.accessor, expression, thing.made.name, style, thing.doc)
        if tree not in self._modules:
            self._modules[tree] = self._imports(tree, style)
        parts = parts_of(self._project, single, self._modules[tree], self._given)
        making = self._making(thing, parts, style)
        return once_text(parts, making, style)

    def _making(self, thing: Thing, parts: Parts, style: Style) -> list[str]:
        """The lines that make the object, have it closed and configure it, in the accessor."""
        indent, local = _DEPTH * style.indent, parts.local if thing.lines else parts.cache
        making = moved_lines(thing, self._things, self._accessors, local, indent)
        making[1:1] = [indent + line for line in registered(parts, local, style)]
        if thing.lines:
            making.append(f"{indent}{parts.cache} = {local}")
        if parts.made is not None:
            making.append(f"{indent}{parts.made} = True")
        return making

    def _imports(self, tree: Tree, style: Style) -> dict[str, str]:
        """How a module names what the accessors need, once that is imported."""
        own = [s for s in self._singles if s.thing.made.tree is tree and not s.is_looked_up]
        wanted = {*MODULES, *(["atexit"] if any(s.release for s in own) else [])}
        start = min(tree.span(single.thing.made.line)[0] for single in own)
        modules, imports = module_names(tree, wanted, start, style.newline)
        self._draft.add(tree.path, *imports)
        return modules

    def put(self, single: Once, text: str, style: Style) -> None:
        """Put a text where the thing was made."""
        thing, path = single.thing, single.thing.made.tree.path
        lines = [*thing.lines, *thing.dropped]
        cut = [line for other in self._things for line in (*other.lines, *other.dropped)]
        edits = replaced(
            thing.made, lines, text, style, self.gone, cut, begins_with_function=single.is_looked_up
        )
        self._draft.add(path, *edits)
        if single.existing is not None:
            self._draft.add(path, single.existing.removal())


def _edited(tree: Tree, node: cst.CSTNode, edits: list[Edit]) -> str:
    start, _ = tree.span(node)
    inside = [Edit(edit.start - start, edit.end - start, edit.text) for edit in edits]
    return applied(tree.source(node), inside)
