"""What loading each module does, as a tree for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from rich.text import Text

from reloadlint.findings import Severity
from reloadlint.reporting.drawing import Pen, drawn, prose, wrapped
from reloadlint.reporting.tree import Node, tree
from reloadlint.reporting.wording import counted, harmless

if TYPE_CHECKING:
    from reloadlint.effects.hazards import Step
    from reloadlint.effects.survey import Happening, Loading, QuietCall, Survey, SurveyedModule
    from reloadlint.reporting.drawing import Glyphs
    from reloadlint.reporting.style import Style

_STATES = {
    "held": ("held: still there when loading has ended", "bold red"),
    "main_guard": ("main guard: only when run as a script", "bold yellow"),
    "guarded": ("guarded: in one of the reloader's two processes", "bold yellow"),
    "transient": ("transient: over before loading has ended", "bold green"),
}
_CALLS = {
    "lazy": ("lazy: no effect before it is used", "bold green"),
    "unknown": ("unknown: what these do is not known", "bold magenta"),
    "harmless": ("harmless: without effect", "bold green"),
}


def render(survey: Survey, style: Style, *, verbose: bool = False) -> str:
    """A tree for each module and, if the style asks for it, a line that counts.

    Args:
        verbose: also show the calls that are known to be harmless.
    """
    return drawn(_lines(survey, style, verbose=verbose), style)


def _lines(survey: Survey, style: Style, *, verbose: bool) -> Iterator[Text]:
    pen = Pen(style, Severity.WARNING)
    view = _View(pen.glyphs, frozenset(_CALLS if verbose else _CALLS.keys() - {"harmless"}))
    roots = [view.module(module) for module in survey.modules]
    shown = [root for root in roots if root.children or style.summary]
    for number, root in enumerate(shown):
        if number and (root.children or shown[number - 1].children):
            yield Text()
        yield from tree(root, pen.glyphs, pen.width)
    if style.summary:
        yield Text()
        yield from wrapped(Text(_summary(survey), "bold"), pen.width)


class _View:
    """How a survey is seen: `calls` are those kinds of calls that are shown."""

    def __init__(self, glyphs: Glyphs, calls: frozenset[str]) -> None:
        self._ellipsis = glyphs.ellipsis
        self._calls = calls

    def module(self, module: SurveyedModule) -> Node:
        """One file with what loading it does."""
        title = Text(harmless(module.path), "bold")
        if module.problem is not None:
            return Node(title.append(f":{module.line}"), [Node(prose(module.problem))])
        if module.loading is None:
            return Node(Text.assemble(title, ("  no Flask module: not followed", "dim")))
        branches = [*self._happenings(module.loading), *self._quiet(module.loading)]
        if not module.loading.complete:
            branches.append(Node(Text("calls more than is followed: there may be other effects")))
        if branches:
            return Node(title, branches)
        return Node(Text.assemble(title, ("  nothing", "dim")))

    def _happenings(self, loading: Loading) -> Iterator[Node]:
        for state, group in groupby(loading.happenings, key=lambda each: each.state):
            yield _branch(_STATES[state], [self._happening(each) for each in group])

    def _quiet(self, loading: Loading) -> Iterator[Node]:
        for knowledge in (kind for kind in _CALLS if kind in self._calls):
            calls = [self._call(each) for each in loading.calls if each.knowledge == knowledge]
            if calls:
                yield _branch(_CALLS[knowledge], calls)

    def _happening(self, happening: Happening) -> Node:
        """The place as written; the steps below it begin with what is called there."""
        place = f"{happening.line}:{happening.column}"
        text = Text.assemble((place, "cyan"), "  ", (harmless(happening.written), "bold"))
        first, *steps = happening.steps
        alone = not steps and len(happening.effects) == 1
        text.append(f"  {first.message if alone else ', '.join(happening.effects)}")
        if not happening.certain:
            text.append(" (likely)", "dim")
        if happening.twice:
            text.append(" (and again in every reload)", "dim")
        return Node(text, [self._step(step) for step in steps])

    def _step(self, step: Step) -> Node:
        return Node(Text.assemble(self._place(step.path, step.line), "  ", prose(step.message)))

    def _call(self, call: QuietCall) -> Node:
        place = self._place(call.path, call.line)
        text = Text.assemble((harmless(call.name), "bold"), "  ", place)
        if call.places > 1:
            text.append(f" and {counted(call.places - 1, 'other place')}")
        return Node(text)

    def _place(self, path: str, line: int) -> Text:
        """A file and line; of a library's file only what is below the environment's folder."""
        _, folder, inside = path.rpartition("-packages/")
        short = f"{self._ellipsis}/{inside}" if folder else path
        return Text(harmless(f"{short}:{line}"), "cyan")


def _branch(heading: tuple[str, str], nodes: Sequence[Node]) -> Node:
    return Node(Text(*heading), nodes)


def _summary(survey: Survey) -> str:
    read = f"{counted(len(survey.modules), 'file')} read, {len(survey.followed)} followed"
    held = f"{counted(survey.counts['held'], 'call')} with an effect that is held"
    unknown = f"{counted(len(survey.unknown), 'callable')} with an effect that is not known"
    return f"{held}, {unknown} ({read})."
