"""What runs without being called is named for what it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reloadlint.linter import check_project
from reloadlint.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

_HEAD = """\
import threading
from flask import Flask

app = Flask(__name__)
done = threading.Event()


class Jobs:
    def {method}(self, *args):
        threading.Thread(target=done.wait, daemon=True).start()
        return iter(())


jobs = Jobs()
"""


@pytest.mark.parametrize(
    ("method", "statement", "subject", "step"),
    [
        ("__setitem__", "jobs['mail'] = 1", "Setting `[…]`", "sets […]"),
        ("__getitem__", "jobs['mail']", "Reading `[…]`", "reads […]"),
        ("__getattr__", "jobs.mail", "Reading `mail`", "reads mail"),
        ("__iter__", "for job in jobs: pass", "Iterating", "iterates"),
    ],
)
def test_a_finding_says_what_is_done_to_the_object(
    tmp_path: Path, method: str, statement: str, subject: str, step: str
) -> None:
    (tmp_path / "app.py").write_text(
        f"{_HEAD.format(method=method)}{statement}\n", encoding="utf-8"
    )
    [finding] = check_project([tmp_path], Settings(cache=False)).findings
    assert finding.message.startswith(f"{subject} starts a daemon thread")
    assert finding.evidence[0].message == step
