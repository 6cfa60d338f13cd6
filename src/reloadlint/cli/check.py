"""`reloadlint check`: from paths to a report and an exit status."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reloadlint.cli.boundary import FINDINGS, log, warn, write
from reloadlint.cli.configuration import settings_from
from reloadlint.cli.grouping import Command
from reloadlint.cli.options import KNOWN, OUTPUT, READING, SELECTION, with_options
from reloadlint.cli.progress import ProgressBar
from reloadlint.cli.standard_input import InvalidInput, read_stdin, stdin_path
from reloadlint.errors import UsageError
from reloadlint.garbage import collector_paused
from reloadlint.reporting.style import Style, style_for
from reloadlint.source import display_path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reloadlint.findings import Result
    from reloadlint.reporting.kept import KeptReports
    from reloadlint.settings import Settings


CUT_SHORT = (
    "{path}: loading it runs more code, or deeper calls, than is followed, so not all that it "
    "starts is reported; see all of it with `reloadlint trace {path}`"
)
MOST_NAMED = 5
"""Modules that are told one by one: one that is cut short may have been loading many others."""
_EXAMPLES = """\b
Examples:
  reloadlint check
  reloadlint check src/shop --select RL1,RL401 --output-format concise
  git show HEAD:app.py | reloadlint check - --stdin-filename app.py
"""


@click.command("check", cls=Command, epilog=_EXAMPLES, short_help="Report hazards in PATHS.")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))
@with_options(SELECTION, READING, KNOWN, OUTPUT)
def command(paths: tuple[Path, ...], **options: Any) -> int:
    """Report what loading a Flask module in PATHS leaves behind.

    PATHS are files, folders, or - for standard input; without any, the working directory.
    The status is 0 without findings, 1 with some, 2 if something went wrong.
    """
    if options["verbose"]:
        log.setLevel(logging.INFO)
    path = stdin_path(paths, options["stdin_filename"])
    paths = () if path else paths or (Path(),)
    if options["watch"]:
        from reloadlint.cli.watching import watch

        return watch(paths, lambda: _run(paths, path, options))
    return _run(paths, path, options)


def _run(paths: Sequence[Path], path: Path | None, options: dict[str, Any]) -> int:
    """Do what the options ask for, once; the exit status."""
    settings = settings_from(path or paths[0], options)
    if options["show_settings"]:
        from reloadlint.reporting.settings_text import shown

        write(shown(settings))
        return 0
    if options["diff"]:
        from reloadlint.cli.fix import show_patch

        return show_patch(paths, settings, path, options)
    if options["write_baseline"]:
        from reloadlint.cli.known import write_baseline

        write_baseline(settings, lambda chosen: _check(paths, chosen, path, options))
        return 0
    with collector_paused():
        return _checked(paths, settings, path, options)


def _checked(
    paths: Sequence[Path], settings: Settings, path: Path | None, options: dict[str, Any]
) -> int:
    """Check, and say what was found; the exit status."""
    result = _check(paths, settings, path, options)
    if options["add_ignore"] is not None:
        from reloadlint.cli.known import add_ignores

        return add_ignores(result, options["add_ignore"], stdin=path is not None)
    _report(result, settings, options, paths)
    return FINDINGS if result.findings and not options["exit_zero"] else 0


def _report(
    result: Result, settings: Settings, options: dict[str, Any], paths: Sequence[Path]
) -> None:
    """Write the report to standard output or to a file."""
    for line in result.fixed:
        warn(f"fixed, and still in the baseline: {line}; write it anew with --write-baseline")
    for path in result.cut_short[:MOST_NAMED]:
        warn(CUT_SHORT.format(path=path))
    if len(result.cut_short) > MOST_NAMED:
        warn(f"so it is with {len(result.cut_short) - MOST_NAMED} more modules")
    file: Path | None = options["output_file"]
    quiet = options["quiet"]
    style = Style(summary=not quiet)
    if file is None:
        style = style_for(sys.stdout, options["color"], os.environ, summary=not quiet)
    if options["statistics"]:
        from reloadlint.reporting import statistics

        text = statistics.render(result, style, settings.output_format)
    else:
        text = _reports(settings, paths).render(settings.output_format, result, style)
    if file is None:
        write(text)
        return
    try:
        file.write_text(text, "utf-8", "backslashreplace")
    except OSError as error:
        reason = error.strerror or error
        raise UsageError(f"--output-file: {display_path(file)}: {reason}") from error


def _reports(settings: Settings, paths: Sequence[Path]) -> KeptReports:
    """What draws the report, or has drawn it before; of standard input nothing is kept."""
    from reloadlint.discovery import find_project_root
    from reloadlint.linter.targets import cache_folder
    from reloadlint.reporting.kept import KeptReports

    return KeptReports(cache_folder(settings, find_project_root(paths[0])) if paths else None)


def _check(
    paths: Sequence[Path], settings: Settings, path: Path | None, options: dict[str, Any]
) -> Result:
    """What is found in `paths`, or in standard input as the file at `path`."""
    from reloadlint.linter import check_project  # brings libcst, which `--help` can do without

    try:
        stdin = read_stdin(path) if path else None
    except InvalidInput as error:
        return error.result(settings)
    with ProgressBar(sys.stderr, wanted=not options["quiet"]) as progress:
        result = check_project(paths, settings, stdin=stdin, progress=progress)
    if paths and not result.summary.files and not settings.force_exclude:
        named = ", ".join(map(display_path, paths))
        warn(f"no Python files in {named}; name a folder or a file that has some")
    return result
