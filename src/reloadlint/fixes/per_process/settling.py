"""Time that a module gives an object to get ready: `time.sleep(2)` below `serial.Serial(…)`."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from reloadlint.effects.hazards import Hazard
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.things import Thing, values_of
from reloadlint.fixes.reading.tree import Tree, last_name


def settle_where_made(hazard: Hazard, project: Project, found: Sequence[Thing]) -> None:
    """Have a sleep directly below an object's statements move along with them.

    An Arduino restarts when its port is opened; a camera needs light. Where something else is
    started above the sleep, it may be meant for that, and stays.
    """
    tree = found[0].made.tree
    line, first = _below(tree, found), tree.line(found[0].made.line)
    while line is not None and _sleeps(line):
        between = range(first, tree.line(line))
        if any(h.path == tree.path and h.span[0] in between for h in _others(hazard, project)):
            return
        found[0].lines.append(line)
        found[0].values += values_of(line)
        line = _below(tree, found)


def _others(hazard: Hazard, project: Project) -> list[Hazard]:
    return [other for other in project.hazards if other != hazard]


def _below(tree: Tree, found: Sequence[Thing]) -> cst.SimpleStatementLine | None:
    """The plain statement directly below those that move."""
    moving = [line for thing in found for line in thing.statements]
    body = tree.module.body
    last = max((n for n, line in enumerate(body) if line in moving), default=len(body))
    below = body[last + 1] if last + 1 < len(body) else None
    return below if isinstance(below, cst.SimpleStatementLine) else None


def _sleeps(line: cst.SimpleStatementLine) -> bool:
    call = line.body[0].value if isinstance(line.body[0], cst.Expr) else None
    return len(line.body) == 1 and isinstance(call, cst.Call) and last_name(call) == "sleep"
