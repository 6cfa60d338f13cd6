"""What an application's configuration is told of debugging: that decides on the reloader."""

from __future__ import annotations

from reloadlint.effects.models.arguments import Model, text_of
from reloadlint.effects.runs import set_debug
from reloadlint.effects.state import Arguments, State
from reloadlint.effects.values import (
    NONE,
    UNKNOWN,
    Class,
    Instance,
    Literal,
    Mapping,
    ModuleValue,
    Value,
    alternatives,
    either,
)

_DEBUG = Literal("DEBUG")
_APPLICATIONS = ("flask.Flask", "flask.app.Flask", "apiflask.APIFlask", "flask_openapi3.OpenAPI")


def _from_object(state: State, args: Arguments) -> Value:
    """`app.config.from_object(x)`, with an object or its name."""
    application, *given = args.positional
    found = [_debug_of(state, option) for option in alternatives(given[0])] if given else []
    if any(debug is not None for debug in found):
        set_debug(state, application, either(*[debug or UNKNOWN for debug in found]))
    return NONE


def _debug_of(state: State, settings: Value) -> Value | None:
    """What one object says of debugging; None where it, or what it says, isn't known."""
    name = text_of(settings)
    meant = settings if name is None else _named(state, name)
    is_own = isinstance(meant, (Class, ModuleValue))
    if isinstance(meant, Instance):
        is_own = isinstance(meant.cls, Class)
    debug = state.attribute(meant, "DEBUG") if is_own else UNKNOWN
    return None if debug is UNKNOWN else debug


def _from_mapping(state: State, args: Arguments) -> Value:
    """`app.config.from_mapping(…)` and `app.config.update(…)`."""
    application, *given = args.positional
    if isinstance(application, Instance):
        application.keeps += [*given, *args.keywords.values()]
    for value in given:
        if isinstance(value, Mapping) and _DEBUG in value.items:
            set_debug(state, application, value.items[_DEBUG])
    if "DEBUG" in args.keywords:
        set_debug(state, application, args.keywords["DEBUG"])
    return NONE


def _named(state: State, name: str) -> Value:
    """The module or the object in one that a name means; it has been loaded then."""
    here = state.modules.get(state.stack[-1].module.path)
    if here is not None and here.names.get("__name__") == Literal(name):
        return here
    module, _, attribute = name.replace(":", ".").rpartition(".")
    found = state.import_by_name(name)
    if isinstance(found, ModuleValue) or not module:
        return found
    return state.attribute(state.import_by_name(module), attribute)


CONFIGURATION_MODELS: dict[str, Model] = {
    f"{application}.config.{method}": model
    for application in _APPLICATIONS
    for method, model in {
        "from_object": _from_object,
        "from_mapping": _from_mapping,
        "update": _from_mapping,
    }.items()
}
"""Methods of `app.config` by their full names."""
