"""The progress bar: on a terminal, after a while, and gone in the end."""

from __future__ import annotations

import io

import pytest

from reloadlint.cli.progress import ProgressBar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize("wanted", [True, False])
def test_nothing_where_there_is_no_terminal_or_no_wish(wanted: bool) -> None:
    stream, clock = (io.StringIO() if wanted else Terminal()), Clock()
    with ProgressBar(stream, wanted=wanted, clock=clock) as progress:
        clock.now = 9
        progress(5, 10)
    assert stream.getvalue() == ""


def test_nothing_for_short_work() -> None:
    stream, clock = Terminal(), Clock()
    with ProgressBar(stream, clock=clock) as progress:
        clock.now = 0.4
        progress(10, 10)
    assert stream.getvalue() == ""


def test_long_work_is_shown_and_the_cursor_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    stream, clock = Terminal(), Clock()
    with ProgressBar(stream, clock=clock) as progress:
        clock.now = 0.6
        progress(5, 10)
        progress(6, 10)
    shown = stream.getvalue()
    assert "Reading files" in shown
    assert "6/10" in shown
    assert shown.rindex("\x1b[?25h") > shown.rindex("\x1b[?25l")


def test_bar_goes_away_when_the_work_fails() -> None:
    clock = Clock()
    progress = ProgressBar(Terminal(), clock=clock)

    def work() -> None:
        with progress:
            clock.now = 0.6
            progress(5, 10)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work()
    assert progress._bar is not None
    assert not progress._bar.live.is_started
