"""Which functions run inside an application context, as far as the source shows."""

from __future__ import annotations

import pytest

from fixes.workshop import fixed, verdict

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
    "a decorator of an extension": (
        "from flask_socketio import SocketIO\nsocketio = SocketIO(app)\n\n"
        '@socketio.on("x")\ndef heard(data):\n    ask()\n'
    ),
    "a decorator of a library's part for Flask": (
        "from authlib.integrations.flask_client import OAuth\noauth = OAuth(app)\n\n"
        "@oauth.tokens\ndef token():\n    ask()\n"
    ),
    "a decorator of the project": (
        "class Hooks:\n    def now(self, given):\n        return given\n\nhooks = Hooks()\n\n"
        "@hooks.now\ndef heard():\n    ask()\n"
    ),
    "a decorator around what a view calls": (
        "import metrics\ntimes = metrics.Histogram()\n\n@times.time()\ndef timed():\n    ask()\n\n"
        '@app.get("/")\ndef page():\n    timed()\n    return ""\n'
    ),
    "a handler of a webhook's library": (
        "import linebot\nhandler = linebot.WebhookHandler('x')\n\n"
        '@handler.add("x")\ndef heard(event):\n    ask()\n'
    ),
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

ASIDE = {
    "a thread": "def work():\n    ask()\n\n\ndef f():\n    threading.Thread(target=work).start()\n",
    "a job": "def work():\n    ask()\n\n\ndef f(scheduler):\n    scheduler.add_job(work)\n",
    "a job that is repeated": (
        "from schedule import every, repeat\n\n\n@repeat(every(3))\ndef work():\n    ask()\n"
    ),
    "a job by decorator": (
        "import schedules\n\njobs = schedules.Jobs()\n\n\n@jobs.every(3)\ndef work():\n    ask()\n"
    ),
    "an executor's map": (
        "def work(number):\n    ask()\n\n\npool = ThreadPoolExecutor()\n\n\n"
        "def f():\n    return list(pool.map(work, [1, 2]))\n"
    ),
    "a callback": (
        "import paho.mqtt.client\n\n\ndef work():\n    ask()\n\n\n"
        "client = paho.mqtt.client.Client()\nclient.on_message = work\n"
    ),
    "a thread that ends early": (
        "def work(given=None):\n    if given:\n        return\n    ask()\n\n\n"
        "def f():\n    threading.Thread(target=work).start()\n"
    ),
    "a thread of its own": (
        "class Worker(threading.Thread):\n    def run(self):\n        ask()\n\n\n"
        "def f():\n    Worker().start()\n"
    ),
}
"""Functions of which only a thread or the like has heard."""

SHARED = {
    "a view calls it as well": (
        "def work():\n    ask()\n\n\n"
        '@app.get("/")\ndef page():\n    work()\n    threading.Thread(target=work).start()\n'
    ),
    "a lambda": "def f():\n    threading.Thread(target=lambda: ask()).start()\n",
}

DOUBTED = {
    "@feed.on": "import feeds\nfeed = feeds.Feed()\n\n@feed.on('x')\ndef g():\n    ask()\n",
    "thread": "def f():\n    threading.Thread(target=ask).start()\n",
    "Timer": "def f():\n    threading.Timer(1, ask).start()\n",
    "executor": "pool = ThreadPoolExecutor()\ndef f():\n    pool.submit(ask)\n",
    "scheduler": "def f(scheduler):\n    scheduler.add_job(ask)\n",
    "atexit": "atexit.register(ask)\n",
    "signal": "signal.signal(signal.SIGINT, ask)\n",
    "command": "@click.command()\ndef show():\n    ask()\n",
    "async": '@app.get("/")\nasync def page():\n    return str(ask())\n',
    "callback": "def f(client):\n    client.message_callback_add('x', ask)\n",
    "kept": "TABLE = {}\ndef f():\n    TABLE['ask'] = ask\n",
    "keeps": (
        "JOBS = []\ndef job(f):\n    JOBS.append(f)\n    return f\n\n@job\ndef g():\n    ask()\n"
    ),
}

AFTERWARDS = {
    "call_on_close": "def f(response):\n    response.call_on_close(ask)\n",
    "generator": "def rows():\n    yield ask()\n\ndef f():\n    return Response(rows())\n",
}
FATAL = {
    "called as a default": "def f(row=ask()):\n    return row\n",
    "called in a class": "class C:\n    row = ask()\n",
    "called where it is run": "for row in ask():\n    app.run()\n",
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


@pytest.mark.parametrize("code", ASIDE.values(), ids=ASIDE)
def test_what_runs_aside_gets_a_context_if_it_is_rewritten_on_demand(tmp_path, code):
    files = {"app.py": f"{HEAD}\n\n{code}"}
    assert verdict(tmp_path, files).applicability == "unsafe"
    text = fixed(tmp_path, files, unsafe=True)["app.py"]
    assert "    with app.app_context():\n" in text


@pytest.mark.parametrize("code", SHARED.values(), ids=SHARED)
def test_what_runs_in_requests_as_well_gets_no_context_of_its_own(tmp_path, code):
    files = {"app.py": f"{HEAD}\n\n{code}"}
    assert verdict(tmp_path, files).applicability == "unsafe"
    assert "app_context" not in fixed(tmp_path, files, unsafe=True)["app.py"].replace(
        "teardown_appcontext", ""
    )


def test_thread_above_the_application_gets_no_context(tmp_path):
    above = (
        "import sqlite3, threading\nfrom flask import Flask\n\n"
        'db = sqlite3.connect("a")\n\n\ndef work():\n    db.execute("SELECT 1")\n\n\n'
        "threading.Thread(target=work, daemon=True).start()\napp = Flask(__name__)\n"
    )
    made = fixed(tmp_path, {"app.py": above}, unsafe=True, strategy="g")
    assert "app.app_context()" not in made.get("app.py", "")


@pytest.mark.parametrize(("word", "code"), AFTERWARDS.items(), ids=AFTERWARDS)
def test_after_the_request_is_never_rewritten(tmp_path, word, code):
    fix = verdict(tmp_path, {"app.py": f"{HEAD}\n\n{code}"})
    assert fix.applicability == "manual"
    assert word in (fix.reason or "")


@pytest.mark.parametrize("code", FATAL.values(), ids=FATAL)
def test_while_loading(tmp_path, code):
    fix = verdict(tmp_path, {"app.py": f"{HEAD}\n\n{code}"})
    assert fix.applicability == "manual"
    assert "while the module is loaded" in (fix.reason or "")


AROUND = {
    "a call": ("ROW = ask()\n", "with app.app_context():\n    ROW = ask()\n"),
    "a class that is made": (
        "class C:\n    def __init__(self):\n        ask()\n\nC()\n",
        "with app.app_context():\n    C()\n",
    ),
    "all from the first to the last": (
        "# rows\nask()\nprint(1)\nask()\nprint(2)\n",
        "with app.app_context():\n    # rows\n    ask()\n    print(1)\n    ask()\nprint(2)\n",
    ),
    "a whole block": (
        "if app.debug:\n    ask()\nelse:\n    print(1)\n",
        "with app.app_context():\n    if app.debug:\n        ask()\n    else:\n        print(1)\n",
    ),
    "texts over several lines": (
        'print("""\nrows\n""", ask())\n',
        'with app.app_context():\n    print("""\nrows\n""", ask())\n',
    ),
    "a main guard's body": (
        'if __name__ == "__main__":\n    ask()\n    app.run()\n',
        'if __name__ == "__main__":\n    with app.app_context():\n        ask()\n    app.run()\n',
    ),
    "beside the run": (
        "try:\n    ask()\n    app.run()\nfinally:\n    pass\n",
        "try:\n    with app.app_context():\n        ask()\n    app.run()\nfinally:\n    pass\n",
    ),
    "a branch beside that which runs it": (
        "def main(asked):\n    if asked:\n        ask()\n        return\n    else:\n"
        '        app.run()\n\nif __name__ == "__main__":\n    main(True)\n',
        "    if asked:\n        with app.app_context():\n            ask()\n        return\n",
    ),
    "the body of what runs it": (
        'def main():\n    ask()\n    app.run()\n\nif __name__ == "__main__":\n    main()\n',
        "def main():\n    with app.app_context():\n        ask()\n    app.run()\n",
    ),
}


@pytest.mark.parametrize(("code", "around"), AROUND.values(), ids=AROUND)
def test_context_is_put_around_what_runs_while_loading(tmp_path, code, around):
    text = fixed(tmp_path, {"app.py": f"{HEAD}\n\n{code}"})["app.py"]
    assert around in text


def test_statements_go_below_the_application(tmp_path):
    made = 'db = sqlite3.connect("x")\ndb.execute("CREATE TABLE t (x)")\n\napp = Flask(__name__)\n'
    text = fixed(tmp_path, {"app.py": f"import sqlite3\nfrom flask import Flask\n\n{made}"})[
        "app.py"
    ]
    _, _, below = text.partition("app = Flask(__name__)\n")
    assert below == (
        "app.teardown_appcontext(close_db)\n\n"
        'with app.app_context():\n    get_db().execute("CREATE TABLE t (x)")\n'
    )


@pytest.mark.parametrize("between", ["import pages\n", "print(1)\n", "@x\ndef f(): pass\n"])
def test_statements_stay_where_others_may_need_them(tmp_path, between):
    made = f'db = sqlite3.connect("x")\ndb.execute("CREATE TABLE t (x)")\n{between}'
    text = f"import sqlite3\nfrom flask import Flask\n\n{made}app = Flask(__name__)\n"
    fix = verdict(tmp_path, {"app.py": text, "pages.py": ""})
    assert (fix.applicability, fix.reason) == (
        "manual",
        "it is used while the module is loaded, in line 5 of app.py",
    )


def test_no_context_is_opened_whose_teardown_needs_a_request(tmp_path):
    teardown = "@app.teardown_appcontext\ndef note(error):\n    print(request.path)\n"
    text = f"{HEAD}\nfrom flask import request\n\n{teardown}\nask()\n"
    fix = verdict(tmp_path, {"app.py": text})
    assert fix.applicability == "manual"
    assert fix.reason is not None
    assert "a teardown needs a request" in fix.reason


def test_teardown_of_an_application_that_is_never_loaded_along_does_not_matter(tmp_path):
    teardown = "@app.teardown_appcontext\ndef note(error):\n    print(request.path)\n"
    other = f"from flask import Flask, request\napp = Flask(__name__)\n{teardown}"
    files = {"app.py": f"{HEAD}\nask()\n", "other/main.py": other}
    assert "with app.app_context():\n    ask()" in fixed(tmp_path, files)["app.py"]
