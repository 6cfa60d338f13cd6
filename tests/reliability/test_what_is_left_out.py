"""What is too large, or runs too much, is left out, and the user is told so in one line."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from reloadlint.cli import cli
from reloadlint.syntax import MOST_PARTS, InvalidSyntax, is_too_large, parse

HAZARD = "import flask, threading\nthreading.Thread(target=print).start()\n"
DOUBLING = "import flask\ndef f0(): pass\n" + "".join(
    f"def f{n}():\n    f{n - 1}()\n    f{n - 1}()\n" for n in range(1, 30)
)


def checked(folder: Path, *options: str) -> Result:
    command = ["check", str(folder), "--isolated", "-q", "--output-format", "concise", *options]
    return CliRunner().invoke(cli, command, standalone_mode=False)


@pytest.mark.parametrize("text", ["x = '" + "a" * 2 * MOST_PARTS + "'", "x = 1\n" * 1000])
def test_long_text_and_ordinary_code_are_not_too_large(text: str) -> None:
    assert not is_too_large(text)


@pytest.mark.parametrize("part", ["1,", "1+", "a.", "f(", "a and "])
def test_what_has_very_many_parts_is_refused_before_it_is_parsed(part: str) -> None:
    def use(tree: object) -> None:
        raise AssertionError("it was parsed")

    with pytest.raises(InvalidSyntax, match="too large to be analysed; leave it out"):
        parse(part * (MOST_PARTS + 1), use)


def test_too_large_file_is_invalid_and_the_others_are_checked(tmp_path: Path) -> None:
    (tmp_path / "large.py").write_text(f"x = [{'1,' * MOST_PARTS}]\n")
    (tmp_path / "app.py").write_text(HAZARD)
    done = checked(tmp_path, "--no-cache")
    assert done.return_value == 1
    first, second = done.stdout.splitlines()
    assert "app.py:2:1: RL101" in first
    assert "large.py:1:1: RL901 cannot be parsed: has more than a million parts" in second


def test_module_that_runs_more_than_is_followed_is_named_cold_and_warm(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(f"{DOUBLING}f29()\n{HAZARD}")
    for _ in range(2):
        done = checked(tmp_path)
        (line,) = done.stderr.splitlines()
        assert line.startswith("warning: ")
        assert "app.py: loading it runs more code, or deeper calls, than is followed" in line
        assert "reloadlint trace" in line
        assert (done.return_value, len(done.stdout.splitlines())) == (1, 1)


def test_of_many_modules_that_are_cut_short_some_are_named(tmp_path: Path) -> None:
    for number in range(9):
        (tmp_path / f"app{number}.py").write_text(f"{DOUBLING}f29()\n{HAZARD}")
    *named, rest = checked(tmp_path, "--no-cache").stderr.splitlines()
    assert [line.partition("app")[2][:4] for line in named] == [f"{n}.py" for n in range(5)]
    assert rest == "warning: so it is with 4 more modules"


def test_nothing_is_said_of_a_program_that_is_followed_to_its_end(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(f"{DOUBLING}f4()\n{HAZARD}")
    assert checked(tmp_path, "--no-cache").stderr == ""


def test_module_that_was_not_asked_for_is_not_named(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "slow.py").write_text(f"{DOUBLING}f29()\n")
    (tmp_path / "app.py").write_text(f"import slow\n{HAZARD}")
    assert checked(tmp_path / "app.py", "--no-cache").stderr == ""
