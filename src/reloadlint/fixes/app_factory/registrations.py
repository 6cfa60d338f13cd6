"""Decorators that register a function with the application, and the calls that do the same."""

from __future__ import annotations

from typing import NamedTuple

import libcst as cst

from reloadlint.fixes.reading.tree import Tree, descendants

_METHODS = frozenset({"get", "post", "put", "delete", "patch"})
_HOOKS = frozenset(
    {"before_request", "after_request", "teardown_request", "teardown_appcontext"}
    | {"context_processor", "shell_context_processor", "url_defaults", "url_value_preprocessor"}
)
_TEMPLATES = {
    "template_filter": "add_template_filter",
    "template_test": "add_template_test",
    "template_global": "add_template_global",
}
_WIDTH = 99
PLAIN = _METHODS | _HOOKS | _TEMPLATES.keys() | {"route", "errorhandler"}
"""The decorators of Flask's class that return the function as it is."""


class Registration(NamedTuple):
    """A decorator of the application: `kind` is the method's name (`cli.command` for a command)."""

    decorator: cst.Decorator
    kind: str

    @property
    def call(self) -> cst.Call | None:
        """The decorator's call, if it is one."""
        used = self.decorator.decorator
        return used if isinstance(used, cst.Call) else None


def registration(decorator: cst.Decorator, app: str) -> Registration | None:
    """What a decorator registers with the application of that name, if it does nothing else."""
    used = decorator.decorator
    func = used.func if isinstance(used, cst.Call) else used
    if not isinstance(func, cst.Attribute):
        return None
    kind, owner = func.attr.value, func.value
    if isinstance(owner, cst.Attribute) and owner.attr.value == "cli" and kind == "command":
        kind, owner = "cli.command", owner.value
    if not (isinstance(owner, cst.Name) and owner.value == app):
        return None
    called = isinstance(used, cst.Call)
    if called is (kind in _HOOKS) or kind not in PLAIN | {"cli.command"}:
        return None
    plain = not isinstance(used, cst.Call) or _is_plain(used, kind)
    return Registration(decorator, kind) if plain else None


def _is_plain(call: cst.Call, kind: str) -> bool:
    """Whether a decorator's arguments can be taken over as they stand, on one line."""
    keywords = [arg.keyword is not None for arg in call.args]
    positional = kind in _METHODS | {"route", "errorhandler"}
    ordered = not positional or (bool(keywords) and not keywords[0])
    return ordered and not any(arg.star or _is_long(arg) for arg in call.args)


def _is_long(arg: cst.Arg) -> bool:
    """Whether an argument has texts or comments that need lines of their own."""
    return any(
        isinstance(node, cst.Comment)
        or (isinstance(node, (cst.SimpleString, cst.FormattedString)) and _is_triple(node))
        for node in descendants(arg)
    )


def registrations(function: cst.FunctionDef, app: str) -> list[Registration] | None:
    """The decorators that register a function; None if something decorates what they register.

    They have to stand above all others, so that what they register is what the name stands for.
    """
    found = [registration(decorator, app) for decorator in function.decorators]
    count = next((n for n, one in enumerate(found) if one is None), len(found))
    leading = [one for one in found[:count] if one is not None]
    if any(one is not None for one in found[count:]) or not leading:
        return None
    if any(one.kind == "cli.command" for one in leading) and len(leading) > 1:
        return None
    return leading


def calls(tree: Tree, app: str, name: str, found: list[Registration]) -> list[str]:
    """The statements that register a function as its decorators have done, in their order."""
    return [_call(tree, app, name, one) + _comment(one) for one in reversed(found)]


def wrapped(text: str, indent: str) -> list[str]:
    """A call on three lines where one would be too long."""
    head, bracket, rest = text.partition("(")
    if len(indent) + len(text) <= _WIDTH or not rest.endswith(")"):
        return [text]
    return [head + bracket, indent + rest[:-1], ")"]


def _call(tree: Tree, app: str, name: str, one: Registration) -> str:
    kind, call = one.kind, one.call
    if kind == "cli.command":
        return f"{app}.cli.add_command({name})"
    if kind in _HOOKS or call is None:
        return f"{app}.{kind}({name})"
    if kind == "errorhandler":
        return f"{app}.register_error_handler({_arguments(tree, call)}, {name})"
    if kind in _TEMPLATES:
        return (
            f"{app}.{_TEMPLATES[kind]}({', '.join(filter(None, (name, _arguments(tree, call))))})"
        )
    first, rest = _argument(tree, call.args[0]), _arguments(tree, call, 1)
    parts = [first, f"view_func={name}"]
    parts += [f'methods=["{kind.upper()}"]'] if kind in _METHODS else []
    return f"{app}.add_url_rule({', '.join([*parts, *([rest] if rest else [])])})"


def _arguments(tree: Tree, call: cst.Call, first: int = 0) -> str:
    return ", ".join(_argument(tree, arg) for arg in call.args[first:])


def _argument(tree: Tree, arg: cst.Arg) -> str:
    """An argument as written, on one line where no text or comment goes over several."""
    lines = tree.source(arg).splitlines()
    return " ".join(line.strip() for line in lines)


def _comment(one: Registration) -> str:
    """The comment at the end of a decorator's line."""
    comment = one.decorator.trailing_whitespace.comment
    return f"  {comment.value}" if comment is not None else ""


def is_command(found: list[Registration]) -> bool:
    """Whether they make a command of the function."""
    return any(one.kind == "cli.command" for one in found)


def _is_triple(node: cst.SimpleString | cst.FormattedString) -> bool:
    quote = node.quote if isinstance(node, cst.SimpleString) else node.start
    return quote.endswith(('"""', "'''"))
