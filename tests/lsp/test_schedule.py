"""What is analysed again, and when: as little as can be, and no more often than it pays."""

import ast
import asyncio

from lsp_editor import APP

from reloadlint.lsp.area import Area, Superseded, Text
from reloadlint.lsp.schedule import Schedule
from reloadlint.settings import Settings


def test_changes_that_follow_one_another_are_analysed_once():
    runs = []

    async def work(interrupt):
        runs.append(interrupt)

    async def script():
        schedule = Schedule(work)
        for _ in range(60):
            schedule.request()
        await schedule.settled()

    asyncio.run(script())
    assert len(runs) == 1


def test_a_change_ends_the_analysis_of_what_is_no_more():
    ended = []

    async def work(interrupt):
        if not ended:
            schedule.request()
        try:
            interrupt()
        except Superseded:
            ended.append(True)
            raise

    async def script():
        nonlocal schedule
        schedule = Schedule(work)
        schedule.request()
        await schedule.settled()

    schedule = None
    asyncio.run(script())
    assert ended == [True]


def test_an_analysis_that_fails_keeps_nobody_waiting(caplog):
    async def work(interrupt):
        raise ValueError("no such thing")

    async def script():
        schedule = Schedule(work)
        schedule.request()
        await schedule.settled()

    asyncio.run(script())
    assert "analysis failed" in caplog.text


def test_only_the_text_that_has_changed_is_parsed_again(tmp_path, monkeypatch):
    for name in ("app", "other", "more"):
        (tmp_path / f"{name}.py").write_text(f"{APP}# {name}\n")
    area = Area([tmp_path], Settings(cache=False))
    assert len(area.analyse({}, lambda: None).findings) == 3
    parsed, parse = [], ast.parse

    def noting(text, *given, **more):
        parsed.append(text)
        return parse(text, *given, **more)

    monkeypatch.setattr(ast, "parse", noting)
    changed = APP.replace("db =", "# db =")
    found = area.analyse({tmp_path / "app.py": Text(changed, typed=True)}, lambda: None).findings
    assert sorted(path.name for path in found) == ["more.py", "other.py"]
    assert set(parsed) == {changed}
