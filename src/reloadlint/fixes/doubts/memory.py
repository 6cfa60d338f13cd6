"""Databases that live in memory, or are gone with their connection."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst

from reloadlint.effects.hazards import Hazard
from reloadlint.fixes.draft import Instead
from reloadlint.fixes.reading.mutations import written_out
from reloadlint.fixes.reading.object import Made
from reloadlint.fixes.reading.own_class import Methods
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.tree import Tree, descendants, dotted

_MEMORY = (":memory:", "mode=memory")
_CONNECT = {"sqlite3.connect": False, "duckdb.connect": True, "apsw.Connection": False}
"""The calls for which an empty name is a database of the connection alone; whether none is, too."""


def in_memory(
    hazard: Hazard, project: Project, made: Made, methods: Methods | None
) -> Iterator[str]:
    """Why every request may get an empty database.

    Raises:
        Instead: every request surely would.
    """
    assert isinstance(made.value, cst.Call)
    if "dbfile" not in hazard.effects:
        return  # what is reached over the network isn't in this process's memory
    making = [(made.tree, made.value), *(methods.constructing() if methods is not None else ())]
    if any(_says_so(tree, node) for tree, node in making) or _hands_on_nothing(making):
        raise Instead("it is a database in memory: every request would get an empty one", "lazy")
    elif _is_given(made.value):
        for path in sorted(project.flask_modules.intersection(project.mentioning("memory"))):
            if not project.is_test(path) and _mentions(project.texts[path]):
                yield f"it may be a database in memory ({path} names one)"


def _says_so(tree: Tree, making: cst.CSTNode) -> bool:
    """Whether a call, or a constructor, names such a database."""
    texts = [str(n.evaluated_value) for n in descendants(making) if isinstance(n, cst.SimpleString)]
    calls = [node for node in descendants(making) if isinstance(node, cst.Call)]
    texts += [text for call in calls for arg in call.args if (text := written_out(tree, arg.value))]
    return any(_mentions(text) for text in texts) or any(_is_nameless(tree, c) for c in calls)


def _hands_on_nothing(making: Sequence[tuple[Tree, cst.CSTNode]]) -> bool:
    """Whether a constructor that connects is called with an empty text."""
    (tree, call), *constructors = making
    inside = [node for _, method in constructors for node in descendants(method)]
    connects = any(isinstance(n, cst.Call) and dotted(n.func) in _CONNECT for n in inside)
    given = call.args if isinstance(call, cst.Call) else ()
    return connects and any(written_out(tree, arg.value) == "" for arg in given)


def _mentions(text: str) -> bool:
    return any(word in text for word in _MEMORY)


def _is_nameless(tree: Tree, call: cst.Call) -> bool:
    without = _CONNECT.get(dotted(call.func))
    if without is None:
        return False
    named = [arg for arg in call.args if arg.keyword is None or arg.keyword.value == "database"]
    return written_out(tree, named[0].value) == "" if named else without


def _is_given(call: cst.Call) -> bool:
    """Whether an argument comes from somewhere else."""
    inside = (node for arg in call.args for node in descendants(arg.value))
    return any(isinstance(node, (cst.Name, cst.Attribute)) for node in inside)
