"""Small projects written out in a test, fixed in memory."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from reloadlint.findings import Fix
from reloadlint.fixer import Repair, fix_project
from reloadlint.fixes.draft import Wishes
from reloadlint.linter import check_project
from reloadlint.settings import Settings

SETTINGS = Settings(follow_installed=False, cache=False)


def write(folder: Path, files: dict[str, str]) -> Path:
    """Write files, their texts without common indentation."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(dedent(text).encode())
    return folder


def repair(folder: Path, files: dict[str, str], *, unsafe: bool = False, **wishes: str) -> Repair:
    """What `fix` would do to these files."""
    write(folder, files)
    return fix_project([folder], SETTINGS, wishes=Wishes(**wishes), unsafe=unsafe)


def fixed(folder: Path, files: dict[str, str], **options: object) -> dict[str, str]:
    """The changed files' new texts, by name."""
    changes = repair(folder, files, **options).changes
    return {change.source.path.relative_to(folder).as_posix(): change.text for change in changes}


def verdict(folder: Path, files: dict[str, str]) -> Fix:
    """What `check` says of the only finding's fix."""
    write(folder, files)
    (finding,) = check_project([folder], SETTINGS).findings
    assert finding.fix is not None
    return finding.fix
