"""`fix --write` and a world that doesn't play along: each file is old or new, and all are the same.

The project has a fix over two files, `app.py` and `views.py`.
"""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fixes.harness import FIXTURES, Project, tree
from fixes.harness_fixing import Command, copy, inside, reloadlint
from reloadlint import fixer
from reloadlint.fixes import files
from reloadlint.fixes.files import Change, WriteError, write_all
from reloadlint.source import SourceFile

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

PROJECT = Project(FIXTURES / "g_instance_imported_by_views")
OLD, NEW = tree(PROJECT.before), tree(PROJECT.after)
INTERRUPTED = 130


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the project that may be written to."""
    folder = tmp_path / "project"
    copy(PROJECT, folder)
    return folder


def test_files_are_replaced_and_keep_their_mode(folder: Path) -> None:
    (folder / "app.py").chmod(0o750)
    (folder / "views.py").chmod(0o604)
    assert _fix(folder).status == 0
    assert tree(folder) == NEW
    assert _modes(folder)["app.py"] == 0o750
    assert _modes(folder)["views.py"] == 0o604


def test_files_without_a_fix_are_not_written_at_all(folder: Path) -> None:
    before = (folder / "store.py").stat()
    assert _fix(folder).status == 0
    after = (folder / "store.py").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_nothing_is_written_without_write(folder: Path) -> None:
    assert _fix(folder, "--diff").status == 1
    assert tree(folder) == OLD


@pytest.mark.parametrize("file", ["app.py", "views.py"])
def test_read_only_file_is_left_alone_and_so_is_its_fix(folder: Path, file: str) -> None:
    (folder / file).chmod(0o444)
    command = _fix(folder)
    assert command.status != 0
    assert f"{file} is read-only" in command.complained
    assert tree(folder) == OLD
    assert _modes(folder)[file] == 0o444


def test_read_only_folder_is_left_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: Any, **options: Any) -> Any:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(os, "open", refuse)
    command = _fix(folder)
    assert command.status != 0
    assert "Permission denied" in command.complained
    assert tree(folder) == OLD


@pytest.mark.parametrize("file", ["app.py", "views.py"])
def test_file_that_changed_since_it_was_read_is_not_overwritten(
    folder: Path, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    def edit_then_write(changes: list[Change]) -> None:
        _append(folder / file)
        write_all(changes)

    monkeypatch.setattr(fixer, "write_all", edit_then_write)
    command = _fix(folder)
    assert command.status != 0
    assert f"{file} has changed" in command.complained
    assert tree(folder) == {**OLD, file: OLD[file] + b"# edited\n"}


@pytest.mark.parametrize("file", ["app.py", "views.py"])
def test_file_that_changes_while_others_are_prepared_is_not_overwritten(
    folder: Path, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    sync = os.fsync
    editing = iter([None, lambda: _append(folder / file)])

    def edit_then_sync(handle: int) -> None:
        sync(handle)
        if edit := next(editing, None):
            edit()

    monkeypatch.setattr(os, "fsync", edit_then_sync)
    command = _fix(folder)
    assert command.status != 0
    assert f"{file} has changed" in command.complained
    assert tree(folder) == {**OLD, file: OLD[file] + b"# edited\n"}


def test_file_that_has_gone_is_not_made_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def remove_then_write(changes: list[Change]) -> None:
        (folder / "views.py").unlink()
        write_all(changes)

    monkeypatch.setattr(fixer, "write_all", remove_then_write)
    command = _fix(folder)
    assert command.status != 0
    assert "views.py" in command.complained
    assert tree(folder) == {name: text for name, text in OLD.items() if name != "views.py"}


@pytest.mark.parametrize("number", [1, 2])
def test_full_disk_leaves_all_files_as_they_were(
    folder: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """The `number`th file can't be written to the disk any more."""
    calls = count(1)
    sync = os.fsync

    def fail(handle: int) -> None:
        if next(calls) == number:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        sync(handle)

    monkeypatch.setattr(os, "fsync", fail)
    command = _fix(folder)
    assert command.status != 0
    assert "No space left on device" in command.complained
    assert tree(folder) == OLD


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="has its own file size limit")
def test_file_that_grows_too_large_leaves_all_as_they_were(folder: Path) -> None:
    """A real write that fails, with the kernel's own limit."""
    program = (
        "import resource, signal, sys; from reloadlint.cli import main\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))\n"
        "sys.argv = ['reloadlint', 'fix', '--write', '--isolated', '--no-cache']\n"
        "sys.exit(main())\n"
    )
    command = [sys.executable, "-B", "-c", program]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "File too large" in done.stderr
    assert tree(folder) == OLD


def test_target_of_a_symbolic_link_is_replaced_and_the_link_stays(folder: Path) -> None:
    elsewhere = folder.parent / "elsewhere"
    elsewhere.mkdir()
    target = (folder / "views.py").rename(elsewhere / "pages.txt")
    target.chmod(0o640)
    (folder / "views.py").symlink_to(target)
    assert _fix(folder, "--write", ".", "views.py").status == 0
    assert (folder / "views.py").is_symlink()
    assert (folder / "views.py").readlink() == target
    assert target.read_bytes() == NEW["views.py"]
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert [file.name for file in elsewhere.iterdir()] == ["pages.txt"]


def test_relative_symbolic_link_stays_relative(folder: Path) -> None:
    (folder / "app.py").rename(folder / "application.txt")
    (folder / "app.py").symlink_to("application.txt")
    assert _fix(folder).status == 0
    assert (folder / "app.py").readlink().name == "application.txt"
    assert (folder / "application.txt").read_bytes() == NEW["app.py"]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", [1, 2])
def test_interruption_of_a_replacement_leaves_all_old(
    folder: Path, monkeypatch: pytest.MonkeyPatch, number: int, when: str
) -> None:
    """Ctrl-C comes just before or just after the `number`th file is replaced."""
    calls = count(1)
    replace = Path.replace

    def interrupted(source: Path, target: Path) -> None:
        here = next(calls) == number
        if here and when == "before":
            raise KeyboardInterrupt
        replace(source, target)
        if here and when == "after":
            raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupted)
    assert _fix(folder).status == INTERRUPTED
    assert tree(folder) in (OLD, NEW)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_interruption_at_any_line_leaves_all_old_or_all_new(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda handle: None)
    for number in count(1):
        interruption = Interruption(number)
        changes = [_change(folder / "app.py"), _change(folder / "views.py")]
        was_interrupted = interruption.of(lambda: write_all(changes))  # noqa: B023
        assert _modules(folder) in (OLD, NEW), f"interrupted at {interruption.place}"
        if not was_interrupted:
            break
        for file, text in OLD.items():
            (folder / file).write_bytes(text)
    assert number > 20
    assert tree(folder) == NEW


@pytest.mark.parametrize("number", [1, 2])
def test_killed_process_leaves_each_file_old_or_new(folder: Path, number: int) -> None:
    """Nothing can be cleaned up then, but no file is half."""
    program = (
        "import itertools, os, pathlib, sys; from reloadlint.cli import main\n"
        "calls, replace = itertools.count(1), pathlib.Path.replace\n"
        f"kill = lambda *a: os._exit(9) if next(calls) == {number} else replace(*a)\n"
        "pathlib.Path.replace = kill\n"
        "sys.argv = ['reloadlint', 'fix', '--write', '--isolated', '--no-cache']\n"
        "sys.exit(main())\n"
    )
    command = [sys.executable, "-B", "-c", program]
    assert subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 9
    for file, text in _modules(folder).items():
        assert text in (OLD[file], NEW[file])


def test_failure_to_restore_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replace = Path.replace
    calls = count(1)

    def fail(source: Path, target: Path) -> None:
        if next(calls) > 1:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        replace(source, target)

    monkeypatch.setattr(Path, "replace", fail)
    command = _fix(folder)
    assert command.status != 0
    assert "app.py" in command.complained
    assert {"app.py", "views.py"} <= tree(folder).keys()


def test_change_is_refused_with_a_reason_that_names_the_file(folder: Path) -> None:
    change = _change(folder / "app.py")
    _append(folder / "app.py")
    with pytest.raises(WriteError, match=r"app\.py has changed"):
        write_all([change])


class Interruption:
    """A Ctrl-C that comes when the `number`th line of `files.py` is about to run."""

    def __init__(self, number: int) -> None:
        self._left = number
        self.place = ""

    def of(self, write: Callable[[], None]) -> bool:
        """Call `write`; tell whether it was interrupted."""
        tracing = sys.gettrace()
        sys.settrace(self._trace)
        try:
            write()
        except KeyboardInterrupt:
            return True
        finally:
            sys.settrace(tracing)
        return False

    def _trace(self, frame: FrameType, event: str, argument: Any) -> Any:
        if frame.f_code.co_filename != files.__file__:
            return None
        if event == "line":
            self._left -= 1
            if self._left == 0:
                self.place = f"{frame.f_code.co_name}, line {frame.f_lineno}"
                raise KeyboardInterrupt
        return self._trace


def _fix(folder: Path, *options: str) -> Command:
    with inside(folder):
        return reloadlint("fix", *(options or ("--write",)))


def _change(file: Path) -> Change:
    return Change(SourceFile.read(file), NEW[file.name].decode())


def _append(file: Path) -> None:
    file.write_bytes(file.read_bytes() + b"# edited\n")


def _modules(folder: Path) -> dict[str, bytes]:
    """What is there but temporary files, which nobody takes for a module."""
    return {file: text for file, text in tree(folder).items() if file.endswith(".py")}


def _modes(folder: Path) -> dict[str, int]:
    return {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.glob("*.py")}
