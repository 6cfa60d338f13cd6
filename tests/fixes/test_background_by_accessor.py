"""What works in the background, behind an accessor: somebody asks for it, and nobody waits."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from fixes.workshop import fixed, repair, write

POLLER = """\
    import threading

    from flask import Flask

    app = Flask(__name__)
    latest = {"n": 0}


    class Poller:
        def __init__(self):
            self._stop = threading.Event()
            self._thread = threading.Thread(target=self._poll, daemon=True)
            self._thread.start()

        def _poll(self):
            while not self._stop.wait(1):
                latest["n"] += 1

        def stop(self):
            self._stop.set()
            self._thread.join()


    poller = Poller()


    @app.get("/")
    def index():
        return str(latest{used})
    """
UNASKED = "nothing asks for it, so behind an accessor it would never be started"
TICKER = """\
    import threading
    import time

    from flask import Flask

    app = Flask(__name__)


    def tick():
        while True:
            time.sleep(60)


    ticker = threading.Thread(target=tick, daemon=True)
    ticker.start()


    @app.get("/")
    def index():
        return str(ticker.is_alive())
    """


@pytest.mark.parametrize("strategy", ["g", "lazy", "pool"])
def test_what_nobody_asks_for_is_not_put_behind_an_accessor(strategy, tmp_path: Path) -> None:
    text = POLLER.replace("{used}", "")
    (outcome,) = repair(tmp_path, {"app.py": text}, unsafe=True, strategy=strategy).outcomes
    assert outcome.reason == UNASKED


def test_what_a_view_asks_for_may_be(tmp_path: Path) -> None:
    text = POLLER.replace("{used}", ") + str(poller")
    assert "def get_poller():" in fixed(tmp_path, {"app.py": text}, strategy="lazy")["app.py"]


def test_thread_of_a_server_that_nobody_asks_for_keeps_the_server_where_it_is(
    tmp_path: Path,
) -> None:
    text = """\
        import socketserver
        import threading

        from flask import Flask

        app = Flask(__name__)
        server = socketserver.TCPServer(("127.0.0.1", 0), None)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()


        @app.get("/")
        def index():
            return str(server.server_address)
        """
    made = repair(tmp_path, {"app.py": text}, unsafe=True, strategy="lazy")
    wanted = "nothing asks for `thread`, so behind an accessor it would never be started"
    assert made.outcomes[0].reason == wanted


def test_request_does_not_wait_for_a_daemon(tmp_path: Path) -> None:
    (outcome,) = repair(tmp_path, {"app.py": TICKER}, unsafe=True, strategy="g").outcomes
    assert outcome.reason == "`join()` only waits, and a daemon works as long as its process"


def test_process_does_not_wait_for_a_daemon(tmp_path: Path) -> None:
    made = repair(tmp_path, {"app.py": TICKER}, strategy="lazy")
    assert made.outcomes[0].note.endswith(
        "makes it at first use, under a lock, and never closes it; an error in making it now "
        "comes with that first use"
    )
    (change,) = made.changes
    write(tmp_path, {"app.py": change.text})
    ask = "import app; print(app.app.test_client().get('/').text)"
    command = [sys.executable, "-c", ask]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (ran.stdout, ran.returncode) == ("True\n", 0)


CAMERA = """\
    from flask import Flask
    from picamera2 import Picamera2

    app = Flask(__name__)
    camera = Picamera2()
    camera.configure("video")
    output = []
    camera.start_recording(output)


    @app.get("/")
    def index():
        return str({used})
    """


def test_what_is_only_set_up_is_not_put_behind_an_accessor(tmp_path: Path) -> None:
    text = CAMERA.replace("{used}", "len(output)")
    made = repair(tmp_path, {"app.py": text}, unsafe=True, strategy="lazy")
    (outcome,) = made.outcomes
    assert not made.changes
    assert outcome.reason is not None
    assert outcome.reason.startswith(
        "nothing but what sets it up uses `camera`, so behind an accessor line 6 would never run"
    )


def test_what_is_only_set_up_is_started_with_the_first_request(tmp_path: Path) -> None:
    text = CAMERA.replace("{used}", "len(output)")
    after = fixed(tmp_path, {"app.py": text}, unsafe=True)["app.py"]
    hook = after[after.index("@app.before_request") : after.index('@app.get("/")')]
    assert 'camera.configure("video")' in hook
    assert "camera.start_recording(output)" in hook


def test_what_is_set_up_and_used_may_be(tmp_path: Path) -> None:
    text = CAMERA.replace("{used}", "camera.capture_metadata()")
    text = fixed(tmp_path, {"app.py": text}, unsafe=True)["app.py"]
    assert "    camera.start_recording(output)\n" in text
    assert "str(get_camera().capture_metadata())" in text


def test_what_is_made_from_it_and_run_where_it_is_loaded_stays(tmp_path: Path) -> None:
    text = """\
        import flask
        from docker import DockerClient


        class Provider:
            def __init__(self):
                self.made = {"app": flask.Flask(__name__)}

            def register(self):
                self.client = DockerClient()

            def resolve(self, name):
                return self.made[name]


        provider = Provider()
        provider.register()
        app = provider.resolve("app")
        app.run()
        """
    assert not repair(tmp_path, {"app.py": text}, unsafe=True).changes


MANAGED = """\
    import multiprocessing

    from flask import Flask

    app = Flask(__name__)
    manager = multiprocessing.Manager()
    shared = manager.dict()


    @app.get("/")
    def index():
        {used}
    """


def test_service_that_is_asked_for_through_what_it_makes_may_wait(tmp_path: Path) -> None:
    text = MANAGED.replace("{used}", 'return str(shared.get("n"))')
    text = fixed(tmp_path, {"app.py": text}, unsafe=True, strategy="lazy")["app.py"]
    assert "_shared = get_manager().dict()" in text
    assert 'return str(get_shared().get("n"))' in text


def test_service_whose_things_nobody_uses_stays(tmp_path: Path) -> None:
    text = MANAGED.replace("{used}", 'return ""')
    made = repair(tmp_path, {"app.py": text}, unsafe=True, strategy="lazy")
    assert not made.changes
    assert "nothing asks for it" in str(made.outcomes[0].reason)
