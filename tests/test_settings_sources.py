"""Where settings come from: a file that was named, what it extends, single keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reloadlint.errors import UsageError
from reloadlint.settings import Settings, load_settings
from reloadlint.settings.lines import line_of
from reloadlint.settings.per_file import Choice

CODES = ("RL101", "RL102", "RL401", "RL900")
FORMATS = ("full", "concise", "json")


def load(start: Path, *config: str, isolated: bool = False) -> Settings:
    return load_settings(start, codes=CODES, formats=FORMATS, config=config, isolated=isolated)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, **texts: str) -> None:
    for name, text in texts.items():
        path = folder / f"{name.replace('__', '/')}.toml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


# extend


def test_file_goes_before_what_it_extends(folder: Path) -> None:
    write(folder, base='ignore = ["RL101"]\nall-modules = true', reloadlint='extend = "base.toml"')
    assert load(folder).ignore == ("RL101",)
    write(folder, reloadlint='extend = "base.toml"\nignore = []')
    made = load(folder)
    assert (made.ignore, made.all_modules) == ((), True)
    assert made.config == folder / "reloadlint.toml"


def test_what_extends_and_tables_are_added_to(folder: Path) -> None:
    write(
        folder,
        base='extend-exclude = ["a"]\nstrategy = {"x.A" = "g", "x.B" = "g"}',
        reloadlint='extend = "base.toml"\nextend-exclude = ["b"]\nstrategy = {"x.B" = "lazy"}',
    )
    made = load(folder)
    assert made.extend_exclude == ("a", "b")
    assert made.strategy == {"x.A": "g", "x.B": "lazy"}


def test_paths_start_at_the_file_that_they_stand_in(folder: Path) -> None:
    write(folder, shared__base='src = ["lib"]', reloadlint='extend = "shared/base.toml"')
    made = load(folder)
    assert made.src == (str(folder / "shared" / "lib"),)
    assert made.root == folder


def test_pyproject_can_be_extended(folder: Path) -> None:
    write(folder, up__pyproject='[tool.reloadlint]\nignore = ["RL1"]')
    write(folder, reloadlint='extend = "up/pyproject.toml"')
    assert load(folder).ignore == ("RL1",)


REFUSED = {
    "gone": ('extend = "gone.toml"', "`extend`: gone.toml: no such file"),
    "itself": ('extend = "reloadlint.toml"', "`extend`: reloadlint.toml extends this file in turn"),
    "no name": ("extend = 1", "`extend` must be a string"),
    "nothing for us": ('extend = "other/pyproject.toml"', "has no table [tool.reloadlint]"),
}


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_extended_is_told(text: str, message: str, folder: Path) -> None:
    write(folder, reloadlint=text, other__pyproject="[tool.other]")
    with pytest.raises(UsageError) as caught:
        load(folder)
    assert message in str(caught.value)
    assert str(caught.value).startswith("reloadlint.toml: ")


def test_fault_in_the_base_names_the_base(folder: Path) -> None:
    write(folder, base="exlude = []", reloadlint='extend = "base.toml"')
    with pytest.raises(UsageError, match=r"^base\.toml: unknown key `exlude`; did you mean"):
        load(folder)


# --config


def test_named_file_takes_the_place_of_the_nearest(folder: Path) -> None:
    write(folder, reloadlint='ignore = ["RL101"]', ci__strict='ignore = ["RL102"]\nsrc = ["s"]')
    made = load(folder, "ci/strict.toml")
    assert made.ignore == ("RL102",)
    assert made.src == (str(folder / "ci" / "s"),)
    assert (made.config, made.root) == (folder / "ci" / "strict.toml", folder)


def test_single_key_goes_before_the_file(folder: Path) -> None:
    write(folder, reloadlint='ignore = ["RL101"]\nall-modules = true')
    made = load(folder, "ignore = ['RL102']", 'per-file-ignores."a/*.py"=["RL1"]', "src=['lib']")
    assert (made.ignore, made.all_modules) == (("RL102",), True)
    assert made.per_file_ignores == {"a/*.py": ("RL1",)}
    assert made.src == (str(folder / "lib"),)


def test_single_key_counts_though_no_file_is_read(folder: Path) -> None:
    write(folder, reloadlint="all-modules = true")
    made = load(folder, "ignore=['RL102']", isolated=True)
    assert (made.ignore, made.all_modules, made.config) == (("RL102",), False, None)


FAULTS: dict[str, tuple[Any, str]] = {
    "no such file": (("gone.toml",), "--config: gone.toml: no such file"),
    "two files": (("a.toml", "b.toml"), "one file at a time"),
    "unknown key": (("exlude=['a']",), "unknown key `exlude`; did you mean `exclude`?"),
    "no quotes": (("python=.venv",), "a string needs quotes: python='…'"),
    "wrong type": (("jobs='two'",), "`jobs` must be a whole number"),
}


@pytest.mark.parametrize(("config", "message"), FAULTS.values(), ids=FAULTS)
def test_fault_on_the_command_line_is_told_in_one_line(
    config: tuple[str, ...], message: str, folder: Path
) -> None:
    with pytest.raises(UsageError) as caught:
        load(folder, *config)
    assert message in str(caught.value)
    assert "--config" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_isolated_and_a_file_exclude_each_other(folder: Path) -> None:
    write(folder, own="")
    with pytest.raises(UsageError, match="--isolated reads no configuration file"):
        load(folder, "own.toml", isolated=True)


# per-file-ignores

PATTERNS = {
    "tests/": ("tests/a.py", "tests/deep/b.py"),
    "scripts/*.py": ("scripts/a.py",),
    "conftest.py": ("conftest.py", "deep/conftest.py"),
    "/app.py": ("app.py",),
}


@pytest.mark.parametrize(("pattern", "paths"), PATTERNS.items())
def test_pattern_leaves_out_the_codes_in_its_files_only(
    pattern: str, paths: tuple[str, ...], folder: Path
) -> None:
    choice = Choice(Settings(per_file_ignores={pattern: ("RL1",)}))
    assert [choice.reports(path, "RL101") for path in paths] == [False] * len(paths)
    assert choice.reports(paths[0], "RL401")
    assert choice.reports("other/x.py", "RL101")


def test_patterns_are_relative_to_the_file_and_paths_to_the_working_directory(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "sub").mkdir()
    monkeypatch.chdir(folder / "sub")
    choice = Choice(Settings(per_file_ignores={"sub/app.py": ("ALL",)}, root=folder))
    assert not choice.reports("app.py", "RL101")
    assert choice.reports("../app.py", "RL101")


def test_pattern_that_is_none_is_told(folder: Path) -> None:
    with pytest.raises(UsageError, match="`per-file-ignores`: invalid pattern `!`"):
        Choice(Settings(per_file_ignores={"!": ("RL1",)}))


# Lines

TEXT = """a = 1
[tool.reloadlint]
x = 2
catalog."q.A".lazy = true

[tool.reloadlint.catalog."b.C"]
effects = [
  "thread",
]
'lazy' = true
"""


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (("tool", "reloadlint", "x"), 3),
        (("tool", "reloadlint", "catalog", "q.A", "lazy"), 4),
        (("tool", "reloadlint", "catalog", "b.C"), 6),
        (("tool", "reloadlint", "catalog", "b.C", "effects"), 7),
        (("tool", "reloadlint", "catalog", "b.C", "lazy"), 10),
        (("tool", "reloadlint", "catalog", "b.C", "gone"), 6),
        (("a",), 1),
        (("other",), None),
    ],
)
def test_line_of_a_key(keys: tuple[str, ...], line: int | None) -> None:
    assert line_of(TEXT, keys) == line
