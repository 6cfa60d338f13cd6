"""The settings as they reach a whole run: own catalogue entries, files, options, outputs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

Run = Callable[..., Any]

QUEUE = "from flask import Flask\nfrom mycompany.queue import Client\n\nclient = Client()\n"
OWN_CLASS = """\
import threading
from flask import Flask


class Worker:
    def __init__(self):
        threading.Thread(target=print).start()


worker = Worker()
"""


def codes(run: Run, *arguments: str) -> list[str]:
    shown = run("check", "--output-format", "jsonl", *arguments)
    assert shown.err == ""
    return [json.loads(line)["code"] for line in shown.out.splitlines()]


def configure(project: Path, text: str) -> None:
    (project / "reloadlint.toml").write_text(text)


# Own entries


def test_own_entry_makes_an_unknown_callable_a_hazard(project: Path, run: Run) -> None:
    (project / "app.py").write_text(QUEUE)
    assert codes(run) == []
    configure(project, '[catalog."mycompany.queue.Client"]\neffects = ["thread"]\n')
    assert codes(run) == ["RL101"]


def test_lazy_entry_silences_a_library(project: Path, run: Run) -> None:
    assert codes(run, "--config", 'catalog."sqlite3.connect".lazy = true') == ["RL101"]


def test_lazy_entry_silences_an_own_class(project: Path, run: Run) -> None:
    (project / "app.py").write_text(OWN_CLASS)
    assert codes(run, "--select", "RL1") == ["RL101"]
    assert codes(run, "--select", "RL1", "--config", 'catalog."app.Worker".lazy = true') == []
    assert codes(run, "--select", "RL1", "--config", 'catalog."other.Worker".lazy = true') == [
        "RL101"
    ]


def test_role_follows_from_the_effect_unless_it_is_given(project: Path, run: Run) -> None:
    for extra, role, cure in (("", "service", "guard"), ('role = "client"', "client", "lazy")):
        configure(project, f'[catalog."a.B"]\neffects = ["thread"]\n{extra}')
        entry = json.loads(run("catalog", "a.B", "--output-format", "json").out)["entries"][0]
        assert (entry["role"], entry["cure"], entry["library"]) == (role, cure, "a")


def test_file_of_entries_counts(project: Path, run: Run) -> None:
    (project / "app.py").write_text(QUEUE)
    configure(project, 'catalog-files = ["own.toml"]')
    (project / "own.toml").write_text(
        '[[callable]]\nname = "mycompany.queue.Client"\nlibrary = "mycompany"\nwhen = "eager"\n'
        'effects = ["socket"]\nrole = "client"\ncure = "lazy"\n'
    )
    assert codes(run) == ["RL102"]
    assert "an open connection" in run("catalog", "mycompany.queue.Client").out
    (project / "own.toml").write_text("[[callable]]\nname = 'x'")
    assert "own.toml:2: entry x: " in run("check").err
    (project / "own.toml").unlink()
    assert "`catalog-files`: own.toml: No such file" in run("check").err


REFUSED = {
    "nothing said": ("", ':1: `catalog."a.B"`: needs `effects` or `lazy = true`'),
    "both": ('effects = ["thread"]\nlazy = true', ':2: `catalog."a.B".effects`: a lazy callable'),
    "unknown key": ("efects = []", ':2: `catalog."a.B".efects`: unknown key; did you mean `eff'),
    "unknown effect": ('effects = ["thred"]', "unknown word `thred`; did you mean `thread`?"),
    "unknown role": ('effects = ["thread"]\nrole = "x"', ':3: `catalog."a.B".role`: unknown word'),
    "no list": ('effects = "thread"', ':2: `catalog."a.B".effects`: expected `array`, got `str`'),
    "no switch": ("lazy = 1", ':2: `catalog."a.B".lazy`: must be true or false'),
}


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED)
def test_faulty_entry_is_told_with_line_and_key(
    text: str, message: str, project: Path, run: Run
) -> None:
    configure(project, f'[catalog."a.B"]\n{text}')
    for command in ("check", "fix", "effects", "catalog"):
        result = run(command)
        assert (result.status, result.out, result.err.count("\n")) == (2, "", 1)
        assert result.err.startswith("error: reloadlint.toml")
        assert message in result.err


# Options and keys


def test_per_file_ignores_leave_out_what_they_say(project: Path, run: Run) -> None:
    configure(project, '[per-file-ignores]\n"app.py" = ["RL106"]')
    assert codes(run) == ["RL101"]
    assert codes(run, "--config", "per-file-ignores={}") == ["RL101"]
    assert codes(run, "--isolated") == ["RL101", "RL106"]


def test_extend_select_adds(project: Path, run: Run) -> None:
    assert codes(run, "--select", "RL106", "--extend-select", "RL101") == ["RL101", "RL106"]


def test_excluded_file_that_is_named_is_left_out_if_asked(project: Path, run: Run) -> None:
    configure(project, 'extend-exclude = ["app.py"]')
    assert len(codes(run, "app.py")) == 2
    assert codes(run, "--force-exclude", "app.py") == []
    configure(project, 'force-exclude = true\nextend-exclude = ["pkg/"]')
    (project / "pkg").mkdir()
    (project / "app.py").rename(project / "pkg" / "app.py")
    assert codes(run, "pkg/app.py") == []
    assert len(codes(run, "pkg/app.py", "--isolated")) == 2


@pytest.mark.parametrize("name", ["serve", "serve.txt"])
def test_named_file_is_read_whatever_its_name(name: str, project: Path, run: Run) -> None:
    (project / "app.py").rename(project / name)
    assert codes(run, name) == ["RL101", "RL106"]
    (project / "other.py").touch()
    assert codes(run) == []


def test_extend_exclude_leaves_out(project: Path, run: Run) -> None:
    (project / "other.py").write_text((project / "app.py").read_text())
    assert len(codes(run, "--extend-exclude", "other.py")) == 2
    assert len(codes(run)) == 4


def test_strategy_by_name_is_the_one_that_is_reported(project: Path, run: Run) -> None:
    def strategies(*arguments: str) -> list[str]:
        shown = run("check", "--output-format", "jsonl", "--select", "RL106", *arguments)
        return [json.loads(line)["fix"]["strategy"] for line in shown.out.splitlines()]

    assert strategies() == ["g"]
    assert strategies("--config", 'strategy."sqlite3.connect" = "lazy"') == ["lazy"]
    assert strategies("--config", 'strategy."sqlite3.other" = "lazy"') == ["g"]


def test_jobs_are_accepted(project: Path, run: Run) -> None:
    assert codes(run, "--jobs", "2") == codes(run)


# What is shown


def test_settings_are_shown_as_toml_that_gives_them_again(project: Path, run: Run) -> None:
    configure(
        project,
        'ignore = ["RL2"]\n[strategy]\n"a.B" = "g"\n[catalog."a.C"]\neffects = ["thread"]\n'
        '[per-file-ignores]\n"é/*.py" = ["RL1"]',
    )
    result = run("check", "--show-settings", "--select", "RL1")
    assert (result.status, result.err) == (0, "")
    assert "# configuration file: reloadlint.toml\n" in result.out
    assert "# rules: RL101, RL102" in result.out
    values = tomllib.loads(result.out)
    assert (values["select"], values["ignore"]) == (["RL1"], ["RL2"])
    assert values["catalog"] == {"a.C": {"effects": ["thread"]}}
    configure(project, result.out)
    again = run("check", "--show-settings")
    assert again.out == result.out


def test_report_goes_into_the_file(project: Path, run: Run) -> None:
    result = run("check", "--output-format", "sarif", "--output-file", "out.sarif")
    assert (result.status, result.out) == (1, "")
    assert len(json.loads((project / "out.sarif").read_text())["runs"][0]["results"]) == 2
    result = run("check", "--color", "always", "--output-file", "out.txt")
    assert "\x1b" not in (project / "out.txt").read_text("utf-8")
    assert "Found 2 hazards" in (project / "out.txt").read_text("utf-8")


def test_file_that_cannot_be_written_is_told(project: Path, run: Run) -> None:
    result = run("check", "--output-file", "gone/out.txt")
    assert (result.status, result.out) == (2, "")
    assert result.err == "error: --output-file: gone/out.txt: No such file or directory\n"


def test_sarif_has_the_fix_that_is_safe(project: Path, run: Run) -> None:
    (project / "app.py").write_text("import flask\nx = 1  # noqa: RL101\n")
    log = json.loads(run("check", "--output-format", "sarif").out)
    (found,) = log["runs"][0]["results"]
    (change,) = found["fixes"][0]["artifactChanges"]
    assert change["replacements"][0]["deletedRegion"]["startColumn"] == 6


def test_statistics_take_the_place_of_the_findings(project: Path, run: Run) -> None:
    result = run("check", "--statistics")
    assert result.status == 1
    assert result.out.startswith("1  RL101  import-time-thread\n1  RL106  import-time-database-f")
    assert "Found 2 hazards" in result.out
