"""A rule's docstring as its documentation: the same text in the terminal, reports and the site."""

from __future__ import annotations

import inspect
import re

import msgspec

from reloadlint.rules.base import Rule
from reloadlint.settings.record import OFF_BY_DEFAULT

_SECTION = re.compile(r"^## (.+)\n", re.MULTILINE)


class Page(msgspec.Struct, frozen=True):
    """What there is to say about a rule.

    `sections` maps headings ("Why is this bad?") to Markdown: those of the docstring in their
    order, then what it shares with others. `default` tells whether the rule is on unless
    deselected.
    """

    code: str
    name: str
    summary: str
    default: bool
    sections: dict[str, str]

    @property
    def markdown(self) -> str:
        """The page without its title."""
        parts = [f"## {title}\n\n{text}" for title, text in self.sections.items()]
        return "\n\n".join([self.summary, *parts]) + "\n"


def page_of(rule: type[Rule]) -> Page:
    """The page of a rule, out of its docstring and what it shares with others."""
    summary, *parts = _SECTION.split(inspect.cleandoc(rule.__doc__ or ""))
    sections = {title: text.strip() for title, text in zip(parts[::2], parts[1::2], strict=True)}
    default = rule.code not in OFF_BY_DEFAULT
    return Page(
        rule.code, rule.name, " ".join(summary.split()), default, {**sections, **rule.shared}
    )
