"""Methods that leave something at work with their object when they return."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from reloadlint.fixes.reading.callbacks import background
from reloadlint.fixes.reading.own_class import Methods
from reloadlint.fixes.reading.tree import descendants, dotted, last_name

_WAITING = frozenset({"as_completed", "join", "result", "wait"})


def left_working(methods: Methods) -> Iterator[str]:
    """Where a method hands its object to a thread and doesn't wait for it."""
    for tree, method in methods.serving():
        calls = [n for n in descendants(method.body) if isinstance(n, cst.Call)]
        if any(last_name(call) in _WAITING for call in calls):
            continue
        for call in calls:
            if background(dotted(call.func)) and any(_has_object(method, a) for a in call.args):
                place = f"line {tree.line(call)} of {tree.path}"
                yield (
                    f"what `{methods.name}.{method.name.value}` starts ({place}) may go on with "
                    "it after the request has closed it"
                )


def _has_object(method: cst.FunctionDef, arg: cst.Arg) -> bool:
    """Whether an argument is made with `self`, or is a function inside the method that has it."""
    named = {node.value for node in descendants(arg.value) if isinstance(node, cst.Name)}
    inner = (n for n in descendants(method.body) if isinstance(n, cst.FunctionDef))
    bodies = [function.body for function in inner if function.name.value in named]
    inside = (n for body in bodies for n in descendants(body) if isinstance(n, cst.Name))
    return "self" in named or any(node.value == "self" for node in inside)
