"""Application contexts: what is on `flask.g`, and what is registered for the end of a context.

See https://flask.palletsprojects.com/en/stable/appcontext/.
"""

from __future__ import annotations

from reloadlint.effects.models.arguments import Model, first, text_of
from reloadlint.effects.state import Arguments, State
from reloadlint.effects.values import (
    NONE,
    UNKNOWN,
    ContextGlobals,
    Instance,
    Value,
    either,
)


def _taken(state: State, args: Arguments, *, remove: bool) -> Value:
    g, default = first(args), args.get("default", 2)
    assert isinstance(g, ContextGlobals)
    key = text_of(args.get("name", 1))
    if key is None:
        return either(*g.attributes.values(), default or UNKNOWN)
    found = g.attributes.get(key)
    if found is not None and remove and not state.doubts:
        del g.attributes[key]
    return found or default or NONE


def _put_default(state: State, args: Arguments) -> Value:
    g, key, default = first(args), text_of(args.get("name", 1)), args.get("default", 2) or NONE
    assert isinstance(g, ContextGlobals)
    if key is None:
        return default
    if key not in g.attributes:
        state.set_attribute(g, key, default)
    return g.attributes[key]


METHODS_OF_G: dict[str, Model] = {
    "get": lambda state, args: _taken(state, args, remove=False),
    "pop": lambda state, args: _taken(state, args, remove=True),
    "setdefault": _put_default,
}


def push(state: State, context: Instance) -> None:
    """Enter a context: there is a new `g`."""
    made = ContextGlobals()
    context.attributes["g"] = made
    state.contexts.append(made)


def pop(state: State, context: Instance) -> None:
    """Leave a context: its `g` is gone with all that only `g` has."""
    gone = context.attributes.pop("g", None)
    state.contexts[:] = [g for g in state.contexts if g is not gone]


def tear_down(state: State, context: Instance) -> None:
    """Run what its application has registered for the end of a context, the last first."""
    for application, function in reversed(state.teardowns):
        if application is context.origin:
            state.call(function, Arguments([NONE]))


def _pushed(state: State, args: Arguments) -> Value:
    context = first(args)
    if isinstance(context, Instance) and "g" not in context.attributes:
        push(state, context)
        state.escaped += [context]
    return NONE


def _popped(state: State, args: Arguments) -> Value:
    context = first(args)
    if isinstance(context, Instance) and "g" in context.attributes:
        tear_down(state, context)
        pop(state, context)
    return NONE


def _teardown_registered(state: State, args: Arguments) -> Value:
    if len(args.positional) != 2:
        return UNKNOWN
    application, function = args.positional
    state.teardowns.append((application, function))
    return function


CONTEXT_MODELS: dict[str, Model] = {
    f"{library}.{kind}": model
    for library in ("flask.Flask", "quart.Quart")
    for kind, model in {
        "app_context.push": _pushed,
        "test_request_context.push": _pushed,
        "app_context.pop": _popped,
        "test_request_context.pop": _popped,
        "teardown_appcontext": _teardown_registered,
    }.items()
}
