"""Options under headings in a command's help."""

from __future__ import annotations

from typing import Any

import click


class Option(click.Option):
    """An option that `Command` shows under the heading `group`."""

    def __init__(self, *names: Any, group: str, **attributes: Any) -> None:
        super().__init__(*names, **attributes)
        self.group = group


class Command(click.Command):
    """A command whose help lists its options by group, in the order of declaration."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write one section for each group; click's own `--help` needs no mention."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.params:
            record = parameter.get_help_record(ctx)
            if isinstance(parameter, Option) and record is not None:
                groups.setdefault(parameter.group, []).append(record)
        for group, records in groups.items():
            with formatter.section(group):
                formatter.write_dl(records)
