"""A rule's code means the same everywhere: source, pages, README, changelog, schema, fixtures."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reloadlint.reporting.settings_schema import selectors
from reloadlint.rules.codes import RULES

ROOT = Path(__file__).resolve().parent.parent
TESTS = ROOT / "tests"

#: Rules about files, whose cases are no projects.
WITHOUT_PROJECTS = {"RL900", "RL901"}


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def mentioned(text: str) -> set[str]:
    """The codes in a text; `RL101 to RL106` means those between, too."""
    found = set(re.findall(r"\bRL\d{3}\b", text))
    for first, last in re.findall(r"\bRL(\d{3})\s+to\s+RL(\d{3})\b", text):
        found |= {f"RL{number}" for number in range(int(first), int(last) + 1)}
    return found


def test_every_rule_of_the_source_is_known() -> None:
    sources = (path.read_text(encoding="utf-8") for path in ROOT.glob("src/reloadlint/rules/*.py"))
    written = {
        code for text in sources for code in re.findall(r'^    code = "(RL\d+)"', text, re.M)
    }
    assert written == set(RULES)


def test_names_are_unique_words() -> None:
    names = [rule.name for rule in RULES.values()]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", name) for name in names)


def test_readme_and_changelog_have_every_code() -> None:
    rows = re.findall(r"^\| (RL\d+) \| ([\w-]+) \|", text_of("README.md"), re.MULTILINE)
    assert rows == [(code, rule.name) for code, rule in RULES.items()]
    assert mentioned(text_of("CHANGELOG.md")) == set(RULES)


def test_schema_has_every_code() -> None:
    assert {selector for selector in selectors() if re.fullmatch(r"RL\d{3}", selector)} == set(
        RULES
    )


@pytest.mark.parametrize(
    "name",
    [
        *(path.name for path in ROOT.glob("*.md")),
        *(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")),
    ],
)
def test_documents_mention_no_other_codes(name: str) -> None:
    assert mentioned(text_of(name)) <= set(RULES)


def test_rules_mention_no_other_codes() -> None:
    for rule in RULES.values():
        assert mentioned(rule.__doc__ or "") <= set(RULES)


def test_every_rule_has_fixtures_that_report_and_that_are_silent() -> None:
    expected: set[str] = set()
    for path in (TESTS / "fixtures").glob("*/**/*.py"):
        lines = re.findall(r"# expect: (.+)$", path.read_text("utf-8", "replace"), re.MULTILINE)
        expected |= {code for line in lines for code in mentioned(line)}
    assert expected == set(RULES) - WITHOUT_PROJECTS
    own = {folder.name for folder in (TESTS / "fixtures" / "rules").iterdir()}
    assert own <= set(RULES)


@pytest.mark.parametrize("code", sorted(WITHOUT_PROJECTS))
def test_rules_about_files_have_tests(code: str) -> None:
    texts = (path.read_text(encoding="utf-8") for path in TESTS.rglob("test_*.py"))
    assert sum(code in text for text in texts) >= 2
