"""Uses that look harmless, or harmful, and are not."""

from __future__ import annotations

import pytest

from fixes.workshop import fixed, repair, verdict

HEAD = "import sqlite3\n\nfrom flask import Flask\n\napp = Flask(__name__)\n"
DB = 'db = sqlite3.connect("a")\n'
VIEW = '\n\n@app.get("/")\ndef page():\n    return str({}.execute("SELECT 1").fetchone())\n'
PATCHED = 'from unittest.mock import patch\n\n\n@patch("app.{}")\ndef test_page(db): ...\n'


@pytest.mark.parametrize(
    "taken",
    [
        "from flask import g as context\n\ncontext.{} = 1\n",
        "from flask import (\n    g as context,\n)\n\nif 'x' not in context:\n    context.{} = 1\n",
        "import flask\n\n\ndef load():\n    context = flask.g\n    context.{} = 1\n",
        "import flask as f\n\nsetattr(f.g, '{}', 1)\n",
    ],
)
@pytest.mark.parametrize("key", ["db", "guest"])
def test_key_that_g_has_under_any_name_is_taken(tmp_path, taken, key):
    files = {"app.py": HEAD + "import user\n" + DB + VIEW.format("db")}
    text = fixed(tmp_path, {**files, "user.py": taken.format(key)})["app.py"]
    assert ("g.app_db" in text, "g.db" in text) == (key == "db", key != "db")


@pytest.mark.parametrize(
    ("above", "below", "applicability"),
    [
        ("", "db.row_factory = sqlite3.Row\n", "unsafe"),
        ("db.row_factory = sqlite3.Row\n", "", "safe"),
        ("", "db.isolation_level = None\n", "safe"),
    ],
)
def test_cursor_has_what_its_connection_had_when_it_was_made(tmp_path, above, below, applicability):
    made = f"{DB}{above}cursor = db.cursor()\n{below}"
    fix = verdict(tmp_path, {"app.py": HEAD + made + VIEW.format("cursor")})
    assert fix.applicability == applicability
    assert ("no longer run after `cursor`" in (fix.reason or "")) is (applicability == "unsafe")


@pytest.mark.parametrize(("name", "written"), [("db", False), ("title", True)])
def test_proxy_is_not_written_where_a_mock_would_ask_it(tmp_path, name, written):
    files = {"app.py": HEAD + 'title = ""\n' + DB + VIEW.format("db")}
    files["test_app.py"] = PATCHED.format(name)
    assert bool(repair(tmp_path, files, access="proxy").changes) is written


@pytest.mark.parametrize(
    ("made", "safe"),
    [("self.sock.makefile('rw')", True), ("io.StringIO()", False), ("Journal()", False)],
)
def test_line_to_a_server_is_no_state(tmp_path, made, safe):
    text = f"""\
        import io
        import socket

        from flask import Flask
        from journal import Journal


        class Guests:
            def __init__(self):
                self.sock = socket.create_connection(("localhost", 1))
                self.file = {made}

            def ask(self, text):
                self.file.write(text)
                return text

            def close(self):
                self.sock.close()


        app = Flask(__name__)
        guests = Guests()


        @app.get("/")
        def page():
            return guests.ask("who")
        """
    files = {"app.py": text, "journal.py": "class Journal:\n    def write(self, text): ...\n"}
    fix = verdict(tmp_path, files)
    assert fix.applicability == ("safe" if safe else "unsafe")
    assert safe or "state that outlives a request" in fix.reason


THREAD = """\
    import threading

    from flask import Flask

    app = Flask(__name__)


    def tick(stop):
        while not stop.wait(1):
            print("tick")


    if __name__ == "__main__":
        stop = threading.Event()
        thread = threading.Thread(target=tick, args=(stop,))
        thread.start()
        try:
            app.run(debug=True)
        finally:
            {}
    """


@pytest.mark.parametrize(
    ("end", "applicability"),
    [
        ("stop.set(); thread.join()", "safe"),
        ("stop.set()", "unsafe"),
        ("print('end')", "unsafe"),
    ],
)
def test_thread_that_is_waited_for_lets_a_reload_pass_as_before(tmp_path, end, applicability):
    fix = verdict(tmp_path, {"app.py": THREAD.format(end)})
    assert fix.applicability == applicability
    assert ("still hangs" in (fix.reason or "")) is (applicability == "unsafe")


SIGNALS = """\
    from flask import Flask, appcontext_popped, request_started

    app = Flask(__name__)
    seen = []


    {decorator}
    def started(sender, **more):
        seen.append(app.name)


    {connecting}


    @app.get("/")
    def page():
        return str(seen)
    """


@pytest.mark.parametrize(
    ("decorator", "connecting", "forgotten"),
    [
        ("", "appcontext_popped.connect(started, app)", True),
        ("", "request_started.connect(started, app)", False),
        ("@request_started.connect", "", False),
    ],
)
def test_factory_is_refused_where_a_signal_would_forget_its_receiver(
    tmp_path, decorator, connecting, forgotten
):
    text = SIGNALS.format(decorator=decorator, connecting=connecting)
    done = repair(tmp_path, {"app.py": text}, unsafe=True, app_factory=True)
    if forgotten:
        assert "`weak=False` keeps it" in done.factories[0].reason
    else:  # its context says which application it is: it stays where it is
        assert "    seen.append(current_app.name)" in done.changes[0].text


@pytest.mark.parametrize(
    ("decorator", "connecting"),
    [
        ("", "request_started.connect(started, app, weak=False)"),
        ("@request_started.connect_via(app)", ""),
    ],
)
def test_factory_holds_a_receiver_that_is_held(tmp_path, decorator, connecting):
    text = SIGNALS.format(decorator=decorator, connecting=connecting)
    assert (
        "def create_app():"
        in fixed(tmp_path, {"app.py": text}, unsafe=True, app_factory=True)["app.py"]
    )
