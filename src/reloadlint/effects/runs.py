"""Calls that run the application: whether with the reloader, as far as the source says."""

from __future__ import annotations

import msgspec

from reloadlint.effects.frames import Site
from reloadlint.effects.state import Arguments
from reloadlint.effects.truth import truth
from reloadlint.effects.values import (
    NONE,
    ExternalMethod,
    Instance,
    Value,
)


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
    """A call that ran the application: after how many effects, through which calls, and whether
    with the reloader (None: not known)."""

    occurrences: int
    chain: tuple[Site, ...]
    reloader: bool | None


RUNNERS: dict[str, Runner] = {
    "flask.Flask.run": Runner(debug=2),
    "flask.app.Flask.run": Runner(debug=2),
    "apiflask.APIFlask.run": Runner(debug=2),
    "connexion.FlaskApp.run": Runner(),
    "connexion.App.run": Runner(),
    "flask_openapi3.OpenAPI.run": Runner(debug=2),
    "quart.Quart.run": Runner(debug=2, use_reloader=3, debug_decides=False, default=True),
    "flask_socketio.SocketIO.run": Runner(application=0),
    "werkzeug.serving.run_simple": Runner(use_reloader=3, debug_decides=False),
    "werkzeug.run_simple": Runner(use_reloader=3, debug_decides=False),
}
_GIVEN_AWAY_BY = ("debug", "use_reloader")


def runner_of(name: str, args: Arguments) -> Runner | None:
    """How a call of that name runs the application; None if it doesn't.

    A `run` of an object that isn't known is one if it is told about debugging or the reloader.
    """
    if name in RUNNERS:
        return RUNNERS[name]
    told = any(argument in args.keywords for argument in _GIVEN_AWAY_BY)
    return Runner() if told else None


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


def configured_debug(owner: ExternalMethod, key: Value, value: Value) -> Value | None:
    """The debug flag that `app.config[key] = value` sets, if it does."""
    is_config = owner.name.endswith(".config")
    named = getattr(key, "value", None) == "DEBUG"
    return value if is_config and named else None
