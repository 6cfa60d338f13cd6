"""`reloadlint catalog`: what is known of library callables, and how it is known."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from reloadlint.cli.boundary import write
from reloadlint.cli.configuration import settings_from
from reloadlint.cli.grouping import Command, Option
from reloadlint.cli.options import COLOR, CONFIG, with_options
from reloadlint.effects import catalogue
from reloadlint.effects.own_entries import catalogue_for
from reloadlint.effects.searching import search
from reloadlint.reporting.style import style_for

if TYPE_CHECKING:
    from reloadlint.effects.catalogue import Entry

#: Name of each output format and the module of `reporting` that renders it.
FORMATS = {"table": "catalog_table", "json": "catalog_json"}

_EXAMPLES = """\b
Examples:
  reloadlint catalog
  reloadlint catalog redis
  reloadlint catalog psycopg2.connect
  reloadlint catalog --effect thread --when eager --output-format json
  reloadlint catalog --statistics
"""


def _option(*names: str, **attributes: Any) -> Any:
    return click.option(*names, cls=Option, **attributes)


_FILTERS = (
    _option(
        "--effect",
        group="What is shown",
        metavar="EFFECT",
        type=click.Choice(get_args(catalogue.EffectName)),
        help=f"Only with this effect: {', '.join(get_args(catalogue.EffectName))}.",
    ),
    _option(
        "--when",
        group="What is shown",
        metavar="WHEN",
        type=click.Choice(("eager", "lazy")),
        help="eager: acts when called; lazy: at first use, or never.",
    ),
    _option(
        "--statistics",
        group="What is shown",
        is_flag=True,
        help="How many there are, and how many were measured, in place of them.",
    ),
    _option(
        "--python",
        group="What is shown",
        metavar="PATH",
        type=click.Path(path_type=Path, exists=True),
        help="Interpreter or environment whose libraries may bring entries of their own.",
    ),
)


def _completed(ctx: click.Context, parameter: click.Parameter, typed: str) -> list[str]:  # noqa: ARG001
    """The names that begin so, for a shell's completion."""
    return sorted(entry.name for entry in catalogue.load() if entry.name.startswith(typed))


_SHOWN = (
    _option(
        "--output-format",
        "catalog_format",
        group="How it is shown",
        metavar="FORMAT",
        type=click.Choice(tuple(FORMATS)),
        default="table",
        help="table (default; all about it where there is only one) or json.",
    ),
    COLOR,
)


@click.command(
    "catalog", cls=Command, epilog=_EXAMPLES, short_help="Show what is known of a library's NAME."
)
@click.argument("name", required=False, shell_complete=_completed)
@with_options(_FILTERS, CONFIG, _SHOWN)
def command(name: str | None, **options: Any) -> int:
    """Show what calling library callables leaves behind, and how that was found out.

    NAME is a callable (`redis.Redis`), a library, or a part of either; without it, everything is
    listed. What the catalogue says of a callable goes before the library's source. Entries of your
    own, in the settings, and those that installed libraries bring are shown like the others.
    """
    known = catalogue_for(settings_from(Path(), options))
    entries = search(known, name) if name else sorted(known, key=lambda entry: entry.name.lower())
    chosen = [entry for entry in entries if _wanted(entry, options)]
    if options["statistics"]:
        counts = import_module("reloadlint.reporting.catalog_counts")
        write(counts.render(chosen, options["catalog_format"]))
        return 0
    style = style_for(sys.stdout, options["color"], os.environ)
    report = import_module(f"reloadlint.reporting.{FORMATS[options['catalog_format']]}")
    write(report.render(chosen, style))
    return 0


def _wanted(entry: Entry, options: dict[str, Any]) -> bool:
    """Whether an entry passes the filters."""
    effect, when = options["effect"], options["when"]
    return effect in (None, *entry.effects) and when in (None, entry.when)
