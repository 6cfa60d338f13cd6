"""The projects in `tests/fixtures/guard`: scripts that start something before they serve.

A project is a folder with `before/` and either `after/` or `refused.txt` (the applicability, and a
part of the reason). `unsafe.txt` beside `after/` has a part of the reason why that is not safe.
"""

from __future__ import annotations

from dataclasses import dataclass

from fixes.harness import FIXTURES, Project

GUARD = FIXTURES.with_name("guard")


@dataclass(frozen=True)
class Script(Project):
    """A project that is run by its `app.py`."""

    @property
    def options(self) -> list[str]:
        """What `fix` is called with, besides `--write`."""
        return [] if self.doubt is None else ["--unsafe-fixes"]

    @property
    def doubt(self) -> str | None:
        """A part of the reason why the fix is not safe; None where it is."""
        file = self.folder / "unsafe.txt"
        return file.read_text("utf-8").strip() if file.exists() else None


def scripts() -> list[Script]:
    """Return all projects, by name."""
    return [Script(folder) for folder in sorted(GUARD.iterdir()) if folder.is_dir()]
