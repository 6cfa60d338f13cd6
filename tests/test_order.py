"""The report does not depend on how the paths are given."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from reloadlint.findings import Finding
from reloadlint.linter import check_project
from reloadlint.settings import Settings

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
FOLDERS = sorted(path for path in EXAMPLES.iterdir() if path.is_dir())


def check(*paths: Path) -> tuple[Finding, ...]:
    return check_project(list(paths), Settings()).findings


def test_order_of_paths_makes_no_difference() -> None:
    reports = {check(*order) for order in itertools.permutations(FOLDERS)}
    assert len(reports) == 1


def test_path_named_twice_is_reported_once() -> None:
    assert check(EXAMPLES, *FOLDERS, EXAMPLES) == check(EXAMPLES)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_files_named_one_by_one_give_what_their_folder_gives(folder: Path) -> None:
    files = sorted(folder.rglob("*.py"), reverse=True)
    assert check(*files) == check(folder)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_one_file_alone_is_understood_with_the_project_around_it(folder: Path) -> None:
    alone = {found for file in folder.rglob("*.py") for found in check(file)}
    assert alone == set(check(folder))


def test_checking_twice_gives_the_same() -> None:
    assert check(EXAMPLES) == check(EXAMPLES)
