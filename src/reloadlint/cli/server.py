"""`reloadlint server`: the language server, for editors."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from reloadlint.cli.grouping import Command, Option
from reloadlint.errors import UsageError
from reloadlint.reporting import FORMATS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reloadlint.effects.survey import Survey

_EXAMPLES = """\b
Examples:
  reloadlint server
  reloadlint server --tcp 2087
"""
_LOOPBACK = "127.0.0.1"


@click.command("server", cls=Command, epilog=_EXAMPLES, short_help="Be a language server.")
@click.option(
    "--tcp",
    "port",
    cls=Option,
    group="How the editor is spoken to",
    metavar="PORT",
    type=click.IntRange(1, 65535),
    help="Listen on this port of the loopback interface, for one editor.",
)
@click.option(
    "--stdio",
    cls=Option,
    group="How the editor is spoken to",
    is_flag=True,
    help="Use standard input and output (default).",
)
def command(port: int | None, **_: Any) -> int:
    """Be a language server: findings while typing, fixes by one key.

    Speaks the Language Server Protocol on standard input and output. It reads the code that the
    editor shows, never imports or runs it.
    """
    try:
        from reloadlint.lsp import logs
        from reloadlint.lsp.features import server_with
        from reloadlint.lsp.server import Services
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("pygls", "lsprotocol", "cattrs"):
            raise
        message = "the language server needs pygls; install reloadlint[lsp]"
        raise UsageError(message) from None
    logs.begin(announced=port is not None)
    server = server_with(Services(tuple(FORMATS), _shown))
    if port is not None:
        server.start_tcp(_LOOPBACK, port)
        return 0
    with _own_output() as output:
        server.start_io(sys.stdin.buffer, output)
    return 0


@contextmanager
def _own_output() -> Iterator[BinaryIO]:
    """Standard output for the protocol alone: what else is written there goes to standard error."""
    with os.fdopen(os.dup(1), "wb") as output:
        os.dup2(2, 1)
        yield output


def _shown(survey: Survey) -> str:
    """What loading modules does, as `reloadlint effects` shows it."""
    from reloadlint.reporting import effects_tree
    from reloadlint.reporting.style import Style

    return effects_tree.render(survey, Style(), verbose=False)
