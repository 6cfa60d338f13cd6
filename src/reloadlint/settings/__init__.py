"""What the user may set: `[tool.reloadlint]` in pyproject.toml, or reloadlint.toml."""

from __future__ import annotations

from reloadlint.settings.loading import load_settings
from reloadlint.settings.record import DEFAULT_EXCLUDE, OFF_BY_DEFAULT, Settings
from reloadlint.settings.values import check_selectors

__all__ = ["DEFAULT_EXCLUDE", "OFF_BY_DEFAULT", "Settings", "check_selectors", "load_settings"]
