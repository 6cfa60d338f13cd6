"""`check --watch` and `check --diff`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

Run = Callable[..., Any]


class Changes:
    """In the place of watchfiles: what is changed, one after the other."""

    def __init__(self, *steps: Callable[[], object]) -> None:
        self.steps = steps
        self.folders: tuple[Path, ...] = ()

    def PythonFilter(self, *, extra_extensions: tuple[str, ...]) -> tuple[str, ...]:  # noqa: N802
        return extra_extensions

    def watch(self, *folders: Path, **_: Any) -> Iterator[object]:
        self.folders = folders
        for step in self.steps:
            step()
            yield {("modified", "app.py")}


@pytest.fixture
def changes(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Changes]:
    def make(*steps: Callable[[], object]) -> Changes:
        made = Changes(*steps)
        monkeypatch.setitem(sys.modules, "watchfiles", made)  # type: ignore[arg-type]
        return made

    return make


def test_each_change_is_checked_again(
    project: Path, run: Run, changes: Callable[..., Changes]
) -> None:
    app = project / "app.py"
    watched = changes(lambda: app.write_text("import flask\n"))
    result = run("check", "--watch", "app.py")
    assert result.status == 0
    first, second = result.out.count("Found 2 hazards"), result.out.count("No hazards")
    assert (first, second) == (1, 1)
    assert watched.folders == (project,)


def test_broken_configuration_is_told_and_watching_goes_on(
    project: Path, run: Run, changes: Callable[..., Changes]
) -> None:
    config = project / "reloadlint.toml"
    changes(lambda: config.write_text("exlude = []"), lambda: config.write_text(""))
    result = run("check", "--watch")
    assert result.err == (
        "warning: reloadlint.toml: unknown key `exlude`; did you mean `exclude`?\n"
    )
    assert result.out.count("Found 2 hazards") == 2


def test_what_cannot_be_watched_is_told(
    project: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "standard input doesn't change" in run("check", "-", "--watch").err
    monkeypatch.setitem(sys.modules, "watchfiles", None)  # type: ignore[arg-type]
    result = run("check", "--watch")
    assert (result.status, result.out) == (2, "")
    assert result.err == "error: --watch needs watchfiles; install reloadlint[watch]\n"


def test_real_watcher_has_what_is_used() -> None:
    watchfiles = pytest.importorskip("watchfiles", reason="the extra `watch` isn't installed")
    chosen = watchfiles.PythonFilter(extra_extensions=(".toml",))
    kept = [
        name
        for name in ("app.py", "pyproject.toml", "x.txt", ".reloadlint_cache/a.bin")
        if chosen(SimpleNamespace(), str(Path("/p") / name))
    ]
    assert kept == ["app.py", "pyproject.toml"]


def test_diff_shows_what_fix_would_write(project: Path, run: Run) -> None:
    before = (project / "app.py").read_text().replace("app.db", "guests.sqlite3")
    (project / "app.py").write_text(before)
    shown, fixed = run("check", "--diff"), run("fix")
    assert (shown.status, shown.out, shown.err) == (fixed.status, fixed.out, fixed.err)
    assert "+def get_db():" in shown.out
    assert (project / "app.py").read_text() == before
    assert run("check", "--diff", "--exit-zero", "-q").err == ""
