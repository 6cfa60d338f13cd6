"""The ways of starting an application, and what a test of the reloader sees in each of them.

Measured with Flask 3.1 and Werkzeug 3.1.
"""

from __future__ import annotations

import msgspec


class Process(msgspec.Struct, frozen=True):
    """What the program sees of itself while it is being loaded.

    `run_main`: whether `WERKZEUG_RUN_MAIN` is set (to `true`). `debug` is `app.debug`, `flag` the
    environment's `FLASK_DEBUG` (None: that of the user), `asked` what is handed to `app.run`.
    None is what isn't known.
    """

    run_main: bool | None = None
    debug: bool | None = None
    flag: bool | None = None
    asked: bool | None = None
    is_script: bool | None = None


class Way(msgspec.Struct, frozen=True):
    """A way of starting: the process that serves, and the reloader's parent where there is one."""

    text: str
    serving: Process
    parent: Process | None = None


ANY_PROCESS = Process()

SCRIPT_WITH_RELOADER = Way(
    "`python {script}` with the reloader",
    serving=Process(run_main=True, debug=False, flag=None, asked=True, is_script=True),
    parent=Process(run_main=False, debug=False, flag=None, asked=True, is_script=True),
)
SCRIPT_WITHOUT_RELOADER = Way(
    "`python {script}` without the reloader",
    serving=Process(run_main=False, debug=False, flag=None, asked=False, is_script=True),
)
FLASK_WITH_RELOADER = Way(
    "`flask run --debug`",
    serving=Process(run_main=True, debug=True, flag=True, asked=True, is_script=False),
    parent=Process(run_main=False, debug=True, flag=True, asked=True, is_script=False),
)
PRODUCTION = Way(
    "production (gunicorn, `flask run`)",
    serving=Process(run_main=False, debug=False, flag=False, asked=False, is_script=False),
)


def ways_of_module(reloader: bool | None) -> list[tuple[Way, bool]]:
    """The ways in which a module is loaded, and whether each of them is sure.

    Args:
        reloader: whether a script of the application runs it with the reloader on.
    """
    common = [(FLASK_WITH_RELOADER, True), (PRODUCTION, True)]
    if reloader is False:
        return common
    return [(SCRIPT_WITH_RELOADER, bool(reloader)), *common]


def ways_of_guard(reloader: bool | None) -> list[tuple[Way, bool]]:
    """The ways in which a main guard is run; `reloader` as its own run says."""
    if reloader is None:
        return [(SCRIPT_WITH_RELOADER, False), (SCRIPT_WITHOUT_RELOADER, False)]
    return [(SCRIPT_WITH_RELOADER if reloader else SCRIPT_WITHOUT_RELOADER, True)]
