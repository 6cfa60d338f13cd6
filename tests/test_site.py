"""The site: built strictly where MkDocs is installed, and what it takes from the program."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from reloadlint.cli import COMMANDS
from reloadlint.effects import catalogue
from reloadlint.rules.codes import RULES
from reloadlint.rules.documentation import page_of
from reloadlint.settings.values import FIELDS

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(ROOT / "tools")
    return __import__("site_pages")


def filled(pages: ModuleType, name: str) -> str:
    text: str = pages.filled((DOCS / name).read_text(encoding="utf-8"))
    assert "<!--" not in text
    return text


def test_every_setting_has_its_entry(pages: ModuleType) -> None:
    shown = re.findall(r"^### `([\w-]+)`$", filled(pages, "configuration.md"), re.MULTILINE)
    assert shown == ["extend", *FIELDS]


def test_every_command_is_shown(pages: ModuleType) -> None:
    shown = re.findall(r"^## reloadlint (\w+)$", filled(pages, "commands.md"), re.MULTILINE)
    assert shown == list(COMMANDS)


def test_every_entry_of_the_catalogue_is_shown(pages: ModuleType) -> None:
    text = filled(pages, "catalog.md")
    assert [entry.name for entry in catalogue.load() if f"| `{entry.name}` |" not in text] == []


def test_every_rule_has_a_page_and_a_row(pages: ModuleType) -> None:
    text = filled(pages, "rules.md")
    for code in RULES:
        assert f"[{code}](rules/{code}.md)" in text
        assert page_of(RULES[code]).markdown in pages.rule_page(code)


def test_changelog_is_the_repositorys(pages: ModuleType) -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").partition("\n")[2]
    assert changelog.strip() in filled(pages, "changelog.md")


def test_every_page_is_in_the_navigation() -> None:
    listed = re.findall(r"^  - .+: (\S+\.md)$", (ROOT / "mkdocs.yml").read_text(), re.MULTILINE)
    assert sorted(listed) == sorted(path.name for path in DOCS.glob("*.md"))


@pytest.mark.skipif(
    importlib.util.find_spec("mkdocs") is None or importlib.util.find_spec("material") is None,
    reason="the extra `docs` isn't installed",
)
def test_strict_build(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert {path.parent.name for path in tmp_path.glob("rules/*/index.html")} == set(RULES)
