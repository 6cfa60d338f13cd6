"""Bad input: one clear line says what is wrong with it, and everything else is still checked."""

from __future__ import annotations

import errno
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reloadlint.cli import boundary, cli

if TYPE_CHECKING:
    from collections.abc import Callable

Check = Any  # Callable[..., SimpleNamespace], which would have to be imported to be shown

RUNNING = ".".join(map(str, sys.version_info[:2]))
SOUND = b"import flask, threading\nthreading.Thread(target=print).start()\n"
SOUND_IS_CHECKED = "sound.py:2:1: RL101 "


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project in the working directory, with a file in it that has something to report."""
    folder = tmp_path.resolve()
    (folder / "pyproject.toml").touch()
    (folder / "sound.py").write_bytes(SOUND)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def check(project: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., SimpleNamespace]:
    def run(*arguments: str, style: str = "concise") -> SimpleNamespace:
        status = boundary.run(cli, ["check", "--output-format", style, *arguments])
        written = capsys.readouterr()
        assert "Traceback" not in written.err
        return SimpleNamespace(status=status, lines=written.out.splitlines(), errors=written.err)

    return run


def nested(opening: str, closing: str = "") -> bytes:
    return f"x = {opening * 10_000}1{closing * 10_000}\n".encode()


INVALID = {
    "picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 1, "is not valid UTF-8: byte 0x89"),
    "null byte": (b"x = 1\ny = '\0'\n", 2, "contains a null byte"),
    "utf-16": ("x = 1\n".encode("utf-16"), 1, "is UTF-16 text"),
    "unknown coding": (
        b"#!/bin/sh\n# coding: klingon\n",
        2,
        "declares the unknown encoding `klingon`",
    ),
    "wrong coding": (b"# coding: ascii\n\nx = '\xc3\xa9'\n", 3, "is not valid ascii"),
    "syntax error": (b"x = 1\n\ndef f(:\n", 3, "cannot be parsed: invalid syntax"),
    "string without end": (b"x = 1\ny = 'abc\n", 2, "cannot be parsed: unterminated string"),
    "bracket without end": (b"x = 1\ny = (1,\nz = 2\n", 2, "cannot be parsed: '(' was never"),
    "wrong indentation": (b"def f():\n    x\n  y\n", 3, "cannot be parsed: unindent"),
    "tabs and blanks": (b"if x:\n\ty\n        z\n", 3, "cannot be parsed: inconsistent"),
    "python 2": (b"print 'hello'\n", 1, "cannot be parsed: Missing parentheses"),
    "merge conflict": (b"x = 1\n<<<<<<< ours\nx = 2\n", 2, "cannot be parsed: invalid syntax"),
    "nested brackets": (nested("(", ")"), 1, "cannot be parsed: too many nested parentheses"),
}


@pytest.mark.parametrize(("content", "line", "message"), INVALID.values(), ids=INVALID)
def test_invalid_file_is_one_line_at_its_fault_and_the_others_are_checked(
    content: bytes, line: int, message: str, project: Path, check: Check
) -> None:
    (project / "bad.py").write_bytes(content)
    result = check()
    assert (result.status, len(result.lines), result.errors) == (1, 2, "")
    assert result.lines[0].startswith(f"bad.py:{line}:")
    assert f" RL901 {message}" in result.lines[0]
    assert result.lines[1].startswith(SOUND_IS_CHECKED)


DEEP = {
    "operators": nested("-"),
    "calls": b"x = f" + b"()" * 10_000,
    "conditions": nested("a if b else "),
    "functions": nested("lambda: "),
    "long sum": nested("1 + "),
    "subscripts": b"x = f" + b"[0]" * 10_000,
    "attributes": b"x = f" + b".a" * 10_000,
    "branches": b"if a: pass\n" + b"elif a: pass\n" * 10_000,
}


@pytest.mark.parametrize("content", DEEP.values(), ids=DEEP)
def test_code_of_any_depth_is_read_or_refused_in_one_line(
    content: bytes, project: Path, check: Check
) -> None:
    (project / "deep.py").write_bytes(b"import flask\n" + content)
    result = check()
    *refused, sound = result.lines
    assert (result.status, result.errors) == (1, "")
    assert sound.startswith(SOUND_IS_CHECKED)
    message = "RL901 cannot be parsed: nested too deeply to be analysed"
    assert refused in ([], [f"deep.py:1:1: {message}"])


NEWER = {
    (3, 11): "try:\n    pass\nexcept* ValueError:\n    pass\n",
    (3, 12): "type X = int\n",
    (3, 13): "class Box[T = int]:\n    pass\n",
    (3, 14): "x = t'{name}'\n",
    (3, 15): "lazy import json\n",
}


def test_newer_syntax_is_told_with_the_version_that_read_it(project: Path, check: Check) -> None:
    newest = next((text for version, text in NEWER.items() if version > sys.version_info), None)
    if newest is None:
        pytest.skip(f"nothing is known that Python {RUNNING} cannot read")
    (project / "bad.py").write_text(newest)
    result = check()
    assert result.status == 1
    assert f"RL901 cannot be parsed: invalid syntax (read as Python {RUNNING})" in result.lines[0]
    assert result.lines[1].startswith(SOUND_IS_CHECKED)


def test_invalid_file_that_was_not_named_is_not_reported(project: Path, check: Check) -> None:
    (project / "bad.py").write_text("def f(:\n")
    result = check("sound.py")
    assert [line.partition(" ")[0] for line in result.lines] == ["sound.py:2:1:"]


def test_import_of_an_invalid_file_is_left_alone(project: Path, check: Check) -> None:
    (project / "bad.py").write_text("def f(:\n")
    (project / "app.py").write_text("import flask\nfrom bad import Worker\nworker = Worker()\n")
    assert check("app.py").lines == []


VALID = {
    "nothing": b"",
    "byte order mark only": b"\xef\xbb\xbf",
    "comment without line end": b"# nothing here",
    "form feed": b"\x0c\nx = 1\n",
    "windows line ends": b"x = 1\r\n\r\ny = 2\r\n",
    "old mac line ends": b"x = 1\ry = 2\r",
    "doubtful escapes and comparisons": b"x = '\\d'\nassert (x, 'y')\nx is 1\n",
    "line of a million characters": b"x = '" + b"a" * 1_000_000 + b"'\n",
    "number of 5,000 digits in base 16": b"x = 0x" + b"f" * 5_000 + b"\n",
    "return outside of a function": b"return\n",
}


@pytest.mark.parametrize("content", VALID.values(), ids=VALID)
def test_odd_but_valid_file_is_left_alone(content: bytes, project: Path, check: Check) -> None:
    (project / "odd.py").write_bytes(content)
    result = check()
    assert (result.status, result.errors) == (1, "")
    assert [line.partition(" ")[0] for line in result.lines] == ["sound.py:2:1:"]


@pytest.mark.parametrize("style", ["full", "concise", "json"])
@pytest.mark.parametrize("content", [b"\x89PNG\r\n", b"def f(:\n"], ids=["bytes", "syntax"])
def test_invalid_file_can_be_shown_in_every_format(
    content: bytes, style: str, project: Path, check: Check
) -> None:
    (project / "bad.py").write_bytes(content)
    result = check("bad.py", style=style)
    assert result.status == 1
    assert "RL901" in "\n".join(result.lines)
    if style == "json":
        (finding,) = json.loads("\n".join(result.lines))["findings"]
        assert (finding["path"], finding["line"], finding["fix"]) == ("bad.py", 1, None)


def test_rule_for_invalid_files_can_be_ignored(project: Path, check: Check) -> None:
    (project / "bad.py").write_text("def f(:\n")
    assert check("--ignore", "RL901", "bad.py").status == 0


# Paths


def test_path_that_is_not_there_stops_everything(check: Check) -> None:
    result = check("sound.py", "gone")
    assert (result.status, result.lines) == (2, [])
    assert result.errors == "error: gone: no such file or folder\n"


def test_folder_without_python_files_is_a_warning(project: Path, check: Check) -> None:
    (project / "empty").mkdir()
    (project / "empty/notes.txt").write_text("def f(:\n")
    result = check("empty")
    assert (result.status, result.lines) == (0, [])
    assert result.errors.startswith("warning: no Python files in empty; ")
    assert result.errors.count("\n") == 1


def test_folder_without_permission_is_one_line_and_the_rest_is_checked(
    project: Path, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "shut").mkdir()
    scandir = os.scandir

    def refuse(path: Any) -> Any:
        if str(path).endswith("shut"):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    result = check()
    assert (result.status, len(result.lines)) == (1, 2)
    assert result.lines[0] == "shut:1:1: RL901 cannot be walked: Permission denied"
    assert result.lines[1].startswith(SOUND_IS_CHECKED)


def test_file_without_permission_is_one_line_and_the_rest_is_checked(
    project: Path, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "shut.py").write_bytes(SOUND)
    read_bytes = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path.name == "shut.py":
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    result = check()
    assert (result.status, len(result.lines)) == (1, 2)
    assert result.lines[0] == "shut.py:1:1: RL901 cannot be read: Permission denied"
    assert result.lines[1].startswith(SOUND_IS_CHECKED)


def test_loop_of_links_is_walked_once(project: Path, check: Check) -> None:
    (project / "inner").mkdir()
    (project / "inner/outer").symlink_to(project, target_is_directory=True)
    (project / "itself").symlink_to("itself")
    (project / "one.py").symlink_to("two.py")
    (project / "two.py").symlink_to("one.py")
    result = check()
    assert [line.partition(" ")[0] for line in result.lines] == ["sound.py:2:1:"]
    assert result.errors == ""


STRANGE_NAMES = ["[bold]red.py", "a b.py", "-q.py", "日本.py", "a\nb.py", "\x1b[31m.py", "..py"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
@pytest.mark.parametrize("name", STRANGE_NAMES)
@pytest.mark.parametrize("style", ["full", "concise", "json"])
def test_file_with_a_strange_name_is_checked(
    name: str, style: str, project: Path, check: Check
) -> None:
    (project / name).write_bytes(SOUND)
    result = check(f"./{name}", style=style)
    assert (result.status, result.errors) == (1, "")
    assert "\x1b" not in "\n".join(result.lines)
    if style == "concise":
        assert len(result.lines) == 1


def test_file_whose_name_is_no_text_is_checked_with_and_without_a_cache(
    project: Path, check: Check
) -> None:
    name = os.fsdecode(b"\xff.py")
    try:
        (project / name).write_bytes(SOUND)
    except OSError:
        pytest.skip("this file system has no such names")
    os.utime(project / name, (0, 0))
    for options in ([], [], ["--no-cache"]):
        result = check(*options)
        assert (result.status, result.errors, len(result.lines)) == (1, "", 2)
        assert check(*options, style="full").status == 1


def test_file_whose_name_is_no_text_is_fixed(project: Path) -> None:
    file = project / os.fsdecode(b"\xff.py")
    start = b"if __name__ == '__main__':\n    threading.Thread(target=print).start()\n"
    try:
        file.write_bytes(b"import flask, threading\napp = flask.Flask('app')\n" + start)
    except OSError:
        pytest.skip("this file system has no such names")
    with file.open("ab") as script:
        script.write(b"    app.run(debug=True)\n")
    assert boundary.run(cli, ["fix", "--write", "--unsafe-fixes", str(file)]) == 0
    assert b"is_running_from_reloader()" in file.read_bytes()


# Anything


@pytest.fixture(scope="module")
def somewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("somewhere") / "app.py"


def check_text(content: bytes, path: Path) -> tuple[int, str]:
    """Check `content` as the file at `path`; the status and standard error."""
    kept = sys.stdin, sys.stdout, sys.stderr
    sys.stdin, sys.stdout = io.TextIOWrapper(io.BytesIO(content)), io.StringIO()
    sys.stderr = io.StringIO()
    try:
        options = ("--stdin-filename", str(path), "--isolated", "--all-modules")
        return boundary.run(cli, ["check", "-", *options]), sys.stderr.getvalue()
    finally:
        sys.stdin, sys.stdout, sys.stderr = kept


@settings(deadline=None, max_examples=50)
@given(content=st.binary(max_size=200))
def test_no_bytes_make_it_fail(content: bytes, somewhere: Path) -> None:
    status, errors = check_text(content, somewhere)
    assert (status in (0, 1), errors) == (True, "")


SIMPLE = """\
from . import *
from app import f as g
return f
yield f()
await f()
global f
nonlocal x
del f, x[0], x.f
break
continue
raise f() from x
f = f()
*x, y = f
f[f] = f(*f, **f)
f.x = [x for x in f() if x() for y in x]
{**f, x: {f for f in x}}
x: f() = f
x += f
threading.Thread(target=f).start()
f = x.y = threading.Thread(target=f)
f.start()
x.y.start()
super().__init__()
f(x := f, lambda y, *z, k=f(): yield_(y))
print(f"{f()!r:{x}}")
f() if x() else x and not f()
x = type("C", (f,), {}), getattr(x, f), setattr(x, "f", f)
x.append(x)
""".splitlines()
HEADERS = """\
class C:
class C(C, f(), metaclass=x):
def f(x=f(), *y, **z) -> f():
async def f(self):
for x, y in f():
async for x in f:
while True:
while f():
with f() as x, x as f:
if x:
if __name__ == "__main__":
try:
""".splitlines()


def written(lines: list[tuple[int, str]]) -> str:
    """A program of these lines, each as far indented as it wants to be and may be."""
    program = ["import threading"]
    open_blocks = 0
    for wanted, line in lines:
        depth = min(wanted, open_blocks)
        program.append(f"{'  ' * depth}{line}")
        open_blocks = depth
        if line in HEADERS:
            open_blocks += 1
            program.append(f"{'  ' * open_blocks}pass")
            if line == "try:":
                program.append(f"{'  ' * depth}except f() as x:\n{'  ' * open_blocks}pass")
    return "\n".join(program)


@settings(deadline=None, max_examples=150)
@given(lines=st.lists(st.tuples(st.integers(0, 3), st.sampled_from(SIMPLE + HEADERS)), max_size=20))
def test_no_program_makes_it_fail(lines: list[tuple[int, str]], somewhere: Path) -> None:
    status, errors = check_text(written(lines).encode(), somewhere)
    assert (status in (0, 1), errors) == (True, "")


def test_real_program_survives_a_nested_expression_of_any_depth(project: Path) -> None:
    """In a process of its own: an overflow of the C stack would end this one."""
    for depth in (50, 500, 1_000, 2_500):
        lines = ["import flask, threading", f"x = f{'()' * depth}", f"y = {'-' * depth}1"]
        lines += [f"z = {'1 + ' * depth}1", "threading.Thread(target=print).start()"]
        (project / f"depth_{depth}.py").write_text("\n".join(lines))
    done = subprocess.run(
        [sys.executable, "-m", "reloadlint", "check", "--output-format", "concise"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "")
    reported = {line.partition(":")[0] for line in done.stdout.splitlines()}
    assert reported == {"sound.py", *(path.name for path in project.glob("depth_*.py"))}
