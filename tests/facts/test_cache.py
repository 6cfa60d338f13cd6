"""The cache of facts: it saves the work, and nothing about it can go wrong for the user."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reloadlint.facts import cache as module
from reloadlint.facts.cache import FactsCache
from reloadlint.facts.extract import module_facts
from reloadlint.linter import check_project
from reloadlint.settings import Settings

TEXT = "import threading\nthreading.Thread().start()\n"
OTHER = TEXT.replace("Thread()", "Xhread()")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "library.py"
    path.write_text(TEXT, encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "kept"


@pytest.fixture
def extracted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts from which facts are extracted from now on."""
    texts: list[str] = []

    def noting(text: str) -> object:
        texts.append(text)
        return module_facts(text)

    monkeypatch.setattr(module, "module_facts", noting)
    return texts


def entries(folder: Path) -> list[Path]:
    return sorted((folder / "facts").iterdir())


def test_second_run_extracts_nothing(file: Path, folder: Path, extracted: list[str]) -> None:
    first = FactsCache(folder).facts(str(file))
    assert FactsCache(folder).facts(str(file)) == first == module_facts(TEXT)
    assert extracted == [TEXT]


def test_file_whose_name_is_no_text_is_kept_like_another(
    file: Path, folder: Path, extracted: list[str]
) -> None:
    path = file.with_name(os.fsdecode(b"\xff.py"))
    try:
        file.rename(path)
    except OSError:
        pytest.skip("this file system has no such names")
    first = FactsCache(folder).facts(str(path))
    assert FactsCache(folder).facts(str(path)) == first == module_facts(TEXT)
    assert extracted == [TEXT]


def test_changed_file_is_read_again(file: Path, folder: Path) -> None:
    FactsCache(folder).facts(str(file))
    before = file.stat()
    file.write_text(OTHER, encoding="utf-8")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    assert FactsCache(folder).facts(str(file)) == module_facts(OTHER)


def test_another_reloadlint_reads_again(
    file: Path, folder: Path, extracted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    FactsCache(folder).facts(str(file))
    monkeypatch.setattr("reloadlint.facts.cache.edition", lambda: "another")
    FactsCache(folder).facts(str(file))
    assert extracted == [TEXT, TEXT]


def test_file_that_is_no_python_is_remembered_as_such(
    file: Path, folder: Path, extracted: list[str]
) -> None:
    file.write_text("def (\n", encoding="utf-8")
    assert FactsCache(folder).facts(str(file)) is None
    assert FactsCache(folder).facts(str(file)) is None
    assert len(extracted) == 1


@pytest.mark.parametrize(
    "change", ["truncated", "empty", "forged", "other_shape", "deep", "folder"]
)
def test_spoilt_entry_is_ignored(file: Path, folder: Path, change: str) -> None:
    FactsCache(folder).facts(str(file))
    (entry,) = entries(folder)
    data = entry.read_bytes()
    spoilt = {
        "truncated": data[: len(data) // 2],
        "empty": b"",
        "forged": b"\x80\x04\x95cos\nsystem\n(S'false'\ntR.",
        "other_shape": b"\x92\x01\x02",
        "deep": b"\x91" * 100_000,
    }
    if change == "folder":
        entry.unlink()
        entry.mkdir()
    else:
        entry.write_bytes(spoilt[change])
    assert FactsCache(folder).facts(str(file)) == module_facts(TEXT)


def test_text_that_no_encoding_has_is_no_obstacle(
    file: Path, folder: Path, extracted: list[str]
) -> None:
    file.write_text(r"half = '\ud800'" + "\n", encoding="utf-8")
    first = FactsCache(folder).facts(str(file))
    assert FactsCache(folder).facts(str(file)) == first
    assert len(extracted) == 1


def test_spoilt_entry_is_written_anew(file: Path, folder: Path, extracted: list[str]) -> None:
    FactsCache(folder).facts(str(file))
    entries(folder)[0].write_bytes(b"")
    FactsCache(folder).facts(str(file))
    FactsCache(folder).facts(str(file))
    assert len(extracted) == 2


def test_folder_that_cannot_be_made_costs_nothing(file: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    cache = FactsCache(tmp_path / "taken" / "kept")
    assert cache.facts(str(file)) == cache.facts(str(file)) == module_facts(TEXT)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_folder_that_cannot_be_written_costs_nothing(file: Path, folder: Path) -> None:
    (folder / "facts").mkdir(parents=True)
    (folder / "facts").chmod(0o500)
    assert FactsCache(folder).facts(str(file)) == module_facts(TEXT)


def test_disk_that_is_full_leaves_nothing_behind(
    file: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_source: object, _target: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "replace", fail)
    assert FactsCache(folder).facts(str(file)) == module_facts(TEXT)
    assert entries(folder) == []


def test_missing_file_has_no_facts(tmp_path: Path, folder: Path) -> None:
    assert FactsCache(folder).facts(str(tmp_path / "missing.py")) is None
    assert not folder.exists()


def test_without_folder_nothing_is_kept(file: Path, extracted: list[str]) -> None:
    cache = FactsCache(None)
    assert cache.facts(str(file)) == cache.facts(str(file))
    assert extracted == [TEXT, TEXT]


def test_git_is_told_to_ignore_it(file: Path, folder: Path) -> None:
    FactsCache(folder).facts(str(file))
    assert (folder / ".gitignore").read_text(encoding="utf-8").splitlines()[-1] == "*"


class TestCheck:
    @pytest.fixture
    def project(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """An application that uses a library of the environment beside it."""
        site = tmp_path / "env/lib/python3.12/site-packages"
        site.mkdir(parents=True)
        library = "import threading\ndef run():\n    threading.Thread(target=print).start()\n"
        (site / "jobs.py").write_text(library, encoding="utf-8")
        root = tmp_path / "shop"
        root.mkdir()
        app = "import flask, jobs\njobs.run()\n"
        (root / "app.py").write_text(app, encoding="utf-8")
        monkeypatch.chdir(root)
        return root

    def check(self, project: Path, **settings: object) -> list[int]:
        options = Settings(python=str(project.parent / "env"), **settings)  # type: ignore[arg-type]
        return [finding.line for finding in check_project([project], options).findings]

    def test_keeps_facts_in_the_project(self, project: Path) -> None:
        assert self.check(project) == self.check(project) == [2]
        assert entries(project / ".reloadlint_cache")

    def test_keeps_facts_where_it_is_told_to(self, project: Path, folder: Path) -> None:
        assert self.check(project, cache_dir=str(folder)) == [2]
        assert entries(folder)
        assert not (project / ".reloadlint_cache").exists()

    def test_keeps_nothing_on_request(self, project: Path) -> None:
        assert self.check(project, cache=False) == [2]
        assert [path.name for path in project.iterdir()] == ["app.py"]

    def test_keeps_no_facts_where_no_library_is_read(self, project: Path) -> None:
        assert self.check(project, follow_installed=False) == []
        assert not (project / ".reloadlint_cache" / "facts").exists()
