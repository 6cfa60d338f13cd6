"""How many findings each rule has, in place of the findings themselves."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

from reloadlint.reporting.wording import summary

if TYPE_CHECKING:
    from reloadlint.findings import Result
    from reloadlint.reporting.style import Style


def render(result: Result, style: Style, output_format: str) -> str:
    """A line for each rule with findings, the most frequent first; JSON for the JSON formats."""
    counts = Counter((finding.code, finding.name) for finding in result.findings)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    if output_format.startswith("json"):
        rows = [{"code": code, "name": name, "count": n} for (code, name), n in ordered]
        return json.dumps(rows, indent=2) + "\n"
    width = len(str(max(counts.values(), default=0)))
    lines = [f"{number:>{width}}  {code}  {name}" for (code, name), number in ordered]
    if style.summary:
        lines += ["", summary(result)] if lines else [summary(result)]
    return "".join(f"{line}\n" for line in lines)
