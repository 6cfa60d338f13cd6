"""What files hold and are called is shown harmless, whichever command and format shows it."""

from __future__ import annotations

import io
import json
import os
import re
import sys
import unicodedata
from pathlib import Path
from xml.etree import ElementTree

import pytest

from reloadlint.cli import boundary, cli

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")

EVIL = "\x1b]0;owned\x07[red]\u202e\u2066\x9b</failure><!--::error::x%0A&"
NAME = "b\x1b]0;owned\x07[red]\u202e,c:d\n::error::x.py"
SOURCE = f"""\
import sqlite3, threading  # {EVIL}
from flask import Flask

app = Flask(__name__)
db = sqlite3.connect("{EVIL}")  # {EVIL}
threading.Thread(target=print, name="{EVIL}").start()  # reloadlint: ignore[RL402] {EVIL}


@app.get("/{EVIL}")
def names():
    return [*db.execute("{EVIL}")]
"""
UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
COLORS = re.compile(r"\x1b\[[0-9;]*m")


class Terminal(io.TextIOWrapper):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path.resolve()
    (folder / "pyproject.toml").touch()
    (folder / NAME).write_text(SOURCE, encoding="utf-8")
    (folder / "broken.py").write_text(f"x = (  # {EVIL}\ny = '{EVIL}\n", encoding="utf-8")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "300")
    return folder


def shown(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[str, str]:
    """What a command writes to a terminal, on both streams."""
    streams = [Terminal(io.BytesIO(), "utf-8", newline="") for _ in range(2)]
    monkeypatch.setattr(sys, "stdout", streams[0])
    monkeypatch.setattr(sys, "stderr", streams[1])
    status = boundary.run(cli, [*arguments])
    assert status in (0, 1, 2)
    for stream in streams:
        stream.flush()
    out, err = (stream.buffer.getvalue().decode() for stream in streams)
    return out, err


def steering(text: str) -> set[str]:
    """Characters of a report that a terminal would act on."""
    plain = COLORS.sub("", text)
    return {char for char in plain if unicodedata.category(char) in UNSEEN} - {"\n"}


COMMANDS = {
    "full": ("check", "--color", "always"),
    "concise": ("check", "--output-format", "concise"),
    "statistics": ("check", "--statistics"),
    "json": ("check", "--output-format", "json"),
    "jsonl": ("check", "--output-format", "jsonl"),
    "sarif": ("check", "--output-format", "sarif"),
    "github": ("check", "--output-format", "github"),
    "gitlab": ("check", "--output-format", "gitlab"),
    "junit": ("check", "--output-format", "junit"),
    "check as a patch": ("check", "--diff", "--config", "unsafe-fixes=true"),
    "patch": ("fix", "--unsafe-fixes"),
    "effects": ("effects", f"./{NAME}", "--verbose"),
    "effects as JSON": ("effects", f"./{NAME}", "--output-format", "json"),
    "settings": ("check", "--show-settings", "--config", f'src = ["{EVIL[-20:]}"]'),
    "path that is not there": ("check", f"no{EVIL}"),
    "unknown option": ("check", f"--{EVIL}"),
    "unknown rule": ("check", "--select", EVIL),
    "unknown command": (EVIL,),
    "setting that is no TOML": ("check", "--config", f"{EVIL}=1"),
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_nothing_steers_the_terminal(
    project: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    out, err = shown(monkeypatch, *command)
    assert out + err
    assert (steering(out), steering(err)) == (set(), set())


def test_written_fix_is_told_harmlessly(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out, err = shown(monkeypatch, "fix", "--write", "--unsafe-fixes")
    assert "RL10" in out
    assert (steering(out), steering(err)) == (set(), set())


def test_patch_that_goes_to_a_program_has_the_bytes_of_the_file(
    project: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert boundary.run(cli, ["fix", "--unsafe-fixes", "-q"]) == 1
    assert EVIL.encode() in capfdbinary.readouterr().out


@pytest.mark.parametrize("style", ["json", "jsonl", "sarif", "gitlab"])
def test_json_gives_the_names_back(
    project: Path, monkeypatch: pytest.MonkeyPatch, style: str
) -> None:
    out, _ = shown(monkeypatch, "check", "--output-format", style)
    documents = [json.loads(line) for line in out.splitlines()] if style == "jsonl" else [out]
    assert documents
    text = json.dumps([json.loads(d) if isinstance(d, str) else d for d in documents])
    assert "broken.py" in text
    assert "owned" in text


def test_junit_takes_nothing_for_markup(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out, _ = shown(monkeypatch, "check", "--output-format", "junit")
    tags = {element.tag for element in ElementTree.fromstring(out).iter()}
    assert tags == {"testsuites", "testsuite", "testcase", "failure"}


def test_each_annotation_is_one_command(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out, _ = shown(monkeypatch, "check", "--output-format", "github")
    assert all(re.match(r"::(error|warning) file=[^:,]*,line=", line) for line in out.splitlines())


def test_what_would_steer_is_seen_by_these_tests() -> None:
    assert steering(f"a{EVIL}b\r\n") >= {"\x1b", "\x07", "\u202e", "\u2066", "\x9b", "\r"}
    assert steering("\x1b[31mred\x1b[0m 日本 é\n") == set()
