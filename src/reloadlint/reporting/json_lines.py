"""One JSON object a line for each finding, for programs that read as they go."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from reloadlint.reporting.json_format import as_data

if TYPE_CHECKING:
    from reloadlint.findings import Result
    from reloadlint.reporting.style import Style


def render(result: Result, style: Style) -> str:  # noqa: ARG001 - the same in every style
    """A line for each finding, with the keys of the JSON report; empty where nothing was found."""
    return "".join(f"{json.dumps(as_data(finding))}\n" for finding in result.findings)
