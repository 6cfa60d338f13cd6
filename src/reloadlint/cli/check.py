"""`reloadlint check`: from paths to a report and an exit status."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from reloadlint.cli.boundary import FINDINGS, log, warn, write
from reloadlint.cli.grouping import Command
from reloadlint.cli.options import OUTPUT, READING, SELECTION, with_options
from reloadlint.cli.progress import ProgressBar
from reloadlint.cli.standard_input import InvalidInput, read_stdin, stdin_path
from reloadlint.reporting import FORMATS, render
from reloadlint.reporting.style import style_for
from reloadlint.rules.codes import RULES
from reloadlint.settings import Settings, load_settings
from reloadlint.source import display_path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reloadlint.findings import Result


_EXAMPLES = """\b
Examples:
  reloadlint check
  reloadlint check src/shop --select RL1,RL401 --output-format concise
  git show HEAD:app.py | reloadlint check - --stdin-filename app.py
"""


@click.command("check", cls=Command, epilog=_EXAMPLES, short_help="Report hazards in PATHS.")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))
@with_options(SELECTION, READING, OUTPUT)
def command(paths: tuple[Path, ...], **options: Any) -> int:
    """Report what loading a Flask module in PATHS leaves behind.

    PATHS are files, folders, or - for standard input; without any, the working directory.
    The status is 0 without findings, 1 with some, 2 if something went wrong.
    """
    if options["verbose"]:
        log.setLevel(logging.INFO)
    path = stdin_path(paths, options["stdin_filename"])
    paths = () if path else paths or (Path(),)
    settings = settings_from(path or paths[0], options)
    result = _check(paths, settings, path, quiet=options["quiet"])
    style = style_for(sys.stdout, options["color"], os.environ, summary=not options["quiet"])
    write(render(settings.output_format, result, style))
    return FINDINGS if result.findings and not options["exit_zero"] else 0


def _check(paths: Sequence[Path], settings: Settings, path: Path | None, *, quiet: bool) -> Result:
    """What is found in `paths`, or in standard input as the file at `path`."""
    from reloadlint.linter import check_project  # brings libcst, which `--help` can do without

    try:
        stdin = read_stdin(path) if path else None
    except InvalidInput as error:
        return error.result(settings)
    with ProgressBar(sys.stderr, wanted=not quiet) as progress:
        result = check_project(paths, settings, stdin=stdin, progress=progress)
    if paths and not result.summary.files:
        named = ", ".join(map(display_path, paths))
        warn(f"no Python files in {named}; name a folder or a file that has some")
    return result


def settings_from(start: Path, options: dict[str, Any]) -> Settings:
    """The configuration file's settings under those of the command line."""
    settings = Settings()
    if not options["isolated"]:
        settings = load_settings(start, codes=tuple(RULES), formats=tuple(FORMATS))
    used = display_path(settings.config) if settings.config else "none"
    log.info("configuration file: %s", used)
    settings = settings.overridden(options["select"], options["ignore"])
    return msgspec.structs.replace(
        settings,
        all_modules=settings.all_modules or options["all_modules"],
        follow_installed=settings.follow_installed and not options["no_follow_installed"],
        python=str(options["python"].absolute()) if options["python"] else settings.python,
        cache=settings.cache and not options["no_cache"],
        cache_dir=str(options["cache_dir"].absolute())
        if options["cache_dir"]
        else settings.cache_dir,
        output_format=options.get("output_format") or settings.output_format,
    )
