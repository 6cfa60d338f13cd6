"""Ties the rooms together: from paths to findings."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from reloadlint.findings import Result
from reloadlint.garbage import collector_paused
from reloadlint.linter.targets import Targets, cache_folder, inside, overlay_of, targets_of
from reloadlint.result_cache import ResultCache, key_of

if TYPE_CHECKING:
    from reloadlint.effects.survey import Survey
    from reloadlint.linter.reading import Progress
    from reloadlint.settings import Settings
    from reloadlint.source import SourceFile

__all__ = ["check_project", "survey_project"]


def check_project(
    paths: Sequence[Path],
    settings: Settings,
    *,
    stdin: SourceFile | None = None,
    progress: Progress | None = None,
) -> Result:
    """Check files and folders, each with the whole project around it.

    Args:
        paths: what to report on; what they import is understood along with them.
        settings: which rules, which files, which source roots.
        stdin: a text that stands for the file at its path.
        progress: called with the number of files read and their total.

    Raises:
        UsageError: a path that is not there.
    """
    targets = targets_of(paths, settings, stdin)
    root = next(iter(targets.by_root), None)
    folder = root and cache_folder(settings, root)
    cache = ResultCache(folder)
    key = None if stdin else _key(targets, settings, folder)
    known = cache.get(key) if key else None
    if known is not None:
        return known
    from reloadlint.linter.checking import Check  # a warm run does without

    check = Check(settings, overlay_of(stdin), progress)
    with collector_paused():
        for root, files in targets.by_root.items():
            check.project(root, files)
    check.findings += targets.problems
    result = check.result(targets.files)
    if key and key == _key(targets, settings, folder):  # nothing has changed meanwhile
        cache.put(key, result, check.libraries)
    return result


def _key(targets: Targets, settings: Settings, folder: Path | None) -> str | None:
    """What the result depends on; None if it isn't to be kept."""
    if not settings.cache or targets.problems:
        return None
    try:
        around = partial(targets.around, settings=settings)
        return key_of(targets.by_root, around, settings, folder)
    except OSError:
        return None


def survey_project(
    paths: Sequence[Path],
    settings: Settings,
    *,
    stdin: SourceFile | None = None,
    progress: Progress | None = None,
) -> Survey:
    """What loading each of these files does, hazard or not, and the calls that aren't known.

    Args:
        paths, settings, stdin, progress: as for `check_project`.

    Raises:
        UsageError: a path that is not there.
    """
    from reloadlint.effects.survey import Survey, SurveyedModule
    from reloadlint.linter.checking import Check

    targets = targets_of(paths, settings, stdin)
    check = Check(settings, overlay_of(stdin), progress)
    modules = [
        SurveyedModule(path=p.path, problem=p.message, line=p.line) for p in targets.problems
    ]
    for root, files in targets.by_root.items():
        chosen = [inside(root, file) for file in files]
        modules += check.understand(root, files).surveyed(chosen)
    return Survey(tuple(sorted(modules, key=lambda module: module.path)))
