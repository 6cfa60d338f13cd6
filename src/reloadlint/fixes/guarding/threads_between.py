"""Threads that are started before what they use would be: it has to be there at once."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from reloadlint.effects.hazards import Hazard
from reloadlint.fixes.draft import Refusal
from reloadlint.fixes.guarding.blocks import bound
from reloadlint.fixes.guarding.users import run_where_it_stands, users
from reloadlint.fixes.guarding.waiting import calls_in
from reloadlint.fixes.reading.early_threads import thread_starts
from reloadlint.fixes.reading.nodes import dotted
from reloadlint.fixes.reading.tree import Tree


class NeededByThread(Refusal):
    """A thread that has been started before would find nothing there."""

    def __init__(self, where: str, use: str) -> None:
        super().__init__(f"a thread that is started earlier ({where}) needs it ({use})")

    def for_role(self, hazard: Hazard) -> Refusal:
        """The reason, with what else can be done about what threads may make themselves."""
        if hazard.role != "client" or hazard.in_guard:
            return self
        return Refusal(f"{self}; `--strategy lazy` has it made where it is first used")


def needed_by_thread(
    tree: Tree, rest: Sequence[cst.BaseStatement], made: set[str]
) -> NeededByThread | None:
    """The first thread that one of the statements starts of a function that needs what isn't there.

    Args:
        tree: the module.
        rest: statements that run before there is what is made.
        made: the names that are bound then.
    """
    needing = users(tree, made)
    for call in (call for s in rest for part in run_where_it_stands(s) for call in calls_in(part)):
        for name in sorted({dotted(arg.value) for arg in call.args} & needing):
            for start in thread_starts(tree, call):
                if _within(tree, start, rest):
                    return NeededByThread(f"line {tree.line(start)}", f"in `{name}()`")
    return None


def check_threads(
    tree: Tree, rest: Sequence[cst.BaseStatement], members: Sequence[cst.BaseStatement]
) -> None:
    """See that no statement starts such a thread before those that make what it needs.

    Raises:
        NeededByThread: one does.
    """
    made = set[str]().union(*(bound(member) for member in members))
    early = needed_by_thread(tree, rest, made)
    if early is not None:
        raise early


def _within(tree: Tree, node: cst.CSTNode, statements: Sequence[cst.BaseStatement]) -> bool:
    return any(outer in statements for outer in (node, *tree.ancestors(node)))
