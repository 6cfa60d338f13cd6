"""`reloadlint trace`: runs the program, and shows what loading it really starts."""

from __future__ import annotations

import os
import sys
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reloadlint.cli.boundary import FINDINGS, write
from reloadlint.cli.configuration import settings_from
from reloadlint.cli.grouping import Command, Option
from reloadlint.cli.options import COLOR, CONFIG, with_options
from reloadlint.errors import UsageError
from reloadlint.reporting.style import Style, style_for
from reloadlint.source import display_path

if TYPE_CHECKING:
    from reloadlint.reporting.trace_report import Report
    from reloadlint.settings import Settings
    from reloadlint.trace.records import Trace

#: Name of each output format and the module of `reporting` that renders it.
FORMATS = {"text": "trace_text", "json": "trace_json"}

_EXAMPLES = """\b
Examples:
  reloadlint trace app.py
  reloadlint trace 'shop:create_app("test")' --python .venv --expect-clean
  reloadlint trace --reloads 2 -- flask --app app run --debug
  reloadlint trace --reloads 1 --html reload.html -- python app.py
"""

_run = partial(click.option, cls=Option, group="What is run")
_shown = partial(click.option, cls=Option, group="How it is shown")
_path = click.Path(path_type=Path)
_seconds = click.FloatRange(min=0, min_open=True)

_RUN = (
    _run(
        "--reloads", metavar="N", type=click.IntRange(min=1), help="Run a server, reload N times."
    ),
    _run("--touch", metavar="FILE", type=_path, help="The file to reload by; its content stays."),
    _run(
        "--timeout",
        metavar="SECONDS",
        type=_seconds,
        default=30,
        show_default=True,
        help="How long loading, or noticing a change, may take.",
    ),
    _run(
        "--hang-after",
        metavar="SECONDS",
        type=_seconds,
        default=5,
        show_default=True,
        help="How long a process may take to end before the reload counts as hanging.",
    ),
    _run("--python", metavar="PATH", type=_path, help="The project's interpreter or environment."),
    _run("--expect-clean", is_flag=True, help="Exit with 1 if anything is held."),
)
_SHOWN = (
    _shown(
        "--output-format",
        "trace_format",
        metavar="FORMAT",
        type=click.Choice(tuple(FORMATS)),
        default="text",
        help="text (default) or json.",
    ),
    _shown("--html", metavar="FILE", type=_path, help="Write a page of its own there, too."),
    COLOR,
    _shown("-q", "--quiet", is_flag=True, help="No summary."),
)


@click.command(
    "trace", cls=Command, epilog=_EXAMPLES, short_help="RUN a program, show what loading it starts."
)
@click.argument("program", nargs=-1, type=click.UNPROCESSED, metavar="TARGET | -- COMMAND...")
@with_options(_RUN, CONFIG, _SHOWN)
def command(program: tuple[str, ...], **options: Any) -> int:
    """Run a program and show what loading it starts, where, and what a reload does to it.

    This command executes your code; `check` and `fix` never do. TARGET is a file,
    `package.module`, `package.module:app` or `package.module:create_app()`, and is loaded as
    `flask run` would. With --reloads, COMMAND starts the real server with its reloader. All
    processes are ended afterwards.

    The status is 0, with --expect-clean 1 if anything is held, and 2 if the program could not
    be seen through.
    """
    if not program:
        raise UsageError("nothing to trace; name an application, or a command with --reloads")
    settings = settings_from(Path(), options)
    traced = (
        _reload(program, settings, options)
        if options["reloads"]
        else _load(program, settings, options)
    )
    return _tell(traced, settings, options)


def _load(program: tuple[str, ...], settings: Settings, options: dict[str, Any]) -> Trace:
    from reloadlint.trace.interpreters import interpreter
    from reloadlint.trace.loading import trace_load

    if len(program) > 1:
        raise UsageError(
            f"`{' '.join(program)}` is a command; say with --reloads how often it shall reload"
        )
    if program[0].endswith(".py") and not Path(program[0]).is_file():
        raise UsageError(f"there is no file `{program[0]}`; name one, or a module and its name")
    python = interpreter(settings.python)
    _announce(f"loads `{program[0]}` with {python}")
    return trace_load(program[0], python, timeout=options["timeout"])


def _reload(program: tuple[str, ...], settings: Settings, options: dict[str, Any]) -> Trace:
    from reloadlint.trace.interpreters import environment_of
    from reloadlint.trace.reloading import Limits, trace_reloads

    _announce(f"runs `{' '.join(program)}`")
    limits = Limits(options["timeout"], options["hang_after"])
    environ = environment_of(settings.python)
    return trace_reloads(
        program, options["reloads"], environ, limits=limits, touch=options["touch"]
    )


def _announce(doing: str) -> None:
    click.echo(f"trace executes your program: it {doing}", err=True)


def _tell(trace: Trace, settings: Settings, options: dict[str, Any]) -> int:
    """Write the reports; what kept the program from being seen through is an error."""
    from reloadlint.cli.foretelling import report

    told = report(trace, settings)
    style = style_for(sys.stdout, options["color"], os.environ, summary=not options["quiet"])
    write(_rendered(FORMATS[options["trace_format"]], told, style))
    if options["html"]:
        _write_page(told, options["html"])
    if not trace.is_told:
        raise UsageError(trace.problem or "the program could not be seen through")
    return FINDINGS if options["expect_clean"] and not trace.is_clean else 0


def _rendered(module: str, told: Report, style: Style) -> str:
    text: str = import_module(f"reloadlint.reporting.{module}").render(told, style)
    return text


def _write_page(told: Report, file: Path) -> None:
    try:
        file.write_text(_rendered("trace_html", told, Style()), "utf-8")
    except OSError as error:
        reason = error.strerror or error
        raise UsageError(f"--html: {display_path(file)}: {reason}") from error
