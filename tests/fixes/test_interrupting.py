"""Objects made at first use that handlers and finalizers use: when making them comes too late."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from fixes.workshop import verdict

APP = """
from flask import Flask
from kafka import KafkaProducer

app = Flask(__name__)
producer = KafkaProducer()
{below}

@app.get("/")
def index():
    producer.send("news", b"1")
    return "sent"
"""
AT_A_BAD_TIME = {
    "at exit": (
        """
        import atexit

        def flush():
            producer.flush()

        @atexit.register
        def end():
            flush()
        """,
        "`end` (line 10 of app.py) runs at exit",
    ),
    "signal": (
        """
        import signal

        def stop(number, frame):
            producer.flush()

        signal.signal(signal.SIGTERM, stop)
        """,
        "`stop` (line 10 of app.py) handles a signal",
    ),
    "finalizer": (
        """
        import weakref

        def flush():
            producer.flush()

        weakref.finalize(app, flush)
        """,
        "`flush` (line 10 of app.py) is a finalizer",
    ),
    "exceptions": (
        """
        import sys

        def tell(kind, error, traceback):
            producer.send("errors", repr(error).encode())

        sys.excepthook = tell
        """,
        "`tell` (line 10 of app.py) is told of exceptions",
    ),
    "logging": (
        """
        import logging

        class Sending(logging.Handler):
            def emit(self, record):
                producer.send("logs", record.getMessage().encode())

        logging.getLogger().addHandler(Sending())
        """,
        "`Sending.emit` (line 10 of app.py) is called for what is logged",
    ),
    "dropped": (
        """
        class Job:
            def __del__(self):
                producer.flush()
        """,
        "`Job.__del__` (line 8 of app.py) runs whenever an object is dropped",
    ),
}
IN_REQUESTS = {
    "after a request": "@app.after_request\ndef flush(response):\n    producer.flush()\n",
    "on an error": "@app.errorhandler(500)\ndef tell(error):\n    producer.flush()\n",
    "own class": "class Handler:\n    def emit(self):\n        producer.flush()\n",
    "own method": """
class Sending(dict):
    def emit(self, record):
        producer.send("logs", record)
""",
}


def _app(below: str) -> str:
    return APP.replace("{below}", dedent(below).strip("\n") + "\n")


@pytest.mark.parametrize(("below", "reason"), AT_A_BAD_TIME.values(), ids=AT_A_BAD_TIME)
def test_use_that_may_come_while_it_is_made_or_too_late_is_not_safe(
    below: str, reason: str, tmp_path: Path
) -> None:
    cure = verdict(tmp_path, {"app.py": _app(below)})
    assert (cure.strategy, cure.applicability) == ("lazy", "unsafe")
    assert cure.reason is not None
    assert cure.reason.startswith(reason)


@pytest.mark.parametrize("below", IN_REQUESTS.values(), ids=IN_REQUESTS)
def test_use_by_handlers_of_requests_is_safe(below: str, tmp_path: Path) -> None:
    cure = verdict(tmp_path, {"app.py": _app(below)})
    assert (cure.strategy, cure.applicability, cure.reason) == ("lazy", "safe", None)
