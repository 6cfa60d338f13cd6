"""`check --watch`: once more whenever a file of the project changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import click

from reloadlint.cli.boundary import warn
from reloadlint.discovery import find_project_root
from reloadlint.errors import UsageError


def watch(paths: Sequence[Path], run: Callable[[], int]) -> int:
    """Call `run`, and again when a Python or TOML file changes, until Ctrl-C.

    A configuration that can't be used is told, and may be corrected meanwhile.

    Raises:
        UsageError: standard input is to be watched, or `watchfiles` isn't installed.
    """
    if not paths:
        raise UsageError("--watch is for files; standard input doesn't change")
    try:
        import watchfiles
    except ImportError:
        raise UsageError("--watch needs watchfiles; install reloadlint[watch]") from None
    folders = sorted({find_project_root(path) for path in paths})
    chosen = watchfiles.PythonFilter(extra_extensions=(".toml",))
    _told(run)
    for _ in watchfiles.watch(*folders, watch_filter=chosen, raise_interrupt=False):
        click.clear()
        _told(run)
    return 0


def _told(run: Callable[[], int]) -> None:
    try:
        run()
    except UsageError as error:
        warn(str(error))
