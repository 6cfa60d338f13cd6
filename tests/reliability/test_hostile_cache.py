"""A cache that is damaged, forged or led elsewhere changes no result and no other file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reloadlint.findings import Result
from reloadlint.linter import check_project
from reloadlint.settings import Settings
from reloadlint.store import Store

ALONE = Settings(follow_installed=False)
NAME = "0" * 40


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "pyproject.toml").touch()
    program = "import flask, threading\nthreading.Thread(target=print).start()\n"
    (folder / "app.py").write_text(program)
    monkeypatch.chdir(folder)
    return folder


def check() -> Result:
    return check_project([Path()], ALONE)


def kept(project: Path) -> Path:
    (file,) = (project / ".reloadlint_cache" / "results").iterdir()
    return file


def test_byte_that_was_changed_anywhere_costs_the_work_only(project: Path) -> None:
    expected = check()
    data = kept(project).read_bytes()
    for place in range(0, len(data), max(1, len(data) // 40)):
        kept(project).write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        assert check() == expected
        assert kept(project).read_bytes() == data


def test_cache_that_was_cut_off_anywhere_costs_the_work_only(project: Path) -> None:
    expected = check()
    data = kept(project).read_bytes()
    for length in range(0, len(data), max(1, len(data) // 20)):
        kept(project).write_bytes(data[:length])
        assert check() == expected


def test_what_was_kept_is_given_back(tmp_path: Path) -> None:
    """What the others rely on: there is a cache, and it is used."""
    store = Store(tmp_path / "cache", "room")
    store.write(NAME, b"data")
    assert store.read(NAME) == b"data"


@pytest.mark.parametrize("link", [".reloadlint_cache", ".reloadlint_cache/results"])
def test_nothing_is_written_through_a_link_that_the_project_brings(
    project: Path, tmp_path: Path, link: str
) -> None:
    victim = tmp_path / "victim"
    victim.mkdir()
    (project / link).parent.mkdir(exist_ok=True)
    (project / link).symlink_to(victim, target_is_directory=True)
    assert [finding.code for finding in check().findings] == ["RL101"]
    assert list(victim.iterdir()) == []


def test_link_in_place_of_its_gitignore_is_not_written_through(
    project: Path, tmp_path: Path
) -> None:
    (project / ".reloadlint_cache").mkdir()
    (project / ".reloadlint_cache" / ".gitignore").symlink_to(tmp_path / "victim")
    check()
    assert not (tmp_path / "victim").exists()


def test_files_that_are_not_its_own_are_never_forgotten(tmp_path: Path) -> None:
    store = Store(tmp_path / "cache", "results", most=2)
    (tmp_path / "cache" / "results").mkdir(parents=True)
    thesis = tmp_path / "cache" / "results" / "thesis.txt"
    thesis.write_text("mine")
    os.utime(thesis, ns=(0, 0))
    for number in range(5):
        store.write(f"{number}" * 40, b"data")
    names = sorted(path.name for path in thesis.parent.iterdir())
    assert (len(names), names[-1]) == (3, "thesis.txt")


# What never ends when it is read


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
@pytest.mark.parametrize("name", ["pyproject.toml", "reloadlint.toml", ".gitignore", "app.py"])
@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_pipe_or_device_in_place_of_a_file_is_not_read(
    project: Path, monkeypatch: pytest.MonkeyPatch, name: str, kind: str
) -> None:
    from reloadlint.api import load_settings

    (project / "more.py").write_text((project / "app.py").read_text())
    (project / name).unlink(missing_ok=True)
    if kind == "pipe":
        os.mkfifo(project / name)
    else:
        (project / name).symlink_to("/dev/zero")
    settings = load_settings(".", config=["cache = false", "follow-installed = false"])
    found = [finding.path for finding in check_project([Path()], settings).findings]
    assert found == (["more.py"] if name == "app.py" else ["app.py", "more.py"])
