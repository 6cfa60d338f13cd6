"""The areas of folders, as their configuration says at the moment."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from reloadlint.errors import UsageError
from reloadlint.lsp.area import Area
from reloadlint.lsp.configuration import Preferences, settings_of
from reloadlint.settings import Settings

Configured = tuple[Settings | None, tuple[str, ...]]
"""A folder's settings, if they can be used, and what is wrong with them, in a line each."""


class Areas:
    """An area for each folder that is asked for.

    Args:
        formats: the output formats that a configuration file may name.
        tell: called with what is wrong with a configuration, once as long as it is so.
    """

    def __init__(self, formats: tuple[str, ...], tell: Callable[[str], None]) -> None:
        self._formats = formats
        self._tell = tell
        self._preferences = Preferences()
        self._areas: dict[Path, Area | None] = {}
        self._configured: dict[Path, Configured] = {}

    def begin(self, preferences: Preferences) -> None:
        """Forget all areas: the client wants something else."""
        self._preferences = preferences
        self._areas.clear()
        self._configured.clear()

    def forget_files(self) -> None:
        """Look again which files there are."""
        for area in list(self._areas.values()):
            if area is not None:
                area.forget_files()

    def at(self, folder: Path) -> Area | None:
        """The area of a folder; None where its configuration can't be used, which is told."""
        if folder not in self._areas:
            return self.refreshed(folder)
        return self._areas[folder]

    def refreshed(self, folder: Path) -> Area | None:
        """The same, with the configuration read again; if that has changed, it is a new one."""
        configured = self._read(folder)
        if folder not in self._areas or self._configured.get(folder) != configured:
            settings, problems = configured
            standing = {each for _, told in self._configured.values() for each in told}
            for problem in problems:
                if problem not in standing:
                    self._tell(problem)
            self._configured[folder] = configured
            self._areas[folder] = None if settings is None else Area([folder], settings)
        return self._areas[folder]

    def _read(self, folder: Path) -> Configured:
        try:
            settings, problems = settings_of(folder, self._preferences, self._formats)
        except UsageError as error:
            return None, (str(error),)
        return settings, tuple(problems)
