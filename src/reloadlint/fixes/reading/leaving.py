"""Whether leaving a `with` block closes an object of the project, or ends a transaction alone."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from reloadlint.effects.roles import is_closer
from reloadlint.fixes.reading.own_class import Methods
from reloadlint.fixes.reading.tree import descendants, dotted, last_name

_MAKING = ("__init__", "__new__", "__post_init__")


def closes_when_left(methods: Methods) -> bool:
    """Whether `__exit__` closes what the constructor took, as far as the source shows.

    `self.cursor.close()` doesn't, if `__enter__` has opened the cursor. What isn't clear, does.
    """
    taken = set(_taken(methods))
    return any(_closes(call, methods, taken) for call in _calls(methods, ("__exit__",)))


def _closes(call: cst.Call, methods: Methods, taken: set[str]) -> bool:
    owner, _, name = dotted(call.func).rpartition(".")
    given = {dotted(arg.value) for arg in call.args}
    if "self" in given or given & {f"self.{attribute}" for attribute in taken}:
        return True
    if owner == "self":
        return is_closer(name) or name not in _names(methods)
    if owner.startswith("self."):
        return is_closer(name) and owner.split(".")[1] in taken
    return is_closer(name) or last_name(call) == "__exit__"


def _taken(methods: Methods) -> Iterator[str]:
    """The attributes that an object gets when it is made, those that are None left out."""
    for method in _reached(methods, _MAKING):
        for node in descendants(method.body):
            empty = isinstance(node, (cst.Assign, cst.AnnAssign)) and dotted(node.value) == "None"
            if isinstance(node, cst.Assign) and not empty:
                targets = [dotted(target.target) for target in node.targets]
            elif isinstance(node, cst.AnnAssign) and not empty:
                targets = [dotted(node.target)]
            else:
                continue
            yield from (t.split(".")[1] for t in targets if t.startswith("self."))


def _calls(methods: Methods, names: tuple[str, ...]) -> Iterator[cst.Call]:
    for method in _reached(methods, names):
        yield from (node for node in descendants(method.body) if isinstance(node, cst.Call))


def _reached(methods: Methods, names: tuple[str, ...]) -> Iterator[cst.FunctionDef]:
    """Methods of these names, and those that they call on `self`."""
    waiting, seen = list(names), set(names)
    while waiting:
        name = waiting.pop()
        for method in (m for _, _, m in methods.defined if m.name.value == name):
            yield method
            calls = (node for node in descendants(method.body) if isinstance(node, cst.Call))
            for called in (dotted(call.func).removeprefix("self.") for call in calls):
                if called in _names(methods) and called not in seen:
                    seen.add(called)
                    waiting.append(called)


def _names(methods: Methods) -> set[str]:
    return {method.name.value for _, _, method in methods.defined}
