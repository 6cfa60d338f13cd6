"""`check`: what it asks of the linter, what it writes where, and its exit status."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reloadlint.errors import UsageError
from reloadlint.findings import Result, Summary
from reloadlint.settings import Settings

Run = Callable[..., Any]

LINE = "app.py:1:1: RL101 starts a thread\n"


def test_clean_is_0(run: Run) -> None:
    result = run("check")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "No hazards: 1 file read, 0 of them Flask modules.\n"


def test_findings_are_1(run: Run, linter: Any) -> None:
    linter.finds_a_hazard()
    result = run("check", "--output-format", "concise")
    assert (result.exit_code, result.stdout, result.stderr) == (1, LINE, "")


def test_exit_zero_shows_findings_and_is_0(run: Run, linter: Any) -> None:
    linter.finds_a_hazard()
    result = run("check", "--output-format", "concise", "--exit-zero")
    assert (result.exit_code, result.stdout) == (0, LINE)


def test_json_is_all_there_is_on_standard_output(run: Run, linter: Any) -> None:
    linter.finds_a_hazard()
    result = run("check", "--output-format", "json", "-v")
    assert json.loads(result.stdout)["findings"][0]["code"] == "RL101"


def test_working_directory_is_the_default(run: Run, linter: Any) -> None:
    run("check")
    assert linter.called.paths == [Path()]


def test_paths_are_handed_on_as_given(run: Run, linter: Any) -> None:
    run("check", "a.py", "../b")
    assert linter.called.paths == [Path("a.py"), Path("../b")]
    assert linter.called.stdin is None


def test_without_options_settings_are_the_defaults(run: Run, linter: Any) -> None:
    run("check")
    assert linter.called.settings == Settings()


def test_options_become_settings(run: Run, linter: Any, tmp_path: Path) -> None:
    (tmp_path / "env").mkdir()
    run(
        *("check", "--all-modules", "--no-follow-installed", "--python", "env"),
        *("--select", "RL1, RL401", "--select", "ALL", "--ignore", "RL101,"),
        *("--no-cache", "--cache-dir", "kept", "--output-format", "concise"),
    )
    assert linter.called.settings == Settings(
        select=("RL1", "RL401", "ALL"),
        ignore=("RL101",),
        all_modules=True,
        follow_installed=False,
        python=str(tmp_path / "env"),
        output_format="concise",
        cache=False,
        cache_dir=str(tmp_path / "kept"),
    )


def test_nothing_is_kept_where_no_library_is_looked_into(run: Run, tmp_path: Path) -> None:
    assert run("check", "--cache-dir", "kept").exit_code == 0
    assert list(tmp_path.iterdir()) == []


def test_file_is_read_and_options_go_before_it(run: Run, linter: Any, tmp_path: Path) -> None:
    (tmp_path / "reloadlint.toml").write_text('ignore = ["RL101"]\noutput-format = "concise"\n')
    linter.finds_a_hazard()
    assert run("check").stdout == LINE
    assert linter.called.settings.ignore == ("RL101",)
    assert run("check", "--output-format", "json").stdout.startswith("{")


def test_isolated_reads_no_file(run: Run, linter: Any, tmp_path: Path) -> None:
    (tmp_path / "reloadlint.toml").write_text("nonsense")
    assert run("check", "--isolated").exit_code == 0
    assert linter.called.settings == Settings()


def test_file_of_the_first_path_is_the_one_read(run: Run, linter: Any, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "reloadlint.toml").write_text(f'src = ["{name}"]')
    run("check", "two", "one")
    assert linter.called.settings.root == tmp_path / "two"


def test_quiet_leaves_out_the_summary_only(run: Run, linter: Any) -> None:
    assert run("check", "-q").stdout == ""
    linter.finds_a_hazard()
    report = run("check", "-q").stdout
    assert "app.py:1:1  RL101" in report
    assert "Found" not in report


def test_color_is_as_asked(run: Run, linter: Any) -> None:
    linter.finds_a_hazard()
    assert "\x1b[" not in run("check").stdout
    assert "\x1b[" in run("check", "--color", "always").stdout
    assert "\x1b[" not in run("check", "--color", "never").stdout


def test_no_python_files_is_a_warning(run: Run, linter: Any) -> None:
    linter.result = Result((), Summary(0, 0, 0, 0), {})
    result = run("check", ".")
    assert result.exit_code == 0
    assert result.stderr == (
        "warning: no Python files in .; name a folder or a file that has some\n"
    )


def test_standard_input_stands_for_its_file(run: Run, linter: Any, tmp_path: Path) -> None:
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg" / "reloadlint.toml").write_text('select = ["RL1"]')
    run("check", "-", "--stdin-filename", "pkg/../pkg/app.py", stdin=b"x = '\xc3\xa9'\r\n")
    assert linter.called.paths == []
    assert linter.called.stdin.path == tmp_path / "pkg/app.py"
    assert linter.called.stdin.display_path == "pkg/app.py"
    assert linter.called.stdin.text == "x = 'é'\r\n"
    assert linter.called.settings.select == ("RL1",)


def test_standard_input_needs_no_name(run: Run, linter: Any) -> None:
    assert run("check", "-", stdin=b"x = 1\n").exit_code == 0
    assert linter.called.stdin.display_path == "<stdin>"


def test_standard_input_that_is_no_text_is_a_finding(run: Run, linter: Any) -> None:
    arguments = ("check", "-", "--stdin-filename", "app.py", "--output-format", "concise")
    result = run(*arguments, stdin=b"x = 1\n\xff")
    assert (result.exit_code, result.stderr) == (1, "")
    assert result.stdout.startswith("app.py:2:1: RL901 is not valid UTF-8")
    assert run(*arguments, "--ignore", "RL9", stdin=b"\xff").exit_code == 0


REFUSED = {
    "unknown option": (["--slect"], "error: No such option"),
    "unknown code": (["--select", "RL101,RL666"], "error: --select: unknown rule code `RL666`"),
    "unknown code to ignore": (["--ignore", "rl101"], "did you mean `RL101`?"),
    "unknown format": (["--output-format", "xml"], "error: Invalid value for '--output-format'"),
    "missing environment": (["--python", "gone"], "error: Invalid value for '--python'"),
    "input and paths": (["-", "a.py"], "error: `-` cannot be combined with other paths"),
    "name without input": (["--stdin-filename", "a.py"], "name `-` as the path"),
}


@pytest.mark.parametrize(("arguments", "message"), REFUSED.values(), ids=REFUSED)
def test_wrong_usage_is_2_in_one_line(
    arguments: list[str], message: str, run: Run, linter: Any
) -> None:
    result = run("check", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
    assert linter.called is None


def test_broken_configuration_is_2_in_one_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.reloadlint")
    result = run("check")
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert result.stderr.startswith("error: pyproject.toml: not valid TOML: ")


def test_usage_error_of_the_linter_is_2(run: Run, linter: Any) -> None:
    linter.result = UsageError("x\x1b.py: no such file or folder")
    result = run("check")
    assert (result.exit_code, result.stderr) == (2, "error: x\\x1b.py: no such file or folder\n")


def test_internal_error_is_2_without_traceback(run: Run, linter: Any) -> None:
    linter.result = ZeroDivisionError("one\ntwo")
    result = run("check")
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert result.stderr.startswith("internal error: ZeroDivisionError: one two - ")
    assert "please report it" in result.stderr


def test_internal_error_has_its_traceback_when_asked(run: Run, linter: Any) -> None:
    linter.result = ZeroDivisionError("one")
    result = run("check", "-v")
    assert result.exit_code == 2
    assert "Traceback (most recent call last)" in result.stderr
    assert result.stderr.splitlines()[-1].startswith("internal error: ")


def test_interruption_is_130_and_says_nothing(run: Run, linter: Any) -> None:
    linter.result = KeyboardInterrupt()
    result = run("check")
    assert (result.exit_code, result.stdout) == (130, "")
    assert "Traceback" not in result.stderr


def test_verbose_tells_what_is_read(run: Run, tmp_path: Path) -> None:
    (tmp_path / "reloadlint.toml").write_text("")
    result = run("check", "-v")
    assert "configuration file: reloadlint.toml\n" in result.stderr
    assert "configuration file" not in result.stdout


def test_logging_is_left_as_it_was(run: Run, linter: Any) -> None:
    logger = logging.getLogger("reloadlint")
    before = (list(logger.handlers), logger.level)
    run("check", "-v")
    assert (list(logger.handlers), logger.level) == before
