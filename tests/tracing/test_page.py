"""The page of `--html`, as a real browser shows it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reloadlint.reporting.style import Style
from reloadlint.reporting.trace_html import render
from reloadlint.reporting.trace_report import Foretold, Report
from reloadlint.trace.records import Effect, Line, Process, Trace
from tracing.browser import DARK, LIGHT, measured, opened

HOSTILE = "</code><script>document.title='owned'</script><img src=x onerror=\"document.title='i'\">"
HIDDEN = "\u202egnp.exe\x1b[31m\x00"
LINK = "' onmouseover='document.title=1' x=\"\" style=\"color:red"


def effect(detail: str, number: int = 1, **others: object) -> Effect:
    values = {
        "id": number, "kind": "thread", "detail": detail, "place": Line("app.py", 4),
        "lines": (Line("app.py", 4),), "through": None, "native": False, "daemon": False,
        "count": 1, "state": "held", **others,
    }  # fmt: skip
    return Effect(**values)  # type: ignore[arg-type]


def process(role: str, number: int, times: tuple[float | None, ...], *effects: Effect) -> Process:
    began, loaded, exiting, ended = times
    return Process(
        role=role, number=number, pid=number, python="3.12.1", began=began or 0.0, loaded=loaded,
        exiting=exiting, ended=ended, effects=effects, hangs=number == 2, waits_for=(1,),
    )  # type: ignore[arg-type]  # fmt: skip


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A server whose second child hangs, with names that try to be more than text."""
    named = (effect(HOSTILE), effect(HIDDEN, 2, kind="dbfile", place=Line(f"{LINK}.py", 1)))
    trace = Trace(
        program=f"python {HOSTILE}",
        python="3.12.1",
        outcome="hangs",
        problem=f"reload 2 hangs: `{HOSTILE}`",
        log=f"Traceback {HIDDEN} {HOSTILE}",
        note=LINK,
        processes=(
            process("parent", 0, (0.0, 1.0, None, None), *named),
            process("child", 1, (1.0, 2.0, 4.0, 5.0), *named),
            process("child", 2, (5.0, 6.0, 7.0, None), *named),
        ),
        duration=10.0,
        reloads=1,
        asked=2,
    )
    known = {(n, number): Foretold("unforeseen") for n in range(3) for number in (1, 2)}
    file = tmp_path / "page.html"
    file.write_text(render(Report(trace, known, ()), Style()), encoding="utf-8")
    return file


def test_it_needs_nothing_beside_it(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert not re.findall(r"<(?:script|link|img|iframe|object|form|a)\b", text)
    assert not re.findall(r"url\(|@import|https?:", text)
    assert "default-src 'none'" in text


def test_names_are_text_and_nothing_of_them_is_run(page: Path, tmp_path: Path) -> None:
    document = opened(page, tmp_path)
    title = re.search(r"<title>(.*?)</title>", document)
    assert title
    assert title[1].startswith("python &lt;/code&gt;&lt;script&gt;")
    assert not re.findall(r"<(?:script|img)\b|<[^>]* on\w+=", document)
    assert not set("\u202e\x1b\x00") & set(document)


@pytest.mark.parametrize(
    ("width", "scheme", "back"),
    [(1200, LIGHT, "rgb(255, 255, 255)"), (520, DARK, "rgb(20, 24, 28)")],
)
def test_it_is_read_at_every_width_by_day_and_by_night(
    page: Path, tmp_path: Path, width: int, scheme: int, back: str
) -> None:
    seen = measured(page, tmp_path, width=width, scheme=scheme)
    assert seen["inner"] == width
    assert seen["wide"] <= width, "the page itself must not scroll to the side"
    assert seen["back"] == back
    assert seen["color"] != back
    for words in ("Timeline", "child 2 waits for", "What each process held", "only seen here"):
        assert words in seen["text"]
    assert HOSTILE in seen["text"]


def test_its_timeline_shows_when_each_process_loaded_ran_and_ended(
    page: Path, tmp_path: Path
) -> None:
    seen = measured(page, tmp_path, width=1200, scheme=LIGHT)
    shown = [
        [(name, round((left - start) / whole, 2), round(width / whole, 2))
         for name, left, width, height in parts if height]
        for (_, start, whole, _), parts in seen["bars"]
    ]  # fmt: skip
    assert shown == [
        [("loading", 0.0, 0.1), ("up", 0.1, 0.9)],
        [("loading", 0.1, 0.1), ("up", 0.2, 0.2), ("ending", 0.4, 0.1)],
        [("loading", 0.5, 0.1), ("up", 0.6, 0.1), ("ending", 0.7, 0.3)],
    ]
