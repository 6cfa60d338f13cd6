"""`reloadlint effects`: what loading each module does, as the analysis sees it."""

from __future__ import annotations

import logging
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reloadlint.cli.boundary import log, warn, write
from reloadlint.cli.configuration import settings_from
from reloadlint.cli.grouping import Command, Option
from reloadlint.cli.options import ALL_MODULES, COLOR, READING, with_options
from reloadlint.cli.progress import ProgressBar
from reloadlint.cli.standard_input import InvalidInput, read_stdin, stdin_path
from reloadlint.errors import UsageError
from reloadlint.reporting.style import style_for
from reloadlint.source import display_path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reloadlint.effects.survey import Survey
    from reloadlint.settings import Settings

#: Name of each output format and the module of `reporting` that renders it.
FORMATS = {"tree": "effects_tree", "json": "effects_json"}

_EXAMPLES = """\b
Examples:
  reloadlint effects app.py
  reloadlint effects src/shop --python .venv
  reloadlint effects . --output-format json | jq '.modules[].calls[].name'
"""


def _option(*names: str, **attributes: Any) -> Any:
    return click.option(*names, cls=Option, group="How it is shown", **attributes)


_OUTPUT = (
    _option(
        "--output-format",
        "effects_format",
        metavar="FORMAT",
        type=click.Choice(tuple(FORMATS)),
        default="tree",
        help="tree (default) or json.",
    ),
    COLOR,
    _option("-q", "--quiet", is_flag=True, help="Only modules that do something, no summary."),
    _option(
        "-v",
        "--verbose",
        is_flag=True,
        help="Also calls known to be harmless; tell on standard error what is read.",
    ),
)


@click.command("effects", cls=Command, epilog=_EXAMPLES, short_help="Show what loading PATHS does.")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))
@with_options((ALL_MODULES,), READING, _OUTPUT)
def command(paths: tuple[Path, ...], **options: Any) -> int:
    """Show what loading each module in PATHS does, be it a hazard or not.

    That is what `check` goes by: effects that are held or over again, those that a branch, the
    main guard or a test of the reloader decides, calls that act later, and calls of which nothing
    is known: they are what could be added to the catalogue.
    """
    if options["verbose"]:
        log.setLevel(logging.INFO)
    path = stdin_path(paths, options["stdin_filename"])
    paths = () if path else paths or (Path(),)
    settings = settings_from(path or paths[0], options)
    survey = _survey(paths, settings, path, quiet=options["quiet"])
    style = style_for(sys.stdout, options["color"], os.environ, summary=not options["quiet"])
    report = import_module(f"reloadlint.reporting.{FORMATS[options['effects_format']]}")
    write(report.render(survey, style, verbose=options["verbose"]))
    return 0


def _survey(paths: Sequence[Path], settings: Settings, path: Path | None, *, quiet: bool) -> Survey:
    """What is seen in `paths`, or in standard input as the file at `path`."""
    from reloadlint.linter import survey_project

    try:
        stdin = read_stdin(path) if path else None
    except InvalidInput as error:
        raise UsageError(f"standard input {error}") from error
    with ProgressBar(sys.stderr, wanted=not quiet) as progress:
        survey = survey_project(paths, settings, stdin=stdin, progress=progress)
    if paths and not survey.modules:
        named = ", ".join(map(display_path, paths))
        warn(f"no Python files in {named}; name a folder or a file that has some")
    return survey
