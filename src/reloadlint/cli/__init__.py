"""The command line: one module per command, imported only when it is used."""

from __future__ import annotations

import sys
from importlib import import_module

import click

from reloadlint import __version__
from reloadlint.cli.boundary import run
from reloadlint.garbage import leave_to_the_end_of_the_process

#: Name of each command and the module here whose `command` it is.
COMMANDS = {
    "check": "check",
    "fix": "fix",
    "effects": "effects",
    "trace": "trace",
    "rule": "rule",
    "catalog": "catalog",
    "server": "server",
    "clean": "clean",
}


class _LazyGroup(click.Group):
    """A group that imports a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"reloadlint.cli.{COMMANDS[cmd_name]}")
        command: click.Command = module.command
        return command


@click.group(
    cls=_LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, "-V", "--version", message="reloadlint %(version)s")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Find what a Flask module starts while it is loaded, before the reloader does it twice."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help(), err=True)
        ctx.exit(2)


def main() -> None:
    """Run the command line and exit with its status: 0 clean, 1 findings, 2 it went wrong."""
    status = run(cli, sys.argv[1:])
    leave_to_the_end_of_the_process()
    sys.exit(status)
