"""The house is as its plans say: rooms, walls, and what the documents promise."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import reloadlint
from reloadlint.cli import COMMANDS
from reloadlint.effects import looping, state, values
from reloadlint.effects.libraries import STEPS_OF_A_CALL
from reloadlint.rules.codes import RULES
from reloadlint.settings.record import OFF_BY_DEFAULT

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = Path(reloadlint.__file__).parent


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


README = text_of("README.md")
PAGES = [path.name for path in ROOT.glob("*.md")]
PAGES += [f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")]


# Rooms


def rooms() -> set[str]:
    """The packages and modules at the top of the source."""
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    files = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__", "__main__"}
    return folders | files


def layers() -> set[str]:
    """The rooms that the import contract puts in order."""
    contracts = tomllib.loads(text_of("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    (ordered,) = [each for each in contracts if each["name"] == "Rooms import downwards only"]
    names = {name.strip() for layer in ordered["layers"] for name in layer.split("|")}
    return {name.partition(".")[2] for name in names} - {"__main__"}


def test_every_room_has_its_place_in_the_layers() -> None:
    assert layers() == rooms()


def test_architecture_describes_every_room() -> None:
    rows = re.findall(r"^\| (`.+?) \|", text_of("docs/architecture.md"), re.MULTILINE)
    described = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert rooms() <= described


def test_architecture_gives_the_limits_of_the_solver() -> None:
    table = text_of("docs/architecture.md").partition("## It ends")[2].partition("\n\nBeyond")[0]
    limits = (
        state.MOST_STEPS,
        STEPS_OF_A_CALL,
        state.DEEPEST_CALL,
        state.DEEPEST_RECURSION,
        looping.MOST_ROUNDS,
        values.MOST_ALTERNATIVES,
    )
    for limit in limits:
        assert f"{limit:,}" in table


@pytest.mark.parametrize("room", ["effects", "facts", "project", "discovery", "settings"])
def test_understanding_a_program_needs_neither_libcst_nor_rich_nor_click(room: str) -> None:
    modules = [path.stem for path in (PACKAGE / room).glob("*.py") if path.stem != "__init__"]
    imports = "\n".join(f"import reloadlint.{room}.{name}" for name in modules)
    code = f"import sys\n{imports}\nsys.exit(str({{'libcst', 'rich', 'click'}} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr == "set()\n"


# Documents


def test_readme_lists_every_rule() -> None:
    rows = re.findall(r"^\| (RL\d+) \| ([\w-]+) \| (.+) \|$", README, re.MULTILINE)
    assert [(code, name) for code, name, _ in rows] == [(r.code, r.name) for r in RULES.values()]
    off = {code for code, _, what in rows if "off unless selected" in what}
    assert off == OFF_BY_DEFAULT


def test_readme_lists_every_command() -> None:
    assert re.findall(r"^\| `reloadlint (\w+)", README, re.MULTILINE) == list(COMMANDS)


def test_readme_has_the_two_commands() -> None:
    commands = re.findall(r"^    (python -m pip .+)$", README, re.MULTILINE)
    assert commands == [
        "python -m pip install . && reloadlint check examples",
        "python -m pip install '.[test]' && python -m pytest",
    ]


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name: str) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)[^)]*\)", text_of(name))
    missing = [link for link in links if not (ROOT / name).parent.joinpath(link).exists()]
    assert missing == []


def test_changelog_knows_this_version() -> None:
    assert f"## {reloadlint.__version__} " in text_of("CHANGELOG.md")


@pytest.mark.parametrize("code", RULES)
def test_rule_explains_itself(code: str) -> None:
    documentation = RULES[code].__doc__ or ""
    summary = documentation.partition("\n")[0]
    assert summary.endswith(".")
    assert len(summary) <= 100
