"""The rules and their documentation as one JSON object."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reloadlint.reporting.style import Style
    from reloadlint.rules.documentation import Page

#: Grows when a key changes its meaning or goes, not when one is added.
VERSION = 1


def render(pages: Sequence[Page], style: Style, *, listed: bool) -> str:  # noqa: ARG001
    """All there is of each rule, whether or not a list was asked for; in ASCII."""
    rules = [
        {
            "code": page.code,
            "name": page.name,
            "summary": page.summary,
            "default": page.default,
            "sections": page.sections,
            "documentation": page.markdown,
        }
        for page in pages
    ]
    return json.dumps({"version": VERSION, "rules": rules}, indent=2) + "\n"
