"""What making an object does besides: for every request again, or at first use only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import libcst as cst

from reloadlint.fixes.doubts.handing_out import AT_EXIT, counted, handed_out
from reloadlint.fixes.doubts.making_data import changed_data
from reloadlint.fixes.draft import Refusal
from reloadlint.fixes.reading.functions import own_nodes
from reloadlint.fixes.reading.making import Maker
from reloadlint.fixes.reading.tree import Tree, dotted, last_name

_OF_MAIN_THREAD = frozenset(
    {"signal.signal", "signal.set_wakeup_fd", "signal.setitimer", "asyncio.get_event_loop"}
)


def repeated(makers: Iterable[Maker]) -> Iterator[str]:
    """What would be done again for every request."""
    for tree, function in makers:
        for node in own_nodes(function.body):
            data = changed_data(tree, function, node)
            if data is not None:
                yield f"making it {data} ({_line(tree, node)}), which each request would do again"
            kept = _at_exit(node) or handed_out(tree, function, node)
            kept = kept or counted(tree, node)
            if kept is not None:
                yield f"making it {kept} ({_line(tree, node)}), and each request would make another"


def put_off(makers: Iterable[Maker]) -> Iterator[str]:
    """What others may ask for before there is a first use."""
    for tree, function in makers:
        for node in own_nodes(function.body):
            kept = handed_out(tree, function, node)
            if kept is not None:
                yield f"making it {kept} ({_line(tree, node)}), at first use only"


def check_thread(makers: Iterable[Maker]) -> None:
    """See that a request can make one, in whichever thread it is answered.

    Raises:
        Refusal: that does what Python allows in the main thread alone.
    """
    for tree, function in makers:
        for node in own_nodes(function.body):
            if isinstance(node, cst.Call) and dotted(node.func) in _OF_MAIN_THREAD:
                raise Refusal(
                    f"making it calls `{dotted(node.func)}()` ({_line(tree, node)}), which only "
                    "the main thread can, and servers answer requests in others"
                )


def check_own_state(makers: Iterable[Maker]) -> None:
    """See that closing one object doesn't close the next.

    Raises:
        Refusal: all objects of the class have their attributes in one place.
    """
    for tree, function in makers:
        for node in own_nodes(function.body):
            if isinstance(node, cst.Assign) and _is_shared(node):
                raise Refusal(
                    f"all objects of its class share their attributes ({_line(tree, node)}), so "
                    "what one request has closed would be given to the next"
                )


def _is_shared(node: cst.Assign) -> bool:
    """`self.__dict__ = cls._state`."""
    whole = any(last_name(target.target) == "__dict__" for target in node.targets)
    return whole and isinstance(node.value, (cst.Name, cst.Attribute))


def _at_exit(node: cst.CSTNode) -> str | None:
    name = dotted(node.func) if isinstance(node, cst.Call) else ""
    return f"hands it to `{name}`, which keeps it" if name in AT_EXIT else None


def _line(tree: Tree, node: cst.CSTNode) -> str:
    return f"line {tree.line(node)} of {tree.path}"
