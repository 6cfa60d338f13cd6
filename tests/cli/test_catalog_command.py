"""`catalog`: what is found for a name, and what is said about it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reloadlint.effects import catalogue

Run = Callable[..., Any]

EMPTY = "0 entries of 0 libraries: 0 lazy, 0 measured.\n"


def entries(run: Run, *arguments: str) -> list[dict[str, Any]]:
    result = run("catalog", *arguments, "--output-format", "json")
    assert (result.exit_code, result.stderr) == (0, "")
    found: list[dict[str, Any]] = json.loads(result.stdout)["entries"]
    return found


def test_everything_is_listed_with_a_count(run: Run) -> None:
    shown = run("catalog").stdout
    assert f"{len(catalogue.load())} entries of " in shown.splitlines()[-1]
    assert len(entries(run)) == len(catalogue.load())


def test_callable_is_shown_with_all_that_is_known(run: Run) -> None:
    shown = run("catalog", "pymongo.MongoClient").stdout
    for fact in (
        "pymongo.mongo_client.MongoClient",
        "leaves a running thread and an open connection (eager)",
        "`connect` is false",
        "`close()`",
        "`connect=False`",
        "measured on ",
    ):
        assert fact in shown


def test_alias_leads_to_the_entry(run: Run) -> None:
    alias = run("catalog", "pymongo.mongo_client.MongoClient").stdout
    assert alias == run("catalog", "pymongo.MongoClient").stdout


def test_lazy_callable_is_said_to_leave_nothing(run: Run) -> None:
    shown = run("catalog", "redis.Redis").stdout
    assert "leaves nothing behind" in shown
    assert "none needed" in shown


def test_entry_that_was_not_measured_says_why(run: Run) -> None:
    entry = next(entry for entry in catalogue.load() if entry.unmeasured)
    shown = " ".join(run("catalog", entry.name).stdout.split())
    assert f"not measured: {entry.unmeasured}" in shown


@pytest.mark.parametrize("word", ["psycopg", "PSYCOPG"])
def test_part_of_a_name_finds_all_that_have_it(word: str, run: Run) -> None:
    names = {entry["name"] for entry in entries(run, word)}
    assert {"psycopg.connect", "psycopg2.connect", "psycopg_pool.ConnectionPool"} <= names
    assert "redis.Redis" not in names


def test_library_is_found_by_its_own_name(run: Run) -> None:
    assert {e["library"] for e in entries(run, "Flask-PyMongo")} == {"Flask-PyMongo"}


def test_filters_narrow_what_is_shown(run: Run) -> None:
    found = entries(run, "--effect", "listen", "--when", "eager")
    assert found
    assert all("listen" in e["effects"] and e["when"] == "eager" for e in found)
    assert {e["when"] for e in entries(run, "redis", "--when", "lazy")} == {"lazy"}


def test_nothing_left_by_the_filters_is_no_error(run: Run) -> None:
    result = run("catalog", "redis", "--effect", "device")
    assert (result.exit_code, result.stdout) == (
        0,
        EMPTY,
    )


def test_table_fits_its_width(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for width in (50, 80, 140):
        monkeypatch.setenv("COLUMNS", str(width))
        lines = run("catalog", "psycopg").stdout.splitlines()
        assert max(map(len, lines)) <= width
        assert any("psycopg2.connect" in line for line in lines)


def test_wide_table_has_closers_and_role(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "140")
    assert "closers" in run("catalog", "psycopg").stdout
    monkeypatch.setenv("COLUMNS", "60")
    assert "closers" not in run("catalog", "psycopg").stdout


def test_measured_entry_says_when_and_what_its_closers_released(run: Run) -> None:
    shown = " ".join(run("catalog", "psycopg2.connect").stdout.split())
    seen = catalogue.load().lookup("psycopg2.connect").measured  # type: ignore[union-attr]
    assert seen is not None
    assert f"measured on {seen.date} with psycopg2-binary {seen.library} on Python" in shown
    assert f"then {seen.closed}" in shown


def test_statistics_count_instead_of_listing(run: Run) -> None:
    counts = json.loads(run("catalog", "--statistics", "--output-format", "json").stdout)
    known = list(catalogue.load())
    assert counts["callables"] == len(known)
    assert counts["lazy"] == sum(entry.when == "lazy" for entry in known)
    assert counts["measured"] == sum(entry.measured is not None for entry in known)
    shown = run("catalog", "--statistics").stdout
    assert f"callables     {len(known)}, under {counts['names']} names" in shown
    assert "redis.Redis" not in shown


def test_statistics_are_of_what_the_filters_leave(run: Run) -> None:
    arguments = ("catalog", "redis", "--when", "lazy", "--statistics", "--output-format", "json")
    counts = json.loads(run(*arguments).stdout)
    assert counts["eager"] == 0
    assert counts["callables"] == counts["lazy"] == len(entries(run, "redis", "--when", "lazy"))


def test_statistics_of_nothing_are_no_error(run: Run) -> None:
    result = run("catalog", "redis", "--effect", "device", "--statistics")
    assert (result.exit_code, result.stdout.split()[:2]) == (0, ["callables", "0,"])


def test_library_of_the_named_environment_brings_its_own(run: Run, tmp_path: Path) -> None:
    site = tmp_path / "env" / "lib" / "python3.11" / "site-packages"
    (site / "shop-1.dist-info").mkdir(parents=True)
    (site / "shop").mkdir()
    points = "[reloadlint.catalog]\nshop = shop.effects\n"
    (site / "shop-1.dist-info" / "entry_points.txt").write_text(points)
    entry = 'name = "shop.Bus"\nlibrary = "shop"\nwhen = "lazy"\neffects = []\n'
    text = f'[[callable]]\n{entry}role = "client"\ncure = "none"\n'
    (site / "shop" / "effects.toml").write_text(text)
    shown = entries(run, "shop.Bus", "--python", str(tmp_path / "env"))
    assert [each["name"] for each in shown] == ["shop.Bus"]
    assert run("catalog", "shop.Bus").exit_code == 2


REFUSED = {
    "misspelt": (["psycopg2.conect"], "did you mean `psycopg2.connect`?"),
    "unknown": (["zzzzzz"], "nothing in the catalogue is called `zzzzzz`; see `reloadlint cat"),
    "effect": (["--effect", "fire"], "Invalid value for '--effect'"),
}


@pytest.mark.parametrize(("arguments", "message"), REFUSED.values(), ids=REFUSED)
def test_wrong_usage_is_2_in_one_line(arguments: list[str], message: str, run: Run) -> None:
    result = run("catalog", *arguments)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert message in result.stderr
