"""`flask reload-hazards`: `reloadlint trace` for the application that Flask has been told of.

Flask imports this module for each of its commands, so it imports little and must not fail.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click

#: The files that Flask itself looks for where it has been told of none.
_USUAL = ("wsgi.py", "app.py")


@click.command(
    "reload-hazards",
    short_help="Load the application, show what that starts.",
    add_help_option=False,
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
)
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def command(ctx: click.Context, options: tuple[str, ...]) -> None:
    """Load the application in a process of its own, and show what that leaves behind.

    OPTIONS are those of `reloadlint trace`.
    """
    from reloadlint.cli import cli
    from reloadlint.cli.boundary import run

    target = _target(ctx.obj)
    asks_for_help = {"-h", "--help"} & set(options)
    if target is None and not asks_for_help:
        click.echo(
            "error: Flask knows no application here; name one with `flask --app NAME`", err=True
        )
        ctx.exit(2)
    named = [] if asks_for_help else [str(target)]
    ctx.exit(run(cli, ["trace", "--python", sys.executable, *options, *named]))


def _target(info: Any) -> str | None:
    """What Flask would load; it has put its variables and those of `.flaskenv` in place."""
    told = getattr(info, "app_import_path", None) or os.environ.get("FLASK_APP")
    return told or next((name for name in _USUAL if Path(name).is_file()), None)
