"""`check --write-baseline` and `check --add-ignore`: what is found is accepted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from reloadlint import baseline
from reloadlint.cli.boundary import FAILURE, FINDINGS, warn, write
from reloadlint.errors import UsageError
from reloadlint.reporting.wording import counted
from reloadlint.source import SourceFile, display_path

if TYPE_CHECKING:
    from reloadlint.findings import Result
    from reloadlint.settings import Settings

_FILE = "reloadlint-baseline.json"


def write_baseline(settings: Settings, check: Callable[[Settings], Result]) -> None:
    """Write everything that `check` finds without a baseline to the baseline's file.

    Raises:
        UsageError: it can't be written.
    """
    default = (settings.root or Path.cwd()) / _FILE
    path = Path(settings.baseline) if settings.baseline else default
    result = check(msgspec.structs.replace(settings, baseline=None))
    text = baseline.written(result.findings, result.sources, path.parent)
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise UsageError(f"baseline {display_path(path)}: {error.strerror or error}") from error
    write(f"{counted(len(result.findings), 'finding')} written to {display_path(path)}.\n")
    if not settings.baseline:
        write(f'It counts with --baseline, or with `baseline = "{_FILE}"` in the settings.\n')


def add_ignores(result: Result, reason: str, *, stdin: bool) -> int:
    """Write a comment for each finding into its file; the exit status.

    Raises:
        UsageError: for standard input, and for a reason that can't stand in a comment.
    """
    from reloadlint.fixes.edits import applied
    from reloadlint.fixes.files import Change, WriteError, write_all
    from reloadlint.fixes.ignoring import ignores
    from reloadlint.fixes.rewrites import edits_of

    if stdin:
        raise UsageError("--add-ignore is for files; standard input can't be written")
    if not reason.isprintable():
        raise UsageError("--add-ignore: the reason must be one line of text")
    added = ignores(result, reason.strip())
    status = 0
    for path, rewrites in added.rewrites.items():
        source = SourceFile.read(Path(path))
        change = Change(source, applied(source.text, edits_of(rewrites, source.text)))
        try:
            write_all([change])
        except WriteError as error:
            warn(str(error))
            status = FAILURE
        except UnicodeEncodeError:
            warn(f"{path}: the reason can't be written in {source.encoding}")
            status = FAILURE
    for finding in added.left:
        warn(f"{finding.path}:{finding.line}: {finding.code} can't be suppressed by a comment here")
    if status == 0:
        files = counted(len(added.rewrites), "file")
        write(f"{counted(added.number, 'finding')} in {files} ignored.\n")
    return status or (FINDINGS if added.left else 0)
