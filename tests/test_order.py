"""The report does not depend on how the paths are given."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from reality.projects import EXAMPLES
from reloadlint.findings import Finding
from reloadlint.linter import check_project
from reloadlint.settings import Settings

NAMES = sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir())


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The examples where no project is around them, and each is one of its own."""
    copied = tmp_path_factory.mktemp("order").resolve() / "examples"
    shutil.copytree(EXAMPLES, copied)
    for name in NAMES:
        (copied / name / "reloadlint.toml").touch()
    return copied


def check(*paths: Path) -> tuple[Finding, ...]:
    return check_project(list(paths), Settings()).findings


def test_order_of_paths_makes_no_difference(examples: Path) -> None:
    folders = [examples / name for name in NAMES]
    rotated = [folders[start:] + folders[:start] for start in range(len(folders))]
    reports = {check(*order) for order in [*rotated, folders[::-1]]}
    assert len(reports) == 1
    assert reports.pop()


def test_path_named_twice_is_reported_once(examples: Path) -> None:
    assert check(examples, examples / "factory", examples) == check(examples)


@pytest.mark.parametrize("name", NAMES)
def test_files_named_one_by_one_give_what_their_folder_gives(name: str, examples: Path) -> None:
    files = sorted((examples / name).rglob("*.py"), reverse=True)
    assert check(*files) == check(examples / name)


@pytest.mark.parametrize("name", NAMES)
def test_findings_of_each_file_alone_are_those_of_all(name: str, examples: Path) -> None:
    alone = {
        without_fix(found) for file in (examples / name).rglob("*.py") for found in check(file)
    }
    assert alone == {without_fix(found) for found in check(examples / name)}


def without_fix(finding: Finding) -> tuple[object, ...]:
    """A finding without its fix, which depends on the files that may be changed."""
    return (finding.sort_key, finding.message, finding.evidence, finding.confidence)


def test_checking_twice_gives_the_same(examples: Path) -> None:
    assert check(examples) == check(examples)
