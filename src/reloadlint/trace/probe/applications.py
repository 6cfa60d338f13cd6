"""Finds the application in a module, by the same rules as Flask."""

from __future__ import annotations

import ast
import difflib
import inspect
from types import ModuleType
from typing import Any

FACTORIES = ("create_app", "make_app")
SHOWN = "what loading it does is shown all the same"


class Absent(Exception):  # noqa: N818 - what it is, not what it does
    """What was asked for is not there; the text says what, and what to write instead."""


def application(module: ModuleType, name: str) -> tuple[Any, str]:
    """Find the application, calling its factory where it has one.

    Returns:
        The application, and what the user should know about it: nothing if it is Flask's.

    Raises:
        Absent: there is nothing of that name, or it can't be called like this.
    """
    if name:
        found = _named(module, name)
        return found, _judged(found, name)
    if any(is_application(value) for value in vars(module).values()):
        return module, ""
    for factory in filter(None, (getattr(module, each, None) for each in FACTORIES)):
        if inspect.isfunction(factory) and _is_callable_without_arguments(factory):
            made = factory()
            return made, _judged(made, f"{factory.__name__}()")
    return module, f"`{module.__name__}` has no Flask application; {SHOWN}"


def is_application(value: Any) -> bool:
    """Whether it is an object of Flask's class, of Quart's, or of a subclass."""
    classes = type.mro(type(value))
    return any((c.__module__.split(".")[0], c.__name__) in _APPLICATIONS for c in classes)


_APPLICATIONS = {("flask", "Flask"), ("quart", "Quart")}


def _judged(value: Any, name: str) -> str:
    if is_application(value):
        return ""
    if inspect.isfunction(value):
        raise Absent(f"`{name}` is a function; write `{name}()` if it makes the application")
    kind = f"{type(value).__module__}.{type(value).__qualname__}"
    return f"`{name}` is no Flask application but a `{kind}`; {SHOWN}"


def _named(module: ModuleType, expression: str) -> Any:
    """The value of `name` or `name(literals)`."""
    try:
        tree = ast.parse(expression.strip(), mode="eval").body
    except SyntaxError:
        tree = ast.Constant(None)
    call = tree if isinstance(tree, ast.Call) else None
    target = call.func if call else tree
    if not isinstance(target, ast.Name):
        raise Absent(f"`{expression}` names no application; write `name` or `factory(…)`")
    if not hasattr(module, target.id):
        raise Absent(_unknown(module, target.id))
    value = getattr(module, target.id)
    return _called(value, call, expression) if call else value


def _unknown(module: ModuleType, name: str) -> str:
    known: list[str] = [each for each in vars(module) if not each.startswith("_")]
    close = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean `{close[0]}`?" if close else "name one that it has"
    return f"the module `{module.__name__}` has no `{name}`; {hint}"


def _called(factory: Any, call: ast.Call, expression: str) -> Any:
    try:
        arguments = [ast.literal_eval(argument) for argument in call.args]
        options = {str(each.arg): ast.literal_eval(each.value) for each in call.keywords}
    except ValueError:
        raise Absent(f"`{expression}` has arguments that are no literals; write them out") from None
    try:
        inspect.signature(factory).bind(*arguments, **options)
    except TypeError as error:
        raise Absent(f"`{expression}` cannot be called like this: {error}") from None
    except ValueError:
        pass  # a callable that tells nothing about its arguments
    return factory(*arguments, **options)


def _is_callable_without_arguments(factory: Any) -> bool:
    try:
        inspect.signature(factory).bind()
    except TypeError:
        return False
    return True
