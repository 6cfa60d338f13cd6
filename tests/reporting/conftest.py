"""A finding to be varied, and a result around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from reloadlint.findings import Confidence, Evidence, Finding, Fix, Result, Severity, Summary

if TYPE_CHECKING:
    from collections.abc import Callable

APP = """from flask import Flask
from worker import Worker

app = Flask(__name__)

db = Worker("queue")

@app.route("/")
"""
WORKER = "class Worker:\n    def __init__(self):\n        self.start()\n"


def make_finding(**changes: Any) -> Finding:
    values: dict[str, Any] = {
        "code": "RL101",
        "name": "import-time-thread",
        "severity": Severity.ERROR,
        "confidence": Confidence.CERTAIN,
        "message": "`db` starts a thread while the module is loaded",
        "path": "app.py",
        "line": 6,
        "column": 6,
        "end_line": 6,
        "end_column": 21,
        "target": "db",
        "call": "worker.Worker",
        "effects": ("thread",),
        "role": "service",
        "closers": ("close",),
        "evidence": (
            Evidence("app.py", 6, "calls `Worker()`"),
            Evidence("worker.py", 3, "starts a non-daemon thread"),
        ),
        "fix": Fix("lazy", "unsafe", "`db` is rebound"),
        "consequence": "The reload hangs.",
        "remedy": "Make `db` at first use.",
    }
    return Finding(**{**values, **changes})


def make_result(*findings: Finding, suppressed: int = 0, **sources: str) -> Result:
    texts = {"app.py": APP, "worker.py": WORKER}
    texts.update({f"{name}.py": text for name, text in sources.items()})
    return Result(findings, Summary(12, 3, len(findings), suppressed), texts)


@pytest.fixture
def finding() -> Callable[..., Finding]:
    return make_finding


@pytest.fixture
def result() -> Callable[..., Result]:
    return make_result
