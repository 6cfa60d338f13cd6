"""Reports that were drawn before: for the same findings nothing that draws is even loaded."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

from reloadlint.edition import edition
from reloadlint.findings import Result
from reloadlint.reporting import DRAWN, Style, render
from reloadlint.store import Store

MOST_REPORTS = 64
"""How many are kept; the newest win."""


class KeptReports:
    """Renders results, and keeps those that took a library to draw.

    Args:
        folder: where to keep them; None keeps nothing.
    """

    def __init__(self, folder: Path | None) -> None:
        self._store = Store(folder, "reports", MOST_REPORTS)

    def render(self, output_format: str, result: Result, style: Style) -> str:
        """The same as `reporting.render`."""
        if output_format not in DRAWN or not result.findings or not self._store.is_open:
            return render(output_format, result, style)
        try:
            parts = msgspec.msgpack.encode((edition(), output_format, style, result))
        except UnicodeEncodeError:  # the name of a file is no text
            return render(output_format, result, style)
        name = hashlib.blake2b(parts, digest_size=20).hexdigest()
        kept = self._store.read(name)
        if kept is not None:
            return kept.decode("utf-8", "surrogatepass")
        report = render(output_format, result, style)
        self._store.write(name, report.encode("utf-8", "surrogatepass"))
        return report
