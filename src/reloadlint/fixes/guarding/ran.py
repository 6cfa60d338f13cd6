"""The call that runs the application after something has been started."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from reloadlint.effects.runs import RUNNERS, Run, Runner
from reloadlint.facts.records import Span
from reloadlint.fixes.draft import Refusal
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.tree import Tree


class Ran(NamedTuple):
    """A run of the application.

    `call` is the run as written, in `tree`; `anchor` is the call in the start's own function that
    leads to it: the same one, unless the run stands in another function. `runner` says how it
    decides on the reloader, and `reloader` what it comes to (None: not known).
    """

    tree: Tree
    call: cst.Call
    anchor: cst.Call
    runner: Runner
    name: str
    reloader: bool | None

    @property
    def known(self) -> bool:
        """Whether it is known what is run."""
        return self.name in RUNNERS

    @property
    def text(self) -> str:
        """The callee as written."""
        return self.tree.source(self.call.func)


def call_at(tree: Tree, span: Span) -> cst.Call | None:
    """The call that stands there, as a report gives the place."""
    return tree.call_at(span)


def ran_after(project: Project, tree: Tree, start: cst.CSTNode) -> Ran:
    """The run that comes after `start` in the same function (or main guard).

    Raises:
        Refusal: there is none, or more than one.
    """
    found = {}
    for run in _all(project):
        ran = _seen_from(project, run, tree, start)
        if ran is not None:
            found[id(ran.call)] = ran
    if not found:
        raise Refusal("no run of the application is found below it that it could be put before")
    ran, *others = found.values()
    if others:
        lines = " and ".join(str(one.tree.line(one.call)) for one in (ran, *others))
        raise Refusal(f"the application is run in several places, in lines {lines}")
    return ran


def _all(project: Project) -> Iterator[Run]:
    for runs in project.runs.values():
        yield from runs


def _seen_from(project: Project, run: Run, tree: Tree, start: cst.CSTNode) -> Ran | None:
    """The run, if the function that `start` stands in leads to it further down."""
    last = run.chain[-1]
    if last.module.path not in project.texts:
        return None
    where = project.tree(last.module.path)
    call = call_at(where, last.span)
    function = tree.function_of(start)
    for site in reversed(run.chain):
        anchor = call_at(tree, site.span) if site.module.path == tree.path else None
        if anchor is None or call is None or tree.function_of(anchor) is not function:
            continue
        if tree.span(anchor)[1] > tree.span(start)[0]:
            return Ran(where, call, anchor, run.runner, run.name, run.reloader)
    return None


def ran_by_script(project: Project, path: str) -> Ran | None:
    """The only run of a script's main guard, if there is one and it stands in the same file."""
    tree = project.tree(path)
    found = {}
    for run in project.runs.get(path, ()):
        site = run.chain[-1]
        call = call_at(tree, site.span) if site.module.path == path else None
        if call is None:
            return None
        found[call] = Ran(tree, call, call, run.runner, run.name, run.reloader)
    return found.popitem()[1] if len(found) == 1 else None
