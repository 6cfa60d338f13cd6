"""`reloadlint rule`: what a rule reports and why, as its documentation says."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any

import click

from reloadlint.cli.boundary import write
from reloadlint.cli.grouping import Command, Option
from reloadlint.cli.options import COLOR, with_options
from reloadlint.errors import UsageError, did_you_mean
from reloadlint.reporting.style import style_for
from reloadlint.rules.codes import RULES
from reloadlint.rules.documentation import Page, page_of

#: Name of each output format and the module of `reporting` that renders it.
FORMATS = {"text": "rules_text", "json": "rules_json"}

_EXAMPLES = """\b
Examples:
  reloadlint rule
  reloadlint rule RL101
  reloadlint rule --all --output-format json | jq '.rules[].name'
"""


def _option(*names: str, **attributes: Any) -> Any:
    return click.option(*names, cls=Option, group="How it is shown", **attributes)


def _completed(ctx: click.Context, parameter: click.Parameter, typed: str) -> list[str]:  # noqa: ARG001
    """The codes that begin so, for a shell's completion."""
    return [code for code in RULES if code.startswith(typed.upper())]


_SHOWN = (
    _option("--all", "all_rules", is_flag=True, help="Every rule with its whole text."),
    _option(
        "--output-format",
        "rules_format",
        metavar="FORMAT",
        type=click.Choice(tuple(FORMATS)),
        default="text",
        help="text (default) or json.",
    ),
    COLOR,
)


@click.command("rule", cls=Command, epilog=_EXAMPLES, short_help="Explain the rule CODE.")
@click.argument("code", required=False, shell_complete=_completed)
@with_options(_SHOWN)
def command(code: str | None, **options: Any) -> int:
    """Explain the rule CODE: what it reports, why that is bad, what to write instead.

    CODE is a code or a name. Without one, and without --all, the rules are listed.
    """
    if code and options["all_rules"]:
        raise UsageError("--all shows every rule; leave out either --all or the code")
    pages = [_page(code)] if code else [page_of(rule) for rule in RULES.values()]
    style = style_for(sys.stdout, options["color"], os.environ)
    report = import_module(f"reloadlint.reporting.{FORMATS[options['rules_format']]}")
    write(report.render(pages, style, listed=not (code or options["all_rules"])))
    return 0


def _page(code: str) -> Page:
    """The page of the rule with this code or name."""
    named = {rule.name: rule for rule in RULES.values()}
    rule = RULES.get(code.upper()) or named.get(code.lower())
    if rule is None:
        hint = did_you_mean(code.upper(), RULES) or did_you_mean(code.lower(), named)
        raise UsageError(f"unknown rule `{code}`{hint or '; see `reloadlint rule` for all'}")
    return page_of(rule)
