"""What the cures make of programs that use real libraries, loaded before and after.

Each program is loaded in a process of its own, which says how many threads there are and how many
ports are bound; then it is asked once, and says so again. Servers are started by the test itself,
on free ports of loopback; where one isn't installed, its test is skipped.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fixes.workshop import fixed, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

PATIENCE = 60
WATCHING = Path(__file__).with_name("harness_library.py")
pytestmark = pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="what a process holds is read from /proc"
)

SCHEDULER = """
    from apscheduler.schedulers.background import BackgroundScheduler
    from flask import Flask

    app = Flask(__name__)
    scheduler = BackgroundScheduler()
    scheduler.start()

    @app.route("/")
    def index():
        return str(scheduler.running)
"""
WATCHER = """
    from flask import Flask
    from watchdog.events import FileSystemEventHandler
    from watchdog.observers import Observer

    app = Flask(__name__)
    observer = Observer()
    observer.schedule(FileSystemEventHandler(), ".")
    observer.start()

    @app.route("/")
    def index():
        return str(observer.is_alive())
"""
METRICS = """
    import os

    from flask import Flask
    from prometheus_client import start_http_server

    app = Flask(__name__)
    start_http_server(int(os.environ["SERVER_PORT"]), "127.0.0.1")

    @app.route("/")
    def index():
        return "True"
"""
MONGO = """
    import os

    from flask import Flask
    from pymongo import MongoClient

    app = Flask(__name__)
    client = MongoClient("127.0.0.1", int(os.environ["SERVER_PORT"]), serverSelectionTimeoutMS=50)

    @app.route("/")
    def index():
        try:
            client.admin.command("ping")
        except Exception as error:
            return str("Timeout" in type(error).__name__)
"""
MQTT = """
    import os

    import paho.mqtt.client as mqtt
    from flask import Flask

    app = Flask(__name__)
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", int(os.environ["SERVER_PORT"]))
    client.loop_start()

    @app.route("/")
    def index():
        return str(client.publish("greeting", "HELLO").rc == 0)
"""
REDIS = """
    import os

    import redis
    from flask import Flask

    app = Flask(__name__)
    store = redis.Redis(port=int(os.environ["SERVER_PORT"]))
    store.ping()

    @app.route("/")
    def index():
        return str(store.set("answer", 42))
"""
NEWS = """
    import os

    import redis
    from flask import Flask

    app = Flask(__name__)
    store = redis.Redis(port=int(os.environ["SERVER_PORT"]))
    news = store.pubsub()
    news.subscribe(news=lambda message: None)
    listener = news.run_in_thread(sleep_time=0.1, daemon=True)

    @app.route("/")
    def index():
        return str(store.publish("news", "HELLO") == 1 and listener.is_alive())
"""
POOL = """
    import os

    from flask import Flask
    from psycopg_pool import ConnectionPool

    app = Flask(__name__)
    server = f"host=127.0.0.1 port={os.environ['SERVER_PORT']}"
    pool = ConnectionPool(f"{server} user=shop dbname=postgres")

    @app.route("/")
    def index():
        with pool.connection() as connection:
            return str(connection.execute("SELECT true").fetchone()[0])
"""


@contextmanager
def nothing() -> Iterator[int]:
    """A port that nobody listens on, for a program that binds it or can do without."""
    yield _free()


@contextmanager
def answering(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """A listener that talks with each that connects, until the end."""
    visitors: list[threading.Thread] = []
    guests: list[socket.socket] = []

    def serve() -> None:
        with suppress(OSError):
            while True:
                guest, _ = listener.accept()
                guests.append(guest)
                visitors.append(threading.Thread(target=talk, args=(guest,)))
                visitors[-1].start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        host = threading.Thread(target=serve)
        host.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            host.join()
            for guest in guests:
                with suppress(OSError):
                    guest.shutdown(socket.SHUT_RDWR)
            for visitor in visitors:
                visitor.join()


def broker(guest: socket.socket) -> None:
    """Accept a client of MQTT 3.1.1 and take all that it sends."""
    with guest, suppress(OSError):
        guest.recv(1024)
        guest.sendall(b"\x20\x02\x00\x00")  # CONNACK: accepted
        while guest.recv(1024):
            pass


def silence(guest: socket.socket) -> None:
    """Take all that comes, and never answer."""
    with guest, suppress(OSError):
        while guest.recv(1024):
            pass


@contextmanager
def mqtt_broker() -> Iterator[int]:
    with answering(broker) as port:
        yield port


@contextmanager
def mute_server() -> Iterator[int]:
    with answering(silence) as port:
        yield port


@contextmanager
def redis_server() -> Iterator[int]:
    """A server of redis that keeps nothing."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed")
    port = _free()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir"]
    with _folder() as folder, _process([*command, folder]) as process:
        _wait_for(process, "Ready to accept connections")
        yield port


@contextmanager
def postgres() -> Iterator[int]:
    """A server of PostgreSQL with a database of its own; it refuses to be run by root."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin")) + [
        Path(p).parent for p in [shutil.which("initdb")] if p
    ]
    if not found:
        pytest.skip("PostgreSQL is not installed")
    user: dict[str, object] = {}
    if os.geteuid() == 0:
        import pwd

        try:
            account = pwd.getpwnam("postgres")
        except KeyError:
            pytest.skip("PostgreSQL can't be run by root, and there is no user `postgres`")
        user = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    port = _free()
    with _folder() as folder:
        if user:
            os.chown(folder, user["user"], user["group"])  # type: ignore[arg-type]
        command = [str(found[-1] / "initdb"), "-D", folder, "-U", "shop", "-A", "trust", "-N"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder, **user)  # type: ignore[call-overload]
        options = ["-D", folder, "-p", str(port), "-k", folder, "-h", "127.0.0.1", "-F"]
        with _process([str(found[-1] / "postgres"), *options], cwd=folder, **user) as process:
            _wait_for(process, "ready to accept connections")
            yield port


@contextmanager
def _folder() -> Iterator[str]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o700)
        yield folder


@contextmanager
def _process(command: list[str], **options: object) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options
    )  # type: ignore[call-overload]
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE)


def _wait_for(process: subprocess.Popen[str], text: str) -> None:
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if text in line:
            return
    raise AssertionError("".join(lines))


def _free() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


CASES = [
    ("apscheduler", SCHEDULER, nothing),
    ("watchdog", WATCHER, nothing),
    ("prometheus_client", METRICS, nothing),
    ("pymongo", MONGO, mute_server),
    ("paho", MQTT, mqtt_broker),
    ("psycopg_pool", POOL, postgres),
    ("redis", REDIS, redis_server),
    ("redis", NEWS, redis_server),
]


@pytest.mark.parametrize(("library", "program", "server"), CASES)
def test_what_loading_started_waits_for_a_request(
    library: str, program: str, server: Callable[[], AbstractContextManager[int]], tmp_path: Path
) -> None:
    if importlib.util.find_spec(library) is None:
        pytest.skip(f"{library} is not installed")
    before = write(tmp_path / "before", {"app.py": program})
    with server() as port:
        seen = _run(before, port)
        texts = fixed(write(tmp_path / "after", {}), {"app.py": program}, unsafe=True)
        after = write(tmp_path / "after", texts)
        now = _run(after, port)
    assert seen["loaded"] > 0
    assert now["loaded"] == 0
    assert now["asked"] > 0
    assert now["answer"] == seen["answer"] == "True"


def _run(folder: Path, port: int) -> dict[str, object]:
    """What a program holds when it is loaded and when it has been asked, and what it answers."""
    environment = {**os.environ, "SERVER_PORT": str(port)}
    command = [sys.executable, "-B", str(WATCHING)]
    run = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=PATIENCE
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout.splitlines()[0])
