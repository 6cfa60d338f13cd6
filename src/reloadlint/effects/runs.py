"""Calls that run the application: whether with the reloader, as far as the source says."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from reloadlint.effects.frames import Site
from reloadlint.effects.occurrences import Occurrence
from reloadlint.effects.state import Arguments, State
from reloadlint.effects.truth import truth
from reloadlint.effects.values import (
    FALSE,
    NONE,
    Class,
    ExternalMethod,
    Function,
    Instance,
    Value,
    alternatives,
)
from reloadlint.facts import records as r
from reloadlint.facts.walk import walk


class Runner(msgspec.Struct, frozen=True):
    """How a way of running the application decides on the reloader.

    `debug` and `use_reloader` are the arguments' places (None: by keyword only); `application` is
    the place of the application's; `default` is what `use_reloader` is when neither is given.
    """

    debug: int | None = None
    use_reloader: int | None = None
    application: int | None = None
    debug_decides: bool = True
    default: bool = False


class Run(msgspec.Struct, frozen=True):
    """A call that ran the application: through which calls, and whether with the reloader.

    `held` are the effects that the main guard has left until then; `chain` ends with the call
    itself; `reloader` is None where that isn't known; `name` is what is called (`.run` of what
    isn't known), and `runner` how that decides.
    """

    held: tuple[Occurrence, ...]
    chain: tuple[Site, ...]
    reloader: bool | None
    name: str
    runner: Runner


RUNNERS: dict[str, Runner] = {
    "flask.Flask.run": Runner(debug=2),
    "flask.app.Flask.run": Runner(debug=2),
    "apiflask.APIFlask.run": Runner(debug=2),
    "dash.Dash.run": Runner(debug=3),
    "dash.Dash.run_server": Runner(debug=3),
    "connexion.FlaskApp.run": Runner(),
    "connexion.App.run": Runner(),
    "flask_openapi3.OpenAPI.run": Runner(debug=2),
    "quart.Quart.run": Runner(debug=2, use_reloader=3, debug_decides=False, default=True),
    "flask_socketio.SocketIO.run": Runner(application=0),
    "werkzeug.serving.run_simple": Runner(use_reloader=3, debug_decides=False),
    "werkzeug.run_simple": Runner(use_reloader=3, debug_decides=False),
}
_FACTORIES = ("create_app", "make_app")
_GIVEN_AWAY_BY = ("debug", "use_reloader")


def runner_of(name: str, args: Arguments) -> Runner | None:
    """How a call of that name runs the application; None if it doesn't.

    A `run` of an object that isn't known is one if it is told about debugging or the reloader.
    """
    if name in RUNNERS:
        return RUNNERS[name]
    told = any(argument in args.keywords for argument in _GIVEN_AWAY_BY)
    return Runner() if told else None


def makes_application(names: Mapping[str, Value], body: tuple[r.Stmt, ...]) -> bool:
    """Whether a module with these names has an application of its own, or a factory for one."""
    served = {name for name, value in names.items() if _is_served(name, value)}
    if not served:
        return False
    imports = [node for node in walk(body) if isinstance(node, r.ImportFrom)]
    imported = {alias.asname or alias.name for node in imports for alias in node.names}
    return "*" not in imported and not served <= imported


def _is_served(name: str, value: Value) -> bool:
    if isinstance(value, Function):
        return name in _FACTORIES
    return any(isinstance(o, Instance) and is_application(o) for o in alternatives(value))


def is_application(value: Instance) -> bool:
    """Whether an object can be run, as `Flask(…)` can."""
    classes = value.cls.external_bases() if isinstance(value.cls, Class) else [value.cls]
    runners = (RUNNERS.get(f"{cls.name}.run") for cls in classes)
    return any(runner is not None and runner.application is None for runner in runners)


def uses_reloader(runner: Runner, receiver: Value | None, args: Arguments) -> bool | None:
    """Whether this run has the reloader on; None where it isn't known."""
    given = args.get("use_reloader", runner.use_reloader)
    if given is not None and given != NONE:
        return _known(given)
    if not runner.debug_decides:
        return None if args.open else runner.default
    debug = args.get("debug", runner.debug)
    if debug is not None and debug != NONE:
        return _known(debug)
    application = receiver if runner.application is None else args.get("app", runner.application)
    if isinstance(application, Instance) and "debug" in application.attributes:
        return _known(application.attributes["debug"])
    return None if args.open else runner.default


def _known(value: Value) -> bool | None:
    found = truth(value)
    return found if isinstance(found, bool) else None


def set_debug(state: State, application: Value, debug: Value) -> None:
    """An application is told whether to debug; where that isn't sure it may be off as before."""
    if isinstance(application, Instance):
        if state.doubts or state.guards:
            application.attributes.setdefault("debug", FALSE)
        state.assign(application.attributes, "debug", debug)


def configured_debug(owner: ExternalMethod, key: Value, value: Value) -> Value | None:
    """The debug flag that `app.config[key] = value` sets, if it does."""
    is_config = owner.name.endswith(".config")
    named = getattr(key, "value", None) == "DEBUG"
    return value if is_config and named else None
