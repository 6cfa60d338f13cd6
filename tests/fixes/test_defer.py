"""One more argument, as the call is written; and the library does open by itself later."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from fixes.harness import FIXTURES
from fixes.harness_fixing import inside
from fixes.workshop import fixed, verdict, write
from reloadlint.cli import boundary, cli
from reloadlint.linter import check_project
from reloadlint.settings import Settings

HEAD = """\
import mongoengine
from flask import Flask
from pymongo import MongoClient

app = Flask(__name__)
"""

SHAPES = {
    "MongoClient( )": "MongoClient(connect=False)",
    "MongoClient('x', )": "MongoClient('x', connect=False, )",
    "MongoClient(('x'))": "MongoClient(('x'), connect=False)",
    "MongoClient('x', **{'tz': 1})": "MongoClient('x', connect=False, **{'tz': 1})",
    "MongoClient(host='x', connect=None or True)": None,
    "MongoClient('x', connect = True)": "MongoClient('x', connect = False)",
    "MongoClient('x').shop": "MongoClient('x', connect=False).shop",
    "[MongoClient('x')]": "[MongoClient('x', connect=False)]",
    "MongoClient(\n    # here\n)": "MongoClient(\n    # here\n    connect=False,\n)",
    "MongoClient(\n    'x', 1,\n    tz_aware=True)": (
        "MongoClient(\n    'x', 1,\n    tz_aware=True, connect=False)"
    ),
    "MongoClient(\n    'x',\n    tz_aware=True)": (
        "MongoClient(\n    'x',\n    tz_aware=True,\n    connect=False)"
    ),
    "MongoClient(\n    'x'  # (it)\n)": "MongoClient(\n    'x',  # (it)\n    connect=False\n)",
    "mongoengine.connect('shop')": "mongoengine.connect('shop', connect=False)",
    "MongoClient(*('x',))": None,
}


@pytest.mark.parametrize(("call", "wanted"), SHAPES.items())
def test_argument_is_written_as_the_call_is(tmp_path: Path, call: str, wanted: str | None) -> None:
    changed = fixed(tmp_path, {"app.py": f"{HEAD}made = {call}\n"})
    assert changed == ({} if wanted is None else {"app.py": f"{HEAD}made = {wanted}\n"})


def test_an_argument_that_is_right_already_is_no_finding(tmp_path: Path) -> None:
    write(tmp_path, {"app.py": f"{HEAD}client = MongoClient('x', connect=False)\n"})
    settings = Settings(follow_installed=False, cache=False)
    assert check_project([tmp_path], settings).findings == ()


@pytest.mark.parametrize("use", ["client.server_info()", "client.shop.orders.insert_one({})"])
def test_no_cure_where_loading_uses_the_connection_and_the_reason_says_so(
    tmp_path: Path, use: str
) -> None:
    cure = verdict(tmp_path, {"app.py": f"{HEAD}client = MongoClient('x')\n{use}\n"})
    assert cure.applicability == "manual"
    assert cure.reason is not None
    assert cure.reason.startswith(f"`connect=False` is no cure: `{use.partition('(')[0]}()` in")


@pytest.mark.parametrize(
    "use",
    [
        "for order in orders.find():\n    print(order)\n",
        "known = [o['id'] for o in orders.find()]\n",
    ],
)
def test_no_cure_where_loading_goes_through_a_cursor(tmp_path: Path, use: str) -> None:
    made = "client = MongoClient('x')\norders = client.shop.orders\n"
    cure = verdict(tmp_path, {"app.py": f"{HEAD}{made}{use}"})
    assert cure.applicability == "manual"
    assert cure.reason is not None
    assert cure.reason.startswith("`connect=False` is no cure: `for … in` in line")


def test_cursor_that_a_view_goes_through_is_no_obstacle(tmp_path: Path) -> None:
    made = "client = MongoClient('x')\nnewest = client.shop.orders.find()\n"
    view = "def index():\n    return [o['id'] for o in newest.clone()]\n"
    assert verdict(tmp_path, {"app.py": f"{HEAD}{made}{view}"}).applicability == "safe"


def test_all_clients_that_one_call_opens_wait(tmp_path: Path) -> None:
    models = """\
        import mongoengine


        def register(app):
            mongoengine.connect(app.name)
        """
    lines = (
        "from models import register\n\n\ndef create_app():\n    app = Flask(__name__)\n"
        "    app.store = MongoClient('a')\n    app.kept = MongoClient('b', connect=False)\n"
        "    register(app)\n    return app\n\n\napplication = create_app()\n"
    )
    changed = fixed(tmp_path, {"app.py": HEAD + lines, "models.py": models})
    assert "mongoengine.connect(app.name, connect=False)" in changed["models.py"]
    assert "MongoClient('a', connect=False)" in changed["app.py"]
    assert "MongoClient('b', connect=False)" in changed["app.py"]


def test_client_that_no_such_call_opens_stays_as_it_is(tmp_path: Path) -> None:
    lines = (
        "\n\ndef create_app():\n    app = Flask(__name__)\n    app.store = MongoClient('a')\n"
        "    @app.get('/')\n    def index():\n        return str(MongoClient('b').x)\n"
        "    return app\n\n\ndef other():\n    return MongoClient('c')\n\n\n"
        "application = create_app()\n"
    )
    text = fixed(tmp_path, {"app.py": HEAD + lines})["app.py"]
    assert "MongoClient('a', connect=False)" in text
    assert "MongoClient('b')" in text
    assert "MongoClient('c')" in text


def test_uses_that_need_no_connection_are_no_obstacle(tmp_path: Path) -> None:
    lines = "client = MongoClient('x')\norders = client.shop['orders']\n"
    cure = verdict(tmp_path, {"app.py": HEAD + lines})
    assert (cure.strategy, cure.applicability, cure.reason) == ("defer", "safe", None)


def test_client_connects_with_the_first_request_and_not_before() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0)
        script = """
            import sys
            sys.dont_write_bytecode = True
            sys.path.insert(0, sys.argv[1])
            import pymongo
            original = pymongo.MongoClient.__init__

            def here(self, *arguments, **options):
                port = int(sys.argv[2])
                options.update(serverSelectionTimeoutMS=1)
                original(self, f"mongodb://127.0.0.1:{port}", *arguments[1:], **options)

            pymongo.MongoClient.__init__ = here
            import app, threading
            print(threading.active_count(), flush=True)
            sys.stdin.readline()
            try:
                app.client.admin.command("ping")
            except pymongo.errors.PyMongoError:
                print(threading.active_count() > 1, flush=True)
            sys.stdin.readline()
        """
        folder = FIXTURES / "defer_argument_that_says_the_opposite" / "after"
        command = [
            sys.executable,
            "-c",
            dedent(script),
            str(folder),
            str(listener.getsockname()[1]),
        ]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            assert process.stdout.readline() == "1\n"
            with pytest.raises(BlockingIOError):
                listener.accept()
            process.stdin.write("\n")
            process.stdin.flush()
            assert process.stdout.readline() == "True\n"
            listener.settimeout(30)
            listener.accept()[0].close()
            process.stdin.write("\n")
            process.stdin.flush()
            process.kill()


def test_an_entry_of_the_users_own_is_known_like_any_other(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(OWN, encoding="utf-8")
    (tmp_path / "app.py").write_text(SHOP, encoding="utf-8")
    with inside(tmp_path):
        boundary.run(cli, ["fix", "--no-cache", "--write", "--quiet", "."])
    assert "return shopkit.Client(str(url), False)\n" in (tmp_path / "app.py").read_text("utf-8")


OWN = """\
[tool.reloadlint.catalog."shopkit.Client"]
effects = ["socket"]
closers = ["close"]
role = "client"
cure = "defer"
defer = { argument = "eager", value = false }
unless = [{ argument = "eager", position = 1, falsy = true }]
"""

SHOP = """\
import shopkit
from flask import Flask

app = Flask(__name__)


def make(url):
    return shopkit.Client(str(url), True)


client = make("x")
"""
