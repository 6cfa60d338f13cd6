"""Completion in bash, zsh and fish, as the documents tell to set it up."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


def program(**environ: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", "from reloadlint.cli import main; main()"],
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_script_is_there_for_each_shell(shell: str) -> None:
    script = program(_RELOADLINT_COMPLETE=f"{shell}_source")
    assert f"_RELOADLINT_COMPLETE={shell}_complete" in script


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("che", "check"),
        ("check --output-format sa", "sarif"),
        ("rule rl40", "RL401"),
        ("catalog psycopg2.co", "psycopg2.connect"),
    ],
)
def test_words_are_completed(typed: str, offered: str) -> None:
    words = f"reloadlint {typed}"
    given = {"COMP_WORDS": words, "COMP_CWORD": str(len(words.split()) - 1)}
    completed = program(_RELOADLINT_COMPLETE="zsh_complete", **given).splitlines()
    assert offered in completed
