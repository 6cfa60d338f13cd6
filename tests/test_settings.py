"""Settings: what is read from where, what is refused, which rules are on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reloadlint.errors import UsageError
from reloadlint.settings import DEFAULT_EXCLUDE, Settings, check_selectors, load_settings

if TYPE_CHECKING:
    from pathlib import Path

CODES = ("RL101", "RL102", "RL107", "RL401", "RL901")
FORMATS = ("full", "concise", "json")


def load(start: Path) -> Settings:
    return load_settings(start, codes=CODES, formats=FORMATS)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_defaults_without_a_file(folder: Path) -> None:
    assert load(folder) == Settings()


def test_pyproject_without_our_table_is_passed_by(folder: Path) -> None:
    (folder / "reloadlint.toml").write_text('ignore = ["RL101"]')
    (folder / "sub").mkdir()
    (folder / "sub" / "pyproject.toml").write_text("[tool.other]\nselect = 1\n")
    assert load(folder / "sub").ignore == ("RL101",)


def test_nearest_file_wins_whole(folder: Path) -> None:
    (folder / "pyproject.toml").write_text("[tool.reloadlint]\nall-modules = true\n")
    (folder / "sub").mkdir()
    (folder / "sub" / "reloadlint.toml").write_text("")
    assert not load(folder / "sub").all_modules


def test_reloadlint_toml_goes_before_pyproject(folder: Path) -> None:
    (folder / "pyproject.toml").write_text('[tool.reloadlint]\nignore = ["RL101"]\n')
    (folder / "reloadlint.toml").write_text('ignore = ["RL102"]\n')
    assert load(folder).ignore == ("RL102",)


def test_found_above_a_file(folder: Path) -> None:
    (folder / "reloadlint.toml").write_text('ignore = ["RL102"]\n')
    assert load(folder / "app.py").ignore == ("RL102",)


def test_every_key_is_read_and_paths_start_at_the_file(folder: Path) -> None:
    (folder / "pyproject.toml").write_text(
        "[tool.reloadlint]\n"
        'select = ["RL1"]\nextend-select = ["RL107"]\nignore = ["RL102"]\n'
        'exclude = ["a"]\nextend-exclude = ["b/*"]\nsrc = ["src", "/lib"]\n'
        'force-exclude = true\njobs = 2\nbaseline = "known.json"\nunsafe-fixes = true\n'
        'cache = false\ncache-dir = "kept"\ncatalog-files = ["own.toml"]\n'
        'all-modules = true\nfollow-installed = false\npython = ".venv"\noutput-format = "json"\n'
        '[tool.reloadlint.per-file-ignores]\n"a/*.py" = ["RL1"]\n'
        '[tool.reloadlint.strategy]\n"a.B" = "lazy"\n'
        '[tool.reloadlint.catalog."a.B"]\nlazy = true\n'
    )
    assert load(folder) == Settings(
        select=("RL1",),
        extend_select=("RL107",),
        ignore=("RL102",),
        exclude=("a",),
        extend_exclude=("b/*",),
        src=(str(folder / "src"), "/lib"),
        all_modules=True,
        follow_installed=False,
        python=str(folder / ".venv"),
        output_format="json",
        force_exclude=True,
        jobs=2,
        baseline=str(folder / "known.json"),
        unsafe_fixes=True,
        cache=False,
        cache_dir=str(folder / "kept"),
        catalog_files=(str(folder / "own.toml"),),
        per_file_ignores={"a/*.py": ("RL1",)},
        strategy={"a.B": "lazy"},
        catalog={"a.B": {"lazy": True}},
        catalog_lines={"a.B": {"": "pyproject.toml:23", "lazy": "pyproject.toml:24"}},
        config=folder / "pyproject.toml",
        root=folder,
    )


def test_own_excludes_extend_the_defaults_only_when_asked(folder: Path) -> None:
    (folder / "reloadlint.toml").write_text('extend-exclude = ["gen"]')
    assert load(folder).exclude == DEFAULT_EXCLUDE


REFUSED = {
    "broken TOML": ("select = [", "not valid TOML"),
    "no UTF-8": (b"# \xff", "not valid TOML"),
    "unknown key": ("exlude = []", "unknown key `exlude`; did you mean `exclude`?"),
    "key with underscore": (
        "all_modules = true",
        "unknown key `all_modules`; did you mean `all-modules`?",
    ),
    "key like nothing": ("zzz = 1", "unknown key `zzz`"),
    "inner field": ("root = 'x'", "unknown key `root`"),
    "string for a list": ("select = 'RL1'", "`select` must be a list of strings"),
    "number in a list": ("ignore = [1]", "`ignore` must be a list of strings"),
    "string for a switch": ("all-modules = 'yes'", "`all-modules` must be true or false"),
    "list for a string": ("python = []", "`python` must be a string"),
    "no whole number": ("jobs = 1.5", "`jobs` must be a whole number from 1 on"),
    "no process": ("jobs = 0", "`jobs` must be a whole number from 1 on"),
    "no table": ("strategy = 'g'", "`strategy` must be a table"),
    "no strategy": (
        "strategy = {'a.B' = 'lzy'}",
        '`strategy."a.B"` must be one of auto, g, pool, lazy, defer, guard; did you mean `lazy`?',
    ),
    "no list of codes": (
        "per-file-ignores = {'a.py' = 'RL1'}",
        '`per-file-ignores."a.py"` must be a list of strings',
    ),
    "unknown code for a file": (
        "per-file-ignores = {'a.py' = ['RL666']}",
        '`per-file-ignores."a.py"`: unknown rule code `RL666`',
    ),
    "no entry": ("catalog = {'a.B' = 1}", '`catalog."a.B"` must be a table'),
    "unknown code": ("ignore = ['RL999']", "`ignore`: unknown rule code `RL999`"),
    "code in small letters": ("select = ['rl101']", "did you mean `RL101`?"),
    "foreign code": ("select = ['E501']", "unknown rule code `E501`"),
    "empty code": ("select = ['']", "unknown rule code ``"),
    "unknown format": ("output-format = 'jsn'", "unknown format `jsn`; did you mean `json`?"),
    "format like nothing": ("output-format = 'q'", "known: full, concise, json"),
}


@pytest.mark.parametrize(("content", "message"), REFUSED.values(), ids=REFUSED)
def test_fault_is_told_in_one_line_with_the_file(
    content: str | bytes, message: str, folder: Path
) -> None:
    data = content if isinstance(content, bytes) else content.encode()
    (folder / "reloadlint.toml").write_bytes(data)
    with pytest.raises(UsageError) as caught:
        load(folder)
    assert str(caught.value).startswith("reloadlint.toml: ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", ["[tool]\nreloadlint = 1", "[tool]\nreloadlint = []"])
def test_table_must_be_one(content: str, folder: Path) -> None:
    (folder / "pyproject.toml").write_text(content)
    with pytest.raises(UsageError, match="must be a table"):
        load(folder)


def test_tool_that_is_no_table_is_not_ours_to_complain_about(folder: Path) -> None:
    (folder / "pyproject.toml").write_text("tool = 1")
    assert load(folder) == Settings()


@pytest.mark.parametrize(
    ("settings", "on", "off"),
    [
        ({}, "RL101 RL401 RL901", "RL107"),
        ({"select": ("ALL",)}, "RL101 RL107", ""),
        ({"select": ("RL",)}, "RL101 RL107 RL901", ""),
        ({"select": ("RL1",)}, "RL101 RL107", "RL401 RL901"),
        ({"select": ("RL107",)}, "RL107", "RL101"),
        ({"select": ()}, "", "RL101 RL401"),
        ({"extend_select": ("RL107",)}, "RL101 RL107", ""),
        ({"select": ("RL4",), "extend_select": ("RL107",)}, "RL401 RL107", "RL101"),
        ({"ignore": ("RL1",)}, "RL401", "RL101 RL107"),
        ({"ignore": ("ALL",)}, "", "RL101 RL401"),
        ({"select": ("RL101",), "ignore": ("RL101",)}, "", "RL101"),
        ({"select": ("RL101",), "ignore": ("RL1",)}, "RL101", "RL102"),
        ({"select": ("RL1",), "ignore": ("RL101",)}, "RL102", "RL101"),
        ({"select": ("ALL",), "ignore": ("RL101",)}, "RL102", "RL101"),
    ],
)
def test_more_specific_selector_wins_and_ignore_wins_a_tie(
    settings: dict[str, tuple[str, ...]], on: str, off: str
) -> None:
    made = Settings(**settings)
    assert [code for code in on.split() if not made.selected(code)] == []
    assert [code for code in off.split() if made.selected(code)] == []


def test_command_line_selection_takes_the_place_of_the_files() -> None:
    file = Settings(select=("RL4",), extend_select=("RL107",), ignore=("RL101", "RL102"))
    made = file.overridden(["RL1", "RL101"], [])
    assert [code for code in CODES if made.selected(code)] == ["RL101", "RL107"]


def test_command_line_ignore_adds_to_the_files() -> None:
    made = Settings(ignore=("RL101",)).overridden([], ["RL102"])
    assert [code for code in CODES if made.selected(code)] == ["RL401", "RL901"]


def test_empty_command_line_changes_nothing() -> None:
    file = Settings(select=("RL1",), ignore=("RL101",))
    assert file.overridden([], []) == file


@pytest.mark.parametrize("selector", ["ALL", "RL", "RL1", "RL10", "RL101"])
def test_code_or_its_beginning_is_known(selector: str) -> None:
    check_selectors([selector], CODES, "--select")


@pytest.mark.parametrize("selector", ["R", "RL2", "RL1011", "all", "RL101 "])
def test_anything_else_is_not(selector: str) -> None:
    with pytest.raises(UsageError, match="--select: unknown rule code"):
        check_selectors([selector], CODES, "--select")
