"""Which rules count in which file: the selection, and `per-file-ignores`."""

from __future__ import annotations

import os
from pathlib import Path

from pathspec import GitIgnoreSpec

from reloadlint.errors import UsageError
from reloadlint.settings.record import Settings, covers


class Choice:
    """What is reported in a file; paths are relative to the working directory, as reports show.

    Raises:
        UsageError: a pattern of `per-file-ignores` that is none.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._root = settings.root or Path.cwd()
        self._ignores = [
            (_spec(pattern), codes) for pattern, codes in settings.per_file_ignores.items()
        ]

    def reports(self, path: str, code: str) -> bool:
        """Whether a finding with that code in that file is reported."""
        if not self._settings.selected(code):
            return False
        specs = [spec for spec, codes in self._ignores if covers(codes, code)]
        if not specs:
            return True
        inside = os.path.relpath(Path.cwd() / path, self._root).replace(os.sep, "/")
        return not any(spec.match_file(inside) for spec in specs)


def _spec(pattern: str) -> GitIgnoreSpec:
    try:
        return GitIgnoreSpec.from_lines([pattern])
    except ValueError as error:
        raise UsageError(
            f"`per-file-ignores`: invalid pattern `{pattern}`; write a name or a glob"
        ) from error
