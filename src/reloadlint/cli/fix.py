"""`reloadlint fix`: from paths to a patch, or to changed files and a summary."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from reloadlint.cli.boundary import FAILURE, FINDINGS, log, warn, write, write_bytes
from reloadlint.cli.configuration import settings_from
from reloadlint.cli.grouping import Command, Option
from reloadlint.cli.options import READING, SELECTION, with_options
from reloadlint.cli.progress import ProgressBar
from reloadlint.cli.standard_input import InvalidInput, read_stdin, stdin_path
from reloadlint.errors import UsageError
from reloadlint.fixes.draft import Wishes
from reloadlint.reporting.fixes import colored, for_terminal, patch, summary
from reloadlint.reporting.style import wants_color
from reloadlint.settings.record import Strategy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reloadlint.fixer import Repair
    from reloadlint.settings import Settings

STRATEGIES = get_args(Strategy)

_EXAMPLES = """\b
Examples:
  reloadlint fix app.py
  reloadlint fix --write
  reloadlint fix src --select RL106 --unsafe-fixes | git apply
  reloadlint fix app.py --app-factory --unsafe-fixes
"""


def _option(*names: str, **attributes: Any) -> Any:
    return click.option(*names, cls=Option, group="What is written", **attributes)


_WRITING = (
    _option("--write", is_flag=True, help="Write the files; without it, nothing is."),
    _option("--diff", is_flag=True, help="Print the patch (the default, unless --write is given)."),
    _option("--unsafe-fixes", is_flag=True, help="Also make fixes that may change what it does."),
    _option(
        "--strategy",
        type=click.Choice(STRATEGIES),
        default="auto",
        metavar="NAME",
        help="auto (default: by role), g, pool, lazy, defer or guard.",
    ),
    _option(
        "--before-request",
        is_flag=True,
        help="Have what goes to g opened before each request, needed or not.",
    ),
    _option(
        "--app-factory",
        is_flag=True,
        help="Move global applications into create_app(); needs --unsafe-fixes.",
    ),
    _option(
        "--access",
        type=click.Choice(("auto", "call", "proxy")),
        default="auto",
        metavar="HOW",
        help="call an accessor, keep the name as a proxy, or auto (default).",
    ),
    _option(
        "--color",
        type=click.Choice(("auto", "always", "never")),
        metavar="WHEN",
        default="auto",
        help="auto (default: on a terminal), always or never.",
    ),
    _option("-q", "--quiet", is_flag=True, help="No summary."),
    _option("-v", "--verbose", is_flag=True, help="Tell on standard error what is read and why."),
)


@click.command(
    "fix", cls=Command, epilog=_EXAMPLES, short_help="Rewrite what is reported in PATHS."
)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))
@with_options(_WRITING, SELECTION, READING)
def command(paths: tuple[Path, ...], **options: Any) -> int:
    """Rewrite what `check` reports in PATHS, or say why that can't be done.

    Prints a patch and writes nothing, unless --write is given. Nothing is imported or run.
    The status is 0 if nothing is left to report, 1 if findings remain (without --write: if there
    are any), 2 if something went wrong.
    """
    if options["verbose"]:
        log.setLevel(logging.INFO)
    path = stdin_path(paths, options["stdin_filename"])
    if path and options["write"]:
        raise UsageError("--write is for files; standard input can only be shown as a patch")
    paths = () if path else paths or (Path(),)
    repair = _repair(paths, settings_from(path or paths[0], options), path, options)
    return _finish(repair, options)


def show_patch(
    paths: Sequence[Path], settings: Settings, path: Path | None, options: dict[str, Any]
) -> int:
    """Print what would be written, for `check --diff`; the exit status."""
    fixing = {"write": False, "strategy": "auto", "access": "auto"}
    fixing |= {"before_request": False, "app_factory": False}
    options = {**options, **fixing}
    return _finish(_repair(paths, settings, path, options), options)


def _repair(
    paths: Sequence[Path], settings: Settings, path: Path | None, options: dict[str, Any]
) -> Repair:
    from reloadlint.fixer import finish_project, fix_project  # they bring libcst

    try:
        stdin = read_stdin(path) if path else None
    except InvalidInput as error:
        raise UsageError(f"standard input {error}") from error
    if options["write"]:
        for line in finish_project(paths, settings):
            warn(line)
    with ProgressBar(sys.stderr, wanted=not options["quiet"]) as progress:
        return fix_project(
            paths,
            settings,
            wishes=Wishes(**{w: options[w] for w in Wishes.__struct_fields__ if w in options}),
            unsafe=settings.unsafe_fixes,
            stdin=stdin,
            progress=progress,
        )


def _finish(repair: Repair, options: dict[str, Any]) -> int:
    """Write and tell; the exit status."""
    failures = repair.write() if options["write"] else []
    shown = options["diff"] or not options["write"]
    if shown:
        color = wants_color(sys.stdout, options["color"], os.environ)
        text = patch(repair.changes)
        text = for_terminal(text) if sys.stdout.isatty() else text
        write_bytes(colored(text) if color else text)
    if not options["quiet"]:
        told = summary(repair, written=options["write"])
        click.echo(told, err=True, nl=False) if shown else write(told)
    for failure in failures:
        warn(failure)
    if failures:
        return FAILURE
    left = repair.left if options["write"] else repair.found
    return FINDINGS if left and not options["exit_zero"] else 0
