"""What decides on the reloader in a run, as an expression that a guard can share with it."""

from __future__ import annotations

from typing import NamedTuple

import libcst as cst

from reloadlint.fixes.draft import Refusal
from reloadlint.fixes.edits import Edit
from reloadlint.fixes.guarding.ran import Ran
from reloadlint.fixes.reading.tree import Tree, descendants, dotted

_NAMES = {"debug": ("debug", "debug_mode", "run_debug"), "use_reloader": ("use_reloader", "reload")}
_OTHER_RELOADERS = ("quart.", "connexion.")


class Condition(NamedTuple):
    """An expression that is true if the run has the reloader on.

    `value` is what has to be given to the name `text` before the guard, where the expression had
    to be pulled out of the call; `edits` are those of the call; `needs` are the names that it
    reads.
    """

    text: str
    needs: frozenset[str]
    value: str | None = None
    edits: tuple[Edit, ...] = ()
    doubt: str | None = None


def decided_by(ran: Ran) -> Condition:
    """The expression that a run's reloader depends on.

    Raises:
        Refusal: the source doesn't have it, or the reloader is none of Werkzeug's.
    """
    if ran.name.startswith(_OTHER_RELOADERS):
        raise Refusal(f"`{ran.text}` has a reloader of its own, which the guard can't ask")
    given = _argument(ran, "use_reloader", ran.runner.use_reloader)
    if given is not None:
        return _condition(ran, given, "use_reloader")
    unpacked = any(arg.star == "**" for arg in ran.call.args)
    given = _argument(ran, "debug", ran.runner.debug) if ran.runner.debug_decides else None
    if given is None:
        if unpacked or not ran.runner.debug_decides:
            raise Refusal(f"what decides on the reloader isn't written in `{ran.text}(…)`")
        return _of_application(ran)
    found = _condition(ran, given, "debug")
    if unpacked:
        doubt = f"what `{ran.text}` gets by `**` may decide on the reloader as well"
        return found._replace(doubt=doubt)
    if not ran.known:
        doubt = f"it isn't known that `{ran.text}` turns on Werkzeug's reloader by `debug`"
        return found._replace(doubt=doubt)
    return found


def _argument(ran: Ran, name: str, place: int | None) -> cst.BaseExpression | None:
    """The value of an argument; None where it isn't given, or None is."""
    plain = [arg for arg in ran.call.args if arg.keyword is None and not arg.star]
    for number, arg in enumerate(plain):
        if number == place and not _is_none(arg.value):
            return arg.value
    for arg in ran.call.args:
        if arg.keyword is not None and arg.keyword.value == name and not _is_none(arg.value):
            return arg.value
    return None


def _is_none(value: cst.BaseExpression) -> bool:
    return isinstance(value, cst.Name) and value.value == "None"


def _condition(ran: Ran, value: cst.BaseExpression, role: str) -> Condition:
    text = ran.tree.source(value)
    owner = _owner(value)
    if owner:
        return Condition(text, frozenset({owner}))
    name = _free(ran.tree, _NAMES[role])
    start, end = ran.tree.span(value)
    pulled = f"({text})" if "\n" in text or "\r" in text else text
    needs = frozenset(used_names(ran.tree, value)) - {"True", "False"}
    return Condition(name, needs, pulled, (Edit(start, end, name),))


def _owner(value: cst.BaseExpression) -> str:
    """The name that an expression reads, where it may be read twice; else it is pulled out."""
    if isinstance(value, cst.Subscript) and all(_is_literal(part) for part in value.slice):
        return _owner(value.value)
    if isinstance(value, cst.Name) and value.value in ("True", "False"):
        return ""
    return dotted(value).partition(".")[0]


def _is_literal(element: cst.SubscriptElement) -> bool:
    index = element.slice
    return isinstance(index, cst.Index) and isinstance(index.value, (cst.SimpleString, cst.Integer))


def _of_application(ran: Ran) -> Condition:
    """`app.debug`, handed to the run so that both go by the same."""
    place = ran.runner.application
    app = (
        _argument(ran, "app", place) if place is not None else getattr(ran.call.func, "value", None)
    )
    name = dotted(app)
    if not name:
        raise Refusal(f"what decides on the reloader isn't written in `{ran.text}(…)`")
    text = f"{name}.debug"
    end = ran.tree.span(ran.call)[1] - 1
    args = ran.call.args
    given = f"debug={text}"
    edit = Edit(end, end, given)
    if args:
        last = ran.tree.span(args[-1])[1]
        edit = Edit(last, last, f", {given}")
    doubt = f"`{ran.text}()` goes by FLASK_DEBUG where that is set, and then no longer would"
    return Condition(text, frozenset({name.partition(".")[0]}), None, (edit,), doubt)


def _free(tree: Tree, names: tuple[str, ...]) -> str:
    """The first of these names that the module doesn't use for anything else."""
    taken = used_names(tree, tree.module)
    for name in names:
        if name not in taken:
            return name
    raise Refusal(f"`{names[0]}` is taken in {tree.path}")


def used_names(tree: Tree, node: cst.CSTNode) -> set[str]:
    """The names that are bound or read inside a node: not those of attributes and keywords."""
    return set(tree.once(_used_names, node))


def _used_names(tree: Tree, node: cst.CSTNode) -> frozenset[str]:
    found = set()
    for name in descendants(node):
        if isinstance(name, cst.Name):
            parent = tree.parent(name)
            is_part = isinstance(parent, cst.Attribute) and parent.attr is name
            if not is_part and not (isinstance(parent, cst.Arg) and parent.keyword is name):
                found.add(name.value)
    return frozenset(found)
