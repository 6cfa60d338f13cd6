"""Standard input that stands for a file of the project."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from reloadlint.errors import UsageError
from reloadlint.findings import Result, Summary
from reloadlint.source import SourceError, SourceFile, display_path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reloadlint.settings import Settings

_DASH = Path("-")
# A module needs the suffix to be one, and no file on disk has this name.
_NAMELESS = Path("<stdin>.py")


class InvalidInput(Exception):  # noqa: N818 - named as the finding is
    """Standard input that is no Python text."""

    def __init__(self, shown: str, error: SourceError) -> None:
        super().__init__(error.message)
        self._shown = shown
        self._error = error

    def result(self, settings: Settings) -> Result:
        """The finding that a file on disk would get."""
        from reloadlint.rules.invalid_file import invalid_file

        finding = invalid_file(self._shown, self._error.line, 1, self._error.message)
        findings = (finding,) if settings.selected(finding.code) else ()
        return Result(findings, Summary(1, 0, len(findings), 0), {})


def stdin_path(paths: Sequence[Path], filename: Path | None) -> Path | None:
    """The file that standard input stands for, absolute; None if paths are to be read."""
    if _DASH not in paths:
        if filename is not None:
            raise UsageError("--stdin-filename is for standard input; name `-` as the path")
        return None
    if len(paths) > 1:
        raise UsageError("`-` cannot be combined with other paths; check them one after the other")
    return Path(os.path.normpath((filename or _NAMELESS).absolute()))


def read_stdin(path: Path) -> SourceFile:
    """Standard input as the text of `path`; `InvalidInput` if it is no text."""
    shown = "<stdin>" if path.name == _NAMELESS.name else display_path(path)
    try:
        return SourceFile.from_bytes(sys.stdin.buffer.read(), path, shown)
    except SourceError as error:
        raise InvalidInput(shown, error) from error
