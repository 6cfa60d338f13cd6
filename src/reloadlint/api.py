"""The commands as functions, for tests, editors and scripts: `reloadlint.check` and its like.

Nothing here imports or runs the code that it reads. The analysis itself, and libcst with it, is
imported when a function is called.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from reloadlint.settings import Settings
from reloadlint.settings import load_settings as _load

if TYPE_CHECKING:
    from reloadlint.findings import Result
    from reloadlint.fixer import Repair
    from reloadlint.settings.record import Strategy

AnyPath = str | PathLike[str]
Paths = AnyPath | Iterable[AnyPath]


def load_settings(start: AnyPath = ".", *, config: Sequence[str] = ()) -> Settings:
    """The settings that count for a file or folder, as the commands find them.

    Args:
        start: where to look for a configuration file, then in the folders above.
        config: as for `--config`: a file to read instead, or `KEY=VALUE` in TOML.

    Raises:
        UsageError: a file that can't be read or understood; one line that names file and key.
    """
    from reloadlint.reporting import FORMATS
    from reloadlint.rules.codes import RULES

    return _load(Path(start), codes=tuple(RULES), formats=tuple(FORMATS), config=config)


def check(paths: Paths = ".", settings: Settings | None = None) -> Result:
    """Report what loading the Flask modules in `paths` leaves behind.

    Args:
        paths: a file or folder, or several; the project around them is read, too.
        settings: what the run goes by; None takes the configuration file's, as the command does.

    Returns:
        The findings in order, and how much was read.

    Raises:
        UsageError: a path that isn't there, or a configuration that can't be used.
    """
    from reloadlint.linter import check_project

    wanted = _listed(paths)
    return check_project(wanted, settings or load_settings(wanted[0]))


def fix(
    paths: Paths = ".",
    settings: Settings | None = None,
    *,
    write: bool = False,
    strategy: Strategy = "auto",
    before_request: bool = False,
    app_factory: bool = False,
) -> Repair:
    """Work out how what `check` reports can be cured, and write it if asked.

    Args:
        paths, settings: as for `check`; `settings.unsafe_fixes` lets in fixes that aren't safe.
        write: write the files; else nothing is written.
        strategy: which cure to take; `auto` chooses by what the object is for.
        before_request: what goes to `g` is opened before each request, too.
        app_factory: move global applications into `create_app()`, after all other fixes; written
            only with `settings.unsafe_fixes`.

    Returns:
        What became of each finding (and each application), and the changed files.

    Raises:
        UsageError: as for `check`.
    """
    from reloadlint.fixer import finish_project, fix_project
    from reloadlint.fixes.draft import Wishes

    wanted = _listed(paths)
    settings = settings or load_settings(wanted[0])
    wishes = Wishes(strategy, before_request=before_request, app_factory=app_factory)
    if write:
        finish_project(wanted, settings)
    repair = fix_project(wanted, settings, wishes=wishes, unsafe=settings.unsafe_fixes)
    if write:
        repair.write()
    return repair


def _listed(paths: Paths) -> list[Path]:
    if isinstance(paths, (str, PathLike)):
        return [Path(paths)]
    return [Path(path) for path in paths] or [Path()]
