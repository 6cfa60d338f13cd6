"""Baselines and written suppressions: what is known isn't reported, what is new is."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
BASELINE = "reloadlint-baseline.json"


@pytest.fixture
def known(project: Path, run: Run) -> Path:
    assert run("check", "--write-baseline").status == 0
    return project


def again(run: Run, *arguments: str) -> Any:
    return run("check", "--baseline", BASELINE, "--output-format", "concise", *arguments)


def test_baseline_is_written_and_says_how_it_counts(project: Path, run: Run) -> None:
    result = run("check", "--write-baseline")
    assert (result.status, result.err) == (0, "")
    assert result.out.startswith(f"2 findings written to {BASELINE}.\n")
    assert f'baseline = "{BASELINE}"' in result.out
    content = json.loads((project / BASELINE).read_text())
    assert [(f["path"], f["code"]) for f in content["findings"]] == [
        ("app.py", "RL101"),
        ("app.py", "RL106"),
    ]


def test_what_is_known_is_not_reported(known: Path, run: Run) -> None:
    result = again(run)
    assert (result.status, result.out, result.err) == (0, "", "")
    assert "2 in the baseline" in run("check", "--baseline", BASELINE).out


def test_baseline_of_the_settings_counts(known: Path, run: Run) -> None:
    (known / "reloadlint.toml").write_text(f'baseline = "{BASELINE}"')
    assert run("check").status == 0
    assert run("check", "--isolated").status == 1
    assert run("check", "--write-baseline").out == f"2 findings written to {BASELINE}.\n"


MOVED = {
    "lines above": lambda text: "# one\n\n# two\n" + text,
    "other quotes": lambda text: text.replace('"app.db"', "'app.db'"),
    "over several lines": lambda text: text.replace('("app.db", ', '(\n    "app.db",\n    '),
    "comment behind": lambda text: text.replace(".start()", ".start()  # for ever"),
    "block of its own": lambda text: text.replace(
        "db = sqlite3", "if True:\n    db = sqlite3"
    ).replace("    db = sqlite3.connect(", "    db = sqlite3.connect("),
}


@pytest.mark.parametrize("change", MOVED.values(), ids=MOVED)
def test_moved_and_reformatted_code_stays_covered(
    change: Callable[[str], str], known: Path, run: Run
) -> None:
    app = known / "app.py"
    app.write_text(change(app.read_text()))
    result = again(run)
    assert (result.status, result.out, result.err) == (0, "", "")


def test_new_finding_is_reported(known: Path, run: Run) -> None:
    app = known / "app.py"
    app.write_text(app.read_text() + 'other = sqlite3.connect("b.db")\n')
    assert [line[:9] for line in again(run).out.splitlines()] == ["app.py:14"]


def test_second_of_the_same_statement_does_not_hide(known: Path, run: Run) -> None:
    app = known / "app.py"
    app.write_text(app.read_text() + "threading.Thread(target=print).start()\n")
    assert len(again(run).out.splitlines()) == 1


def test_same_statement_in_another_file_does_not_hide(known: Path, run: Run) -> None:
    (known / "app.py").rename(known / "other.py")
    assert len(again(run).out.splitlines()) == 2


def test_fixed_finding_is_reported_as_removable(known: Path, run: Run) -> None:
    app = known / "app.py"
    app.write_text(app.read_text().replace("threading.Thread(target=print).start()\n", ""))
    result = again(run)
    assert (result.status, result.out) == (0, "")
    assert result.err.startswith("warning: fixed, and still in the baseline: app.py: RL101: thr")
    assert "--write-baseline" in result.err
    assert run("check", "--baseline", BASELINE, "--write-baseline").status == 0
    assert again(run).err == ""


def test_file_that_is_gone_is_removable_and_one_not_asked_for_is_not(known: Path, run: Run) -> None:
    (known / "clean.py").write_text("import flask\n")
    assert again(run, "clean.py").err == ""
    (known / "app.py").unlink()
    assert again(run, "clean.py").err.count("warning: fixed") == 2


def test_fix_leaves_what_is_known(known: Path, run: Run) -> None:
    assert "0 can be fixed, 0 left." in run("fix", "--config", f"baseline='{BASELINE}'").err


FAULTS = {
    "gone": (None, f"baseline {BASELINE}: no such file; write one with --write-baseline"),
    "no JSON": ("x", "not understood: "),
    "not ours": ("[]", "not understood: "),
    "newer": ('{"version": 9, "findings": []}', "of version 9, not 1"),
}


@pytest.mark.parametrize(("text", "message"), FAULTS.values(), ids=FAULTS)
def test_baseline_that_is_none_is_told(
    text: str | None, message: str, project: Path, run: Run
) -> None:
    if text is not None:
        (project / BASELINE).write_text(text)
    result = again(run)
    assert (result.status, result.out, result.err.count("\n")) == (2, "", 1)
    assert message in result.err


# --add-ignore


def test_comments_are_written_and_nothing_is_left(project: Path, run: Run) -> None:
    result = run("check", "--add-ignore", "known since 2019")
    assert (result.status, result.out) == (0, "2 findings in 1 file ignored.\n")
    lines = (project / "app.py").read_text().splitlines()
    assert lines[6] == (
        "threading.Thread(target=print).start()  # reloadlint: ignore[RL101] known since 2019"
    )
    assert run("check").status == 0
    assert run("check", "--add-ignore", "again").out == "0 findings in 0 files ignored.\n"


@pytest.mark.parametrize("line_end", ["\r", "\r\n"])
def test_comment_goes_to_its_line_whatever_ends_it(line_end: str, project: Path, run: Run) -> None:
    app = project / "app.py"
    app.write_bytes(app.read_text().replace("\n", line_end).encode())
    assert run("check", "--add-ignore", "known").out.startswith("2 findings ")
    assert run("check").status == 0


PLACES = {
    "several lines": ('db = connect(\n    "a.db",\n)', 'db = connect(  # {}\n    "a.db",\n)'),
    "string over lines": ('db = connect("""\na.db""")', 'db = connect("""\na.db""")  # {}'),
    "backslash": ('db = \\\n    connect("a.db")', 'db = \\\n    connect("a.db")  # {}'),
    "comment": (
        'db = connect("a.db")  # type: ignore',
        'db = connect("a.db")  # type: ignore  # {}',
    ),
    "two on a line": (
        'a = connect("a"); b = connect("b")',
        'a = connect("a"); b = connect("b")  # {}',
    ),
    "block": ('if 1:\n    db = connect("a.db")', 'if 1:\n    db = connect("a.db")  # {}'),
}


@pytest.mark.parametrize(("before", "after"), PLACES.values(), ids=PLACES)
def test_comment_goes_where_one_can_stand(before: str, after: str, project: Path, run: Run) -> None:
    head = "import flask\r\nfrom sqlite3 import connect\r\n"
    app = project / "app.py"
    app.write_bytes((head + before.replace("\n", "\r\n")).encode())
    assert run("check", "--add-ignore", "why").status == 0
    written = after.format("reloadlint: ignore[RL106] why")
    assert app.read_bytes().decode() == head + written.replace("\n", "\r\n")
    assert run("check").status == 0


def test_comment_that_is_there_gets_one_more_code(project: Path, run: Run) -> None:
    app = project / "app.py"
    text = app.read_text().replace("e)\n\n", "e)  # reloadlint: ignore[RL203] why\n\n")
    app.write_text(text)
    assert run("check", "--select", "RL106", "--add-ignore", "new").status == 0
    assert "# reloadlint: ignore[RL106, RL203] why\n" in app.read_text()


def test_what_no_comment_can_suppress_is_left(project: Path, run: Run) -> None:
    (project / "app.py").write_text("import flask\n(\n")
    result = run("check", "--add-ignore", "x")
    assert result.status == 1
    assert "RL901 can't be suppressed by a comment here" in result.err
    assert (project / "app.py").read_text() == "import flask\n(\n"


def test_reason_must_be_a_line(project: Path, run: Run) -> None:
    result = run("check", "--add-ignore", "a\nb")
    assert (result.status, result.out) == (2, "")
    assert "one line" in result.err
    assert run("check", "-", "--add-ignore", "x", stdin=b"").status == 2
