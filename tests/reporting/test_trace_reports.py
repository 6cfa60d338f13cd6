"""A trace as text, JSON and a page, drawn from records."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest

from reloadlint import findings
from reloadlint.reporting import trace_html, trace_json, trace_text
from reloadlint.reporting.style import Style
from reloadlint.reporting.trace_report import Foretold, Report, Unseen
from reloadlint.trace.records import Effect, Line, Process, Trace

SOURCE = "import jobs\njobs.start()\nserver = bind(9464)\nopen_it()\n"
WIDE, NARROW = Style(width=120), Style(width=60)
ASCII = Style(width=80, unicode=False)


@pytest.fixture(autouse=True)
def _source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("app.py").write_text(SOURCE, encoding="utf-8")
    Path("jobs.py").write_text("def start():\n    thread.start()\n", encoding="utf-8")


def line(number: int, name: str = "app.py") -> Line:
    return Line(str(Path(name).absolute()), number)


def effect(number: int, **values: Any) -> Effect:
    usual = {
        "id": number, "kind": "thread", "detail": "worker", "place": line(2),
        "lines": (line(2), line(2, "jobs.py")), "through": "threads.pool.Pool.__init__",
        "native": False, "daemon": False, "count": 1, "state": "held",
    }  # fmt: skip
    return msgspec.convert({**usual, **values}, Effect, from_attributes=True)


def process(role: str, number: int, *effects: Effect, **values: Any) -> Process:
    usual = {"pid": 7, "python": "3.12.1", "began": 0.1, "loaded": 1.0, "exiting": None}
    record = {**usual, "ended": None, **values}
    return Process(role=role, number=number, effects=effects, **record)  # type: ignore[arg-type]


FINDING = findings.Finding(
    code="RL101", name="import-time-thread", severity=findings.Severity.ERROR,
    confidence=findings.Confidence.CERTAIN, message="`jobs.start()` starts a thread",
    path="app.py", line=2, column=1, end_line=2, end_column=13,
)  # fmt: skip


def load(**values: Any) -> Trace:
    usual: dict[str, Any] = {
        "program": "app.py", "python": "/venv/bin/python", "outcome": "complete",
        "processes": (), "duration": 1.25,
    }  # fmt: skip
    return Trace(**{**usual, **values})


def reload() -> Report:
    """A parent, a child that was reloaded and one that hangs."""
    port = effect(2, kind="listen", detail="bound to :9464", place=line(3), lines=(line(3),))
    refused = msgspec.structs.replace(port, state="refused", refusal="Address already in use")
    parent = process("parent", 0, effect(1), port, alive=(1, 2))
    first = process("child", 1, effect(1), refused, began=1.2, loaded=2.0, exiting=2.4, ended=2.5)
    second = process(
        "child", 2, effect(1), refused,
        began=2.6, loaded=3.0, exiting=3.5, hangs=True, waits_for=(1,),
    )  # fmt: skip
    trace = load(
        program="python app.py", outcome="hangs", processes=(parent, first, second), duration=8.5,
        reloads=1, asked=2, problem="reload 2 hangs: child 2 has not ended",
    )  # fmt: skip
    foretold = {(number, 1): Foretold("foretold", FINDING) for number in range(3)}
    foretold |= {(number, 2): Foretold("unforeseen") for number in range(3)}
    return Report(trace, foretold, ())


def test_text_shows_the_line_the_way_below_it_and_who_foretold_it() -> None:
    trace = load(processes=(process("program", 1, effect(1)),))
    report = Report(trace, {(0, 1): Foretold("foretold", FINDING)}, ())
    assert trace_text.render(report, WIDE) == (
        "app.py  loaded in 1.00 s with Python 3.12.1\n"
        "\n"
        "held: still there when loading had ended\n"
        "╰─ app.py:2  jobs.start()  non-daemon thread `worker`  RL101\n"
        "   ├─ jobs.py:2  thread.start()\n"
        "   ╰─ through threads.pool.Pool\n"
        "\n"
        "1 held; as foretold by `check`.\n"
    )


def test_text_of_a_clean_program_is_short() -> None:
    report = Report(load(processes=(process("program", 1),)), {}, ())
    assert trace_text.render(report, WIDE).splitlines()[2:] == ["nothing begins."]
    quiet = trace_text.render(report, Style(summary=False))
    assert quiet == "app.py  loaded in 1.00 s with Python 3.12.1\n"


def test_text_lists_what_only_one_of_the_two_has_seen() -> None:
    trace = load(processes=(process("program", 1, effect(1)),))
    unseen = Unseen(FINDING, "a branch decides")
    text = trace_text.render(Report(trace, {(0, 1): Foretold("unforeseen")}, (unseen,)), WIDE)
    assert "non-daemon thread `worker`  only seen here\n" in text
    assert "only foretold: `check` reports it" in text
    assert "app.py:2  RL101  `jobs.start()` starts a thread\n   ╰─ a branch decides\n" in text
    assert text.endswith("1 held; 1 only seen here, 1 only foretold by `check`.\n")


def test_text_shows_the_programs_traceback_as_its_own() -> None:
    trace = load(outcome="raises", problem="it raises", log="Traceback:\n  \x1b[31mboom\n")
    text = trace_text.render(Report(trace, {}, ()), WIDE)
    assert "the program's own traceback:\n  Traceback:\n    \\x1b[31mboom\n" in text


@pytest.mark.parametrize("style", [WIDE, NARROW, ASCII])
def test_text_of_reloads_fits_into_the_width(style: Style) -> None:
    text = trace_text.render(reload(), style)
    assert max(map(len, text.splitlines())) <= style.width
    assert "child 2 waits for non-daemon thread `worker` (app.py:2)" in " ".join(text.split())
    if not style.unicode:
        assert text.isascii()


def test_timeline_has_a_bar_for_each_process_one_after_the_other() -> None:
    lines = [one for one in trace_text.render(reload(), WIDE).splitlines() if "░" in one]
    parent, first, second = (
        next(line for line in lines if line.startswith(title))
        for title in ("parent", "child 1", "child 2")
    )
    starts = [line.index("░") for line in (parent, first, second)]
    assert starts == sorted(starts)
    assert "▒▒▒▒" in second
    assert "▒▒▒▒" not in parent + first


def test_table_says_in_a_word_what_became_of_each_effect_in_each_process() -> None:
    lines = trace_text.render(reload(), WIDE).splitlines()
    rows = [re.split(r"\s{2,}", line.strip()) for line in lines if line.startswith(" app.py:")]
    assert rows == [
        ["app.py:2", "non-daemon thread `worker`", "alive", "held", "held"],
        ["app.py:3", "port bound to :9464", "alive", "refused", "refused"],
    ]


def test_json_has_all_processes_and_effects() -> None:
    report = json.loads(trace_json.render(reload(), WIDE))
    assert [one["role"] for one in report["processes"]] == ["parent", "child", "child"]
    assert report["processes"][2]["hangs"] is True
    assert report["processes"][2]["waits_for"] == [1]
    refused = report["processes"][1]["effects"][1]
    assert (refused["state"], refused["refusal"]) == ("refused", "Address already in use")
    assert (refused["knowledge"], refused["finding"]) == ("unforeseen", None)
    assert report["summary"]["only_traced"] == 1


def test_page_needs_nothing_beside_it() -> None:
    page = trace_html.render(reload(), WIDE)
    assert not re.search(r"<script|<link|src=|href=|url\(|@import", page)


def test_page_takes_nothing_for_markup() -> None:
    evil = effect(1, detail="<script>alert(1)</script>", lines=(), place=None)
    trace = load(program="<b>app", processes=(process("program", 1, evil),), log="<i>&\x1b[0m")
    page = trace_html.render(Report(trace, {}, ()), WIDE)
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<b>app" not in page
    assert "&lt;i&gt;&amp;\\x1b[0m" in page


BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BROWSER = next(filter(None, map(shutil.which, BROWSERS)), None)


@pytest.mark.skipif(BROWSER is None, reason="needs Chromium")
def test_page_is_shown_by_a_browser(tmp_path: Path) -> None:
    assert BROWSER is not None
    page = tmp_path / "page.html"
    page.write_text(trace_html.render(reload(), WIDE), encoding="utf-8")
    command = [
        BROWSER, "--headless", "--no-sandbox", "--disable-gpu",
        f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", page.as_uri(),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    shown = re.sub(r"<style.*?</style>|<[^>]+>", " ", done.stdout, flags=re.DOTALL)
    text = " ".join(shown.split())
    assert "python app.py 1 of 2 reloads in 8.5 s" in text
    assert "child 2 waits for non-daemon thread worker (app.py:2)" in text
    assert "app.py:3 port bound to :9464 alive refused refused" in text
    widths = re.findall(r'class="(\w+)" style="left:([\d.]+)%;width:([\d.]+)%"', done.stdout)
    assert len(widths) == 8
    assert all(float(left) + float(width) <= 100.01 for _, left, width in widths)
