"""Which functions run inside an application context, as far as the source shows."""

from __future__ import annotations

import pytest

from fixes.workshop import verdict

HEAD = """\
import atexit, signal, sqlite3, threading
import click
from concurrent.futures import ThreadPoolExecutor
from flask import Flask, Response, stream_with_context
from flask.cli import with_appcontext

app = Flask(__name__)
db = sqlite3.connect("a")


def ask():
    return db.execute("SELECT 1").fetchone()
"""

SAFE = {
    "nobody calls it": "",
    "a view calls it": '@app.get("/")\ndef page():\n    return str(ask())\n',
    "an error handler": "@app.errorhandler(404)\ndef lost(error):\n    return str(ask())\n",
    "a command of the application": "@app.cli.command()\ndef show():\n    click.echo(ask())\n",
    "a command with a context": "@click.command()\n@with_appcontext\ndef show():\n    ask()\n",
    "registered by a call": "app.before_request(ask)\n",
    "a template's filter": 'app.jinja_env.filters["ask"] = ask\n',
    "a thread that opens a context": (
        "def work():\n    with app.app_context():\n        ask()\n\n"
        '@app.get("/")\ndef page():\n    threading.Thread(target=work).start()\n'
    ),
    "a streamed generator with its context": (
        "def rows():\n    yield str(ask())\n\n"
        '@app.get("/")\ndef page():\n    return Response(stream_with_context(rows()))\n'
    ),
    "a decorator's wrapper": (
        "def asked(function):\n    def wrapper(*args):\n        ask()\n"
        "        return function(*args)\n    return wrapper\n\n"
        '@app.get("/")\n@asked\ndef page():\n    return ""\n'
    ),
    "the script's own context": (
        'if __name__ == "__main__":\n    with app.app_context():\n        ask()\n'
    ),
}

DOUBTED = {
    "thread": "def f():\n    threading.Thread(target=ask).start()\n",
    "Timer": "def f():\n    threading.Timer(1, ask).start()\n",
    "executor": "pool = ThreadPoolExecutor()\ndef f():\n    pool.submit(ask)\n",
    "scheduler": "def f(scheduler):\n    scheduler.add_job(ask)\n",
    "atexit": "atexit.register(ask)\n",
    "signal": "signal.signal(signal.SIGINT, ask)\n",
    "call_on_close": "def f(response):\n    response.call_on_close(ask)\n",
    "command": "@click.command()\ndef show():\n    ask()\n",
    "generator": "def rows():\n    yield ask()\n\ndef f():\n    return Response(rows())\n",
    "main guard": 'if __name__ == "__main__":\n    ask()\n',
    "async": '@app.get("/")\nasync def page():\n    return str(ask())\n',
    "callback": "def f(client):\n    client.message_callback_add('x', ask)\n",
    "kept": "TABLE = {}\ndef f():\n    TABLE['ask'] = ask\n",
    "keeps": (
        "JOBS = []\ndef job(f):\n    JOBS.append(f)\n    return f\n\n@job\ndef g():\n    ask()\n"
    ),
}

FATAL = {
    "called at module level": "ROW = ask()\n",
    "called by a class that is made": "class C:\n    def __init__(self):\n        ask()\n\nC()\n",
    "called by a decorator": "def d(f):\n    ask()\n    return f\n\n@d\ndef g(): pass\n",
}


@pytest.mark.parametrize("code", SAFE.values(), ids=SAFE)
def test_inside(tmp_path, code):
    fix = verdict(tmp_path, {"app.py": f"{HEAD}\n\n{code}"})
    assert (fix.applicability, fix.reason) == ("safe", None)


@pytest.mark.parametrize(("word", "code"), DOUBTED.items(), ids=DOUBTED)
def test_outside(tmp_path, word, code):
    fix = verdict(tmp_path, {"app.py": f"{HEAD}\n\n{code}"})
    assert fix.applicability == "unsafe"
    assert word in (fix.reason or "")


@pytest.mark.parametrize("code", FATAL.values(), ids=FATAL)
def test_while_loading(tmp_path, code):
    fix = verdict(tmp_path, {"app.py": f"{HEAD}\n\n{code}"})
    assert fix.applicability == "manual"
    assert "while the module is loaded" in (fix.reason or "")
