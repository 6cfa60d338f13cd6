"""Which files the cache looks at around those that were asked for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reloadlint.discovery import discover, folders_of_project
from reloadlint.linter import targets
from reloadlint.linter.targets import targets_of
from reloadlint.settings import Settings

SETTINGS = Settings()
PACKAGES = ("shop/__init__.py", "shop/app.py", "shop/deep/db.py", "tools/__init__.py")


def make(root: Path, *files: str) -> None:
    for file in files:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).touch()


def around(root: Path, *named: str) -> set[str]:
    """What belongs to the only project, which must be what a walk of its folders finds."""
    chosen = targets_of([root / name for name in named], SETTINGS, None)
    ((project, wanted),) = chosen.by_root.items()
    found = chosen.around(project, SETTINGS)
    folders = folders_of_project(project, wanted)
    walked = discover(folders, SETTINGS).files
    assert found == {os.fspath(path) for path in (*walked, *wanted)}
    return {Path(path).relative_to(root).as_posix() for path in found}


@pytest.mark.parametrize("named", [".", "shop", "shop/app.py"])
def test_without_a_marker_the_packages_belong_to_it(named: str, tmp_path: Path) -> None:
    make(tmp_path, *PACKAGES, "shop/build/made.py")
    wanted = {name for name in PACKAGES if named == "." or name.startswith("shop/")}
    assert around(tmp_path, named) == wanted


def test_with_a_marker_all_below_belongs_to_it(tmp_path: Path) -> None:
    make(tmp_path, *PACKAGES, "pyproject.toml", "script.py")
    assert around(tmp_path, "shop") == {*PACKAGES, "script.py"}


def test_links_are_followed_as_in_a_walk_of_the_packages(tmp_path: Path) -> None:
    make(tmp_path, *PACKAGES, "other/pyproject.toml", "other/__init__.py", "other/there.py")
    (tmp_path / "shop" / "linked.py").symlink_to(tmp_path / "other" / "there.py")
    (tmp_path / "shop" / "outside.py").symlink_to(tmp_path.parent / "elsewhere.py")
    (tmp_path.parent / "elsewhere.py").touch()
    assert "shop/outside.py" in around(tmp_path, ".")


def test_folder_that_was_named_is_not_walked_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path, *PACKAGES)
    chosen = targets_of([tmp_path], SETTINGS, None)
    monkeypatch.delattr(targets, "names_of_files")
    assert len(chosen.around(tmp_path, SETTINGS)) == len(PACKAGES)
