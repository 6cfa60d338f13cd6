"""`fix --write` is killed, or meets another run, and every byte is old or new.

`benchmarks/kill.py` does that at random moments; here it happens at chosen ones.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from fixes.harness import FIXTURES, Project, tree
from fixes.harness_fixing import copy, inside, reloadlint
from reloadlint.fixes import files, unfinished
from reloadlint.fixes.files import Change, write_all
from reloadlint.fixes.unfinished import NOTE, finish
from reloadlint.source import SourceFile

if TYPE_CHECKING:
    from types import ModuleType

pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL and no fork"),
    pytest.mark.filterwarnings("ignore:This process .*is multi-threaded:DeprecationWarning"),
]

PROJECT = Project(FIXTURES / "g_instance_imported_by_views")
OLD, NEW = tree(PROJECT.before), tree(PROJECT.after)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    copy(PROJECT, folder)
    return folder


@pytest.fixture
def half(folder: Path) -> Path:
    """The project as a run leaves it that is killed after the first of two files."""
    assert kill_at_replacement(2, folder) == -signal.SIGKILL
    assert sorted(n for n in ("app.py", "views.py") if tree(folder)[n] == NEW[n]) == ["views.py"]
    return folder


def kill_at_replacement(number: int, folder: Path) -> int:
    """The status of a process of its own that dies when it would replace that file."""
    program = (
        "import itertools, os, pathlib, signal, sys; from reloadlint.cli import main\n"
        "calls, replace = itertools.count(1), pathlib.Path.replace\n"
        "def put(*a):\n"
        f"    if next(calls) == {number}:\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "    replace(*a)\n"
        "pathlib.Path.replace = put\n"
        "sys.argv = ['reloadlint', 'fix', '--write', '--isolated', '--no-cache']\n"
        "sys.exit(main())\n"
    )
    command = [sys.executable, "-B", "-c", program]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode


def fix(folder: Path, *options: str) -> Any:
    with inside(folder):
        return reloadlint("fix", *options)


def test_next_run_finishes_what_a_killed_one_began(half: Path) -> None:
    command = fix(half, "--write")
    assert "an earlier run was ended while it wrote; its work is finished in" in command.complained
    assert (command.status, tree(half)) == (0, NEW)


def test_run_that_was_killed_before_the_first_file_leaves_nothing_behind(folder: Path) -> None:
    assert kill_at_replacement(1, folder) == -signal.SIGKILL
    assert tree(folder).keys() > OLD.keys()
    command = fix(folder, "--write")
    assert (command.status, command.complained, tree(folder)) == (0, "", NEW)


def test_without_write_nothing_is_finished(half: Path) -> None:
    before = tree(half)
    fix(half)
    assert tree(half) == before


def test_file_that_was_edited_after_the_kill_is_left_alone(half: Path) -> None:
    (half / "app.py").write_bytes(OLD["app.py"] + b"# edited\n")
    command = fix(half, "--write")
    assert "app.py has changed since; compare with your version control" in command.complained
    assert tree(half).keys() == OLD.keys()
    assert (half / "app.py").read_bytes().endswith(b"# edited\n")


def forged(target: str, temporary: str) -> bytes:
    """A note that would have `target` replaced, if it were one of ours."""
    digests = unfinished.digest(b"victim"), unfinished.digest(b"forged")
    return msgspec.json.encode([unfinished.Step(target, temporary, *digests)])


FORGED = {
    "no JSON": b"\xff{",
    "another shape": b'[{"target": 1}]',
    "outside": forged("../victim", ".victim.0.tmp"),
    "no file of ours": forged("app.py", "views.py"),
    "way out": forged("app.py", ".app.py./../../.victim.0.tmp"),
}


@pytest.mark.parametrize("note", FORGED.values(), ids=FORGED)
def test_forged_note_changes_nothing(folder: Path, note: bytes) -> None:
    (folder.parent / "victim").write_bytes(b"victim")
    (folder.parent / ".victim.0.tmp").write_bytes(b"forged")
    (folder / NOTE).write_bytes(note)
    assert finish([folder]) == []
    assert tree(folder) == {**OLD, NOTE: note}
    assert (folder.parent / "victim").read_bytes() == b"victim"
    assert (folder.parent / ".victim.0.tmp").read_bytes() == b"forged"


def test_note_that_is_a_link_is_not_read(folder: Path) -> None:
    (folder / NOTE).symlink_to("/dev/zero")
    assert finish([folder]) == []


def test_second_run_waits_and_then_sees_what_the_first_has_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process that writes holds the folder; this one goes on only when it lets go."""
    changes = [
        Change(SourceFile.read(folder / name), NEW[name].decode())
        for name in ("app.py", "views.py")
    ]
    holder = subprocess.Popen(
        [
            sys.executable,
            "-B",
            "-c",
            "import pathlib, sys\nfrom reloadlint.fixes.unfinished import alone_in\n"
            "with alone_in([pathlib.Path.cwd()]):\n    print('held', flush=True)\n"
            "    sys.stdin.readline()\n    pathlib.Path('views.py').write_text('x = 1\\n')\n",
        ],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdin is not None
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    lock = unfinished.fcntl.flock

    def let_go_then_lock(handle: int, operation: int) -> None:
        assert not (folder / NOTE).exists()
        holder.stdin.write("go\n")
        holder.stdin.flush()
        lock(handle, operation)

    monkeypatch.setattr(unfinished.fcntl, "flock", let_go_then_lock)
    with holder, pytest.raises(files.WriteError, match=r"views\.py has changed"):
        write_all(changes)
    assert tree(folder) == {**OLD, "views.py": b"x = 1\n"}


def test_hard_link_keeps_the_old_text_under_its_other_name(folder: Path) -> None:
    """A replaced file is a new one: its other name keeps what it had."""
    (folder.parent / "other.py").hardlink_to(folder / "app.py")
    assert fix(folder, "--write").status == 0
    assert (folder / "app.py").read_bytes() == NEW["app.py"]
    assert (folder.parent / "other.py").read_bytes() == OLD["app.py"]


@pytest.fixture
def outside(folder: Path) -> Path:
    """A file of the project is a link to this one."""
    target = folder.parent / "elsewhere.py"
    (folder / "views.py").rename(target)
    (folder / "views.py").symlink_to(target)
    return target


def test_link_out_of_the_project_is_not_written_through(folder: Path, outside: Path) -> None:
    command = fix(folder, "--write")
    assert command.status == 2
    assert "views.py is a link out of the project; name it" in command.complained
    assert tree(folder) == OLD
    assert outside.read_bytes() == OLD["views.py"]


def test_link_that_is_named_is_fixed_where_it_leads(folder: Path, outside: Path) -> None:
    assert fix(folder, "--write", "app.py", "store.py", "views.py").status == 0
    assert outside.read_bytes() == NEW["views.py"]
    assert (folder / "views.py").is_symlink()
    assert not list(folder.glob(".*"))


def test_file_that_is_not_replaced_keeps_its_times(folder: Path) -> None:
    (folder / "notes.txt").write_text("notes")
    for name in ("store.py", "notes.txt"):
        os.utime(folder / name, ns=(1_000_000_000, 2_000_000_000))
    assert fix(folder, "--write").status == 0
    assert [(folder / name).stat().st_mtime_ns for name in ("store.py", "notes.txt")] == [
        2_000_000_000
    ] * 2
    assert (folder / "app.py").stat().st_mtime_ns > 2_000_000_000


# The command


@pytest.fixture
def kill(benchmark_module: Any) -> ModuleType:
    return benchmark_module("kill")


def test_short_run_holds(kill: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    kill.run(8, 1)
    assert ", 0 with a fault" in capsys.readouterr().out


def between_files(repair: Any, moment: float) -> None:
    """Killed when the third file is about to be replaced, which is never the last of a fix."""
    child = os.fork()
    if child == 0:
        calls, replace = count(1), Path.replace

        def put(source: Path, target: Path) -> None:
            if next(calls) == 2:
                os.kill(os.getpid(), signal.SIGKILL)
            replace(source, target)

        Path.replace = put  # type: ignore[method-assign,assignment]
        repair.write()
        os._exit(0)
    os.waitpid(child, 0)


@pytest.mark.parametrize("finishes", [True, False])
def test_command_fails_if_the_next_run_does_not_finish(
    kill: ModuleType, monkeypatch: pytest.MonkeyPatch, finishes: bool
) -> None:
    monkeypatch.setattr(kill, "killed", between_files)
    if not finishes:
        monkeypatch.setattr(kill, "finish_project", lambda *arguments: [])
    assert kill.run(1, 1) == (0 if finishes else 1)


def test_command_fails_if_a_file_is_half(
    kill: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def tear(repair: Any, moment: float) -> None:
        change = repair.changes[0]
        change.source.path.write_bytes(change.after[:10])

    monkeypatch.setattr(kill, "killed", tear)
    monkeypatch.setattr(kill, "write", lambda folder: None)
    assert kill.run(1, 1) == 1
    assert "is neither" in capsys.readouterr().out


def test_note_says_what_is_to_come_and_goes_with_the_run(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    replace = Path.replace

    def look(source: Path, target: Path) -> None:
        seen.append(msgspec.json.decode((folder / NOTE).read_bytes()))
        replace(source, target)

    monkeypatch.setattr(Path, "replace", look)
    assert fix(folder, "--write").status == 0
    assert [step["target"] for step in seen[0]] == ["views.py", "app.py"]
    assert tree(folder) == NEW
