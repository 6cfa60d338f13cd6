"""The projects in `tests/fixtures/guard`: scripts that start something before they serve.

A project is a folder with `before/` and either `after/` or `refused.txt` (the applicability, and a
part of the reason).
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
        return []


def scripts() -> list[Script]:
    """Return all projects, by name."""
    return [Script(folder) for folder in sorted(GUARD.iterdir()) if folder.is_dir()]
