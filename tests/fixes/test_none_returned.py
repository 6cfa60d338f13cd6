"""Functions that return None where they can't make an object: tried once, as before."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from textwrap import dedent, indent

import pytest

from fixes.workshop import fixed, write

APP = """
from flask import Flask
from kafka import KafkaProducer

app = Flask(__name__)


def make():
{body}


producer = make()


@app.get("/")
def send():
    if producer is None:
        return "without"
    producer.send("news", b"1")
    return "sent"
"""
KAFKA = """
class KafkaProducer:
    def __init__(self, **options):
        print("tried")
        raise OSError("no broker")
"""
ASKING = "import app\nasked = app.app.test_client()\nprint([asked.get('/').text for _ in range(3)])"

NONE = {
    "at once": """
        try:
            return KafkaProducer()
        except OSError:
            return None
        """,
    "at its end": """
        try:
            return KafkaProducer()
        except OSError as error:
            repr(error)
        """,
    "by a name": """
        made = None
        try:
            made = KafkaProducer()
        except OSError as error:
            repr(error)
        return made
        """,
    "by another function": """
        def inner():
            for _ in range(1):
                try:
                    return KafkaProducer()
                except OSError:
                    continue
        return inner()
        """,
}
NEVER = {
    "an exception": "return KafkaProducer()",
    "another exception": """
        try:
            return KafkaProducer()
        except OSError:
            raise RuntimeError("no broker") from None
        """,
    "waiting": """
        while True:
            try:
                return KafkaProducer()
            except OSError:
                continue
        """,
    "waiting for a name": """
        made = None
        while made is None:
            try:
                made = KafkaProducer()
            except OSError:
                continue
        return made
        """,
    "a test": """
        made = None
        if app.debug:
            made = KafkaProducer()
        if made is None:
            made = KafkaProducer(retries=0)
        if not made:
            raise RuntimeError("no broker")
        return made
        """,
}


def _app(body: str) -> str:
    return APP.replace("{body}", indent(dedent(body).strip("\n"), "    "))


@pytest.mark.parametrize("body", NONE.values(), ids=NONE)
def test_what_could_not_be_made_is_tried_once_and_not_closed(body: str, tmp_path: Path) -> None:
    text = _app(body)
    write(tmp_path / "before", {"app.py": text, "kafka.py": KAFKA})
    after = fixed(tmp_path / "fixed", {"app.py": text})["app.py"]
    write(tmp_path / "after", {"app.py": after, "kafka.py": KAFKA})
    said = [_run(tmp_path / name) for name in ("before", "after")]
    assert said == ["tried\n['without', 'without', 'without']\n"] * 2


def _run(folder: Path) -> str:
    command = [sys.executable, "-B", "-c", ASKING]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.parametrize("body", NEVER.values(), ids=NEVER)
def test_what_never_gives_none_is_asked_for_by_its_own_name(body: str, tmp_path: Path) -> None:
    text = fixed(tmp_path, {"app.py": _app(body)})["app.py"]
    assert "if _producer is None:" in text
    assert "_producer_made" not in text


def test_start_that_gives_none_is_not_repeated_with_each_request(tmp_path: Path) -> None:
    app = """
        import threading

        from flask import Flask

        app = Flask(__name__)


        def begin():
            if not app.config.get("WORKING"):
                return None
            thread = threading.Thread(target=print, daemon=True)
            thread.start()
            return thread


        worker = begin()


        @app.get("/")
        def index():
            return "idle" if worker is None else "busy"
        """
    text = fixed(tmp_path, {"app.py": app}, unsafe=True)["app.py"]
    assert "if not _worker_started:" in text
