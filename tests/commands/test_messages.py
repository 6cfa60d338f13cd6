"""Messages about what can't be read or written: the cause, in one line, and status 2."""

from __future__ import annotations

import errno
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


def told(result: Any) -> str:
    """What was told, if it was one line and nothing else."""
    assert (result.status, result.out) == (2, "")
    assert result.err.count("\n") == 1
    return str(result.err)


def test_baseline_that_is_a_folder(project: Path, run: Run) -> None:
    (project / "folder").mkdir()
    message = told(run("check", "--baseline", "folder"))
    assert message == "error: baseline folder: cannot be read: Is a directory\n"


def test_baseline_that_cannot_be_written(project: Path, run: Run) -> None:
    message = told(run("check", "--write-baseline", "--baseline", "gone/known.json"))
    assert message == "error: baseline gone/known.json: No such file or directory\n"


@pytest.mark.parametrize("command", ["fix", "effects"])
def test_standard_input_that_is_no_text(command: str, project: Path, run: Run) -> None:
    message = told(run(command, "-", stdin=b"x = '\xff'\n"))
    assert message.startswith("error: standard input is not valid UTF-8: byte 0xff")


def test_settings_that_cannot_be_read(
    project: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "reloadlint.toml").write_text("")
    read_bytes = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path.name == "reloadlint.toml":
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    message = told(run("check"))
    assert message == "error: reloadlint.toml: cannot be read: Permission denied\n"


@pytest.mark.parametrize("command", ["check", "fix"])
def test_what_python_would_warn_of_in_the_code_changes_nothing(
    command: str, project: Path, run: Run
) -> None:
    app = project / "app.py"
    app.write_text(app.read_text() + 'PATTERN = "\\d"\nNUMBER = 1if PATTERN else 2\n')
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = run(command)
    assert result.status == 1
    assert "invalid" not in result.err
