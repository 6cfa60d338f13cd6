"""The command line with a linter that finds what the test says."""

from __future__ import annotations

import io
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from reloadlint import findings
from reloadlint.cli import boundary, cli

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

CLEAN = findings.Result((), findings.Summary(1, 0, 0, 0), {})
FOUND = findings.Result(
    (
        findings.Finding(
            code="RL101",
            name="import-time-thread",
            severity=findings.Severity.ERROR,
            confidence=findings.Confidence.CERTAIN,
            message="starts a thread",
            path="app.py",
            line=1,
            column=1,
            end_line=1,
            end_column=4,
        ),
    ),
    findings.Summary(1, 1, 1, 0),
    {"app.py": "f()\n"},
)


class Linter(SimpleNamespace):
    """Stands for `reloadlint.linter`: keeps what it was called with, returns `result`."""

    result: Any = CLEAN
    called: SimpleNamespace | None = None

    def finds_a_hazard(self) -> None:
        self.result = FOUND

    def check_project(self, paths: Sequence[Path], settings: Any, **others: Any) -> Any:
        self.called = SimpleNamespace(paths=list(paths), settings=settings, **others)
        if isinstance(self.result, BaseException):
            raise self.result
        return self.result


@pytest.fixture
def linter(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Linter:
    fake = Linter()
    monkeypatch.setitem(sys.modules, "reloadlint.linter", fake)  # type: ignore[arg-type]
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    return fake


@pytest.fixture
def run(
    linter: Linter, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., SimpleNamespace]:
    """Run the whole program, failures included, and return what a shell would see."""

    def invoke(*arguments: str, stdin: bytes = b"") -> SimpleNamespace:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        status = boundary.run(cli, arguments)
        written = capsys.readouterr()
        return SimpleNamespace(exit_code=status, stdout=written.out, stderr=written.err)

    return invoke
