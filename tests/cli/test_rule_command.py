"""`rule`: the rule's own documentation, in a terminal and for programs."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from typing import Any

import pytest

from reloadlint.rules.codes import RULES
from reloadlint.rules.documentation import page_of

Run = Callable[..., Any]

#: Sections that a reader may count on.
NEEDED = {
    "What it does",
    "Why is this bad?",
    "Known problems",
    "Example",
    "Use instead",
    "Fix safety",
}


def words(text: str) -> list[str]:
    """The words of a text, without what Markdown or a terminal adds to them."""
    return text.replace("`", "").replace("**", "").replace("•", "-").split()


@pytest.mark.parametrize("code", RULES)
def test_everything_the_docstring_says_is_shown(code: str, run: Run) -> None:
    shown = run("rule", code)
    assert (shown.exit_code, shown.stderr) == (0, "")
    docstring = inspect.cleandoc(RULES[code].__doc__ or "").replace("```python", "")
    for word in words(docstring.replace("## ", "").replace("```", "")):
        assert word in words(shown.stdout)


def test_title_names_code_and_rule(run: Run) -> None:
    assert run("rule", "RL101").stdout.startswith("RL101 import-time-thread\n\nA thread is ")


def test_rule_that_is_off_says_so(run: Run) -> None:
    assert "off unless selected" in run("rule", "RL107").stdout
    assert "off unless selected" not in run("rule", "RL101").stdout


@pytest.mark.parametrize("name", ["rl101", "import-time-thread", "Import-Time-Thread"])
def test_case_and_name_do_not_matter(name: str, run: Run) -> None:
    assert run("rule", name).stdout == run("rule", "RL101").stdout


def test_code_of_an_example_keeps_its_shape(run: Run) -> None:
    shown = run("rule", "RL101").stdout
    assert '    def get_db():\n        if "db" not in g:\n            g.db = Database()\n' in shown


def test_no_line_ends_in_spaces_or_is_too_wide(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    lines = run("rule", "--all").stdout.splitlines()
    assert [line for line in lines if line != line.rstrip() or len(line) > 60] == []


def test_without_code_all_are_listed_in_order(run: Run) -> None:
    shown = run("rule").stdout
    codes = [line[:5] for line in shown.splitlines() if line.startswith("RL")]
    assert codes == list(RULES)
    assert "A thread is started while the module is loaded." in shown
    assert "Why is this bad?" not in shown


def test_all_shows_every_text(run: Run) -> None:
    assert run("rule", "--all").stdout.count("Why is this bad?") == len(RULES)


def test_color_is_as_asked(run: Run) -> None:
    assert "\x1b[" not in run("rule", "RL101").stdout
    assert "\x1b[" in run("rule", "RL101", "--color", "always").stdout


def test_json_has_text_and_sections(run: Run) -> None:
    content = json.loads(run("rule", "RL107", "--output-format", "json").stdout)
    (rule,) = content["rules"]
    assert (content["version"], rule["code"], rule["name"]) == (1, "RL107", "import-time-io")
    assert rule["default"] is False
    assert set(rule["sections"]) >= NEEDED
    assert rule["documentation"].startswith(rule["summary"])


@pytest.mark.parametrize("arguments", [[], ["--all"]])
def test_json_of_all_has_every_rule(arguments: list[str], run: Run) -> None:
    content = json.loads(run("rule", *arguments, "--output-format", "json").stdout)
    assert [rule["code"] for rule in content["rules"]] == list(RULES)


@pytest.mark.parametrize("code", RULES)
def test_page_has_the_parts_a_reader_counts_on(code: str) -> None:
    assert set(page_of(RULES[code]).sections) >= NEEDED


@pytest.mark.parametrize("code", RULES)
def test_pages_about_effects_tell_each_cure_by_way_of_starting(code: str) -> None:
    text = page_of(RULES[code]).markdown
    told = [f"- `{strategy}`" in text for strategy in ("g", "lazy", "defer", "pool", "guard")]
    about_effects = (code[:4] == "RL10" and code != "RL107") or code == "RL401"
    assert told == [about_effects] * 5
    assert ("B008" in text) is about_effects


REFUSED = {
    "RL110": "unknown rule `RL110`; did you mean `RL10",
    "import-time-thred": "did you mean `import-time-thread`?",
    "zzz": "unknown rule `zzz`; see `reloadlint rule` for all",
}


@pytest.mark.parametrize(("code", "message"), REFUSED.items())
def test_unknown_rule_is_2_in_one_line(code: str, message: str, run: Run) -> None:
    result = run("rule", code)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert message in result.stderr


def test_code_and_all_exclude_each_other(run: Run) -> None:
    result = run("rule", "RL101", "--all")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "leave out either" in result.stderr
