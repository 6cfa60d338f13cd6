"""One report for what is made in one place and started in another; it says what both took."""

from __future__ import annotations

from pathlib import Path

import pytest

from reloadlint.findings import Severity
from reloadlint.linter import check_project
from reloadlint.settings import Settings

START = "from flask import Flask\nfrom imutils.video import VideoStream\n\napp = Flask(__name__)\n"


def _found(folder: Path, text: str) -> list[tuple[int, str, tuple[str, ...], Severity]]:
    (folder / "app.py").write_text(START + text, encoding="utf-8")
    settings = Settings(follow_installed=False, cache=False)
    findings = check_project([folder], settings).findings
    return [(f.line, f.code, f.effects, f.severity) for f in findings]


@pytest.mark.parametrize(
    ("text", "line"),
    [("camera = VideoStream(0).start()\n", 5), ("camera = VideoStream(0)\ncamera.start()\n", 6)],
    ids=["at once", "further down"],
)
def test_report_at_the_start_says_what_the_constructor_took(
    tmp_path: Path, text: str, line: int
) -> None:
    assert _found(tmp_path, text) == [(line, "RL101", ("device", "thread"), Severity.ERROR)]


def test_second_start_takes_the_device_no_second_time(tmp_path: Path) -> None:
    first, second = _found(tmp_path, "camera = VideoStream(0)\ncamera.start()\ncamera.start()\n")
    assert first == (6, "RL101", ("device", "thread"), Severity.ERROR)
    assert second == (7, "RL101", ("thread",), Severity.WARNING)


def test_device_whose_start_is_guarded_is_reported_where_it_is_opened(tmp_path: Path) -> None:
    text = (
        "import os\n\ncamera = VideoStream(0)\n"
        "if os.environ.get('WERKZEUG_RUN_MAIN') == 'true':\n    camera.start()\n"
    )
    (found,) = [found for found in _found(tmp_path, text) if found[1].startswith("RL1")]
    assert found == (7, "RL105", ("device",), Severity.ERROR)


def test_nothing_is_said_of_what_is_stopped_again(tmp_path: Path) -> None:
    assert not _found(tmp_path, "camera = VideoStream(0)\ncamera.start()\ncamera.stop()\n")
