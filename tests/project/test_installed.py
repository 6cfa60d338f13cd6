"""Where environments keep their libraries, and which file of theirs a name stands for."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from reloadlint.project.installed import LibraryIndex, site_folders
from reloadlint.project.modules import Module

LAYOUTS = [
    "lib/python3.12/site-packages",
    "lib64/python3.12/site-packages",
    "lib/python3.12/dist-packages",
    "lib/python3/dist-packages",
    "Lib/site-packages",
]


def made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def written(file: Path, text: str = "") -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


class TestFolders:
    @pytest.mark.parametrize("layout", LAYOUTS)
    def test_of_an_environment(self, tmp_path: Path, layout: str) -> None:
        site = made(tmp_path / layout)
        assert [folder.resolve() for folder in site_folders(str(tmp_path), {})] == [site.resolve()]

    @pytest.mark.parametrize("interpreter", ["bin/python", "bin/python3.12", "Scripts/python.exe"])
    def test_of_an_interpreter(self, tmp_path: Path, interpreter: str) -> None:
        site = made(tmp_path / LAYOUTS[0])
        python = written(tmp_path / interpreter)
        assert site_folders(str(python), {}) == [site]

    def test_of_a_linked_interpreter_without_environment(self, tmp_path: Path) -> None:
        site = made(tmp_path / "base" / LAYOUTS[0])
        python = written(tmp_path / "base/bin/python3.12")
        link = made(tmp_path / "bin") / "python"
        link.symlink_to(python)
        assert site_folders(str(link), {}) == [site]

    def test_of_the_active_environment(self, tmp_path: Path) -> None:
        venv, conda = made(tmp_path / "venv" / LAYOUTS[0]), made(tmp_path / "conda" / LAYOUTS[0])
        both = {"VIRTUAL_ENV": str(tmp_path / "venv"), "CONDA_PREFIX": str(tmp_path / "conda")}
        assert site_folders(None, both) == [venv]
        assert site_folders(None, {"CONDA_PREFIX": str(tmp_path / "conda")}) == [conda]

    def test_named_environment_beats_the_active_one(self, tmp_path: Path) -> None:
        named, active = made(tmp_path / "a" / LAYOUTS[0]), made(tmp_path / "b" / LAYOUTS[0])
        found = site_folders(str(tmp_path / "a"), {"VIRTUAL_ENV": str(tmp_path / "b")})
        assert found == [named]
        assert active not in found

    def test_none_without_environment(self, tmp_path: Path) -> None:
        assert site_folders(None, {}) == []
        assert site_folders(None, {"VIRTUAL_ENV": ""}) == []
        assert site_folders(str(tmp_path), {}) == []
        assert site_folders(str(tmp_path / "missing"), {}) == []

    @pytest.mark.parametrize(("sees_through", "expected"), [("true", 2), ("false", 1), ("", 1)])
    def test_with_those_of_the_system(
        self, tmp_path: Path, sees_through: str, expected: int
    ) -> None:
        own, system = made(tmp_path / "venv" / LAYOUTS[0]), made(tmp_path / "usr" / LAYOUTS[3])
        option = f"include-system-site-packages = {sees_through}\n" if sees_through else ""
        written(tmp_path / "venv/pyvenv.cfg", f"home = {tmp_path}/usr/bin\n{option}")
        assert site_folders(str(tmp_path / "venv"), {}) == [own, system][:expected]

    def test_with_those_that_pth_files_name(self, tmp_path: Path) -> None:
        site, beside = made(tmp_path / LAYOUTS[0]), made(tmp_path / "src")
        inside = made(site / "eggs" / "one.egg")
        lines = f"# a comment\n\n{beside}\neggs/one.egg\n{tmp_path}/missing\n{beside}\n"
        written(site / "all.pth", lines)
        assert site_folders(str(tmp_path), {}) == [site, beside, inside]

    def test_code_in_pth_files_is_not_run(self, tmp_path: Path) -> None:
        site = made(tmp_path / LAYOUTS[0])
        trace = tmp_path / "run"
        written(site / "evil.pth", f"import pathlib; pathlib.Path({str(trace)!r}).touch()\n")
        written(tmp_path / "bin/python", f"#!/bin/sh\ntouch {trace}\n").chmod(0o755)
        assert site_folders(str(tmp_path / "bin/python"), {}) == [site]
        assert not trace.exists()

    def test_undecodable_files_are_read_as_far_as_possible(self, tmp_path: Path) -> None:
        site = made(tmp_path / LAYOUTS[0])
        (site / "odd.pth").write_bytes(b"\xff\xfe\x00\n")
        (tmp_path / "pyvenv.cfg").write_bytes(b"\xff = \xfe\nhome\n")
        assert site_folders(str(tmp_path), {}) == [site]

    def test_of_the_environment_that_runs_this(self) -> None:
        site = Path(pytest.__file__).parent.parent.resolve()
        assert site in [folder.resolve() for folder in site_folders(sys.prefix, {})]


@pytest.fixture
def index(tmp_path: Path) -> LibraryIndex:
    """An environment with a package, a module, a namespace package and compiled modules."""
    for path in ("jobs/__init__.py", "jobs/base.py", "jobs/store/__init__.py", "plain.py"):
        written(tmp_path / "site" / path)
    written(tmp_path / "site/space/part.py")
    written(tmp_path / "site/fast.cpython-312-x86_64-linux-gnu.so")
    written(tmp_path / "site/stubs/__init__.pyi")
    written(tmp_path / "other/plain.py")
    return LibraryIndex([tmp_path / "site", tmp_path / "other"])


def importer(name: str, *, is_package: bool = False) -> Module:
    return Module(f"/{name}", name, is_package, installed=True)


class TestIndex:
    def test_packages_and_modules(self, index: LibraryIndex, tmp_path: Path) -> None:
        site = tmp_path.as_posix() + "/site"
        assert index.module("jobs") == Module(f"{site}/jobs/__init__.py", "jobs", True, True)
        assert index.module("jobs.base") == Module(f"{site}/jobs/base.py", "jobs.base", False, True)

    def test_first_folder_wins(self, index: LibraryIndex, tmp_path: Path) -> None:
        module = index.module("plain")
        assert module is not None
        assert module.path == f"{tmp_path.as_posix()}/site/plain.py"

    @pytest.mark.parametrize("name", ["missing", "jobs.missing", "fast", "stubs", "space", ""])
    def test_without_source_there_is_no_module(self, index: LibraryIndex, name: str) -> None:
        assert index.module(name) is None

    def test_module_in_namespace_package(self, index: LibraryIndex) -> None:
        assert index.module("space.part") is not None

    def test_qualified_name_is_split_at_the_module(self, index: LibraryIndex) -> None:
        found = index.split("jobs.base.Queue.make")
        assert found == (index.module("jobs.base"), ["Queue", "make"])
        assert index.split("jobs") == (index.module("jobs"), [])
        assert index.split("missing.Thing") is None

    @pytest.mark.parametrize("name", ["jobs", "plain", "fast", "space", "threading", "_socket"])
    def test_has_what_can_be_imported(self, index: LibraryIndex, name: str) -> None:
        assert index.has(name)

    @pytest.mark.parametrize("name", ["missing", "[x]", "pla"])
    def test_has_nothing_else(self, index: LibraryIndex, name: str) -> None:
        assert not index.has(name)

    def test_library_sees_itself_only(self, index: LibraryIndex) -> None:
        jobs = importer("jobs", is_package=True)
        assert index.resolve(jobs, "jobs.base") == index.module("jobs.base")
        assert index.resolve(jobs, "plain") is None

    @pytest.mark.parametrize(
        ("name", "is_package", "target", "level", "found"),
        [
            ("jobs", True, "base", 1, "jobs.base"),
            ("jobs.base", False, "store", 1, "jobs.store"),
            ("jobs.base", False, "", 1, "jobs"),
            ("jobs.store", True, "base", 2, "jobs.base"),
            ("jobs.store", True, "", 1, "jobs.store"),
        ],
    )
    def test_relative_imports(
        self, index: LibraryIndex, name: str, is_package: bool, target: str, level: int, found: str
    ) -> None:
        module = index.resolve(importer(name, is_package=is_package), target, level)
        assert module == index.module(found)

    def test_relative_import_beyond_the_library(self, index: LibraryIndex) -> None:
        assert index.resolve(importer("jobs.base"), "plain", 5) is None

    def test_submodules(self, index: LibraryIndex) -> None:
        jobs, base = index.module("jobs"), index.module("jobs.base")
        assert jobs is not None
        assert base is not None
        assert index.submodule(jobs, "base") == base
        assert index.submodule(base, "store") is None

    def test_is_asked_of_the_disk_once(self, index: LibraryIndex, tmp_path: Path) -> None:
        known = index.module("plain")
        (tmp_path / "site/plain.py").unlink()
        assert index.module("plain") is known
