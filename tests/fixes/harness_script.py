"""Runs `app.py` as a script up to the point where the application is served, and looks around.

One that has no main guard is loaded as a module instead, as by `flask --app app run --debug`.

A program of its own, started in the project's folder. `werkzeug.serving.run_simple` is replaced:
it says how many threads, listening sockets and databases there are and what the application
answers, as one line of JSON, and leaves as the reloader does, by `SystemExit`. The environment says
which of the reloader's processes this is (`WERKZEUG_RUN_MAIN`).
"""

import importlib
import json
import os
import runpy
import sys
from contextlib import suppress
from pathlib import Path

import werkzeug.serving

sys.dont_write_bytecode = True
ANSWER_TO = os.dup(1)
LISTENING = "0A"
DATABASES = []


def look_around(hostname, port, application, use_reloader=False, **options):
    """Take the place of `run_simple`."""
    del hostname, port, options
    application.config["TESTING"] = True
    serves = not use_reloader or werkzeug.serving.is_running_from_reloader()
    found = {
        "reloader": use_reloader,
        "held": _held(),
        "answer": application.test_client().get("/").text if serves else None,
        "held_then": _held(),
    }
    os.write(ANSWER_TO, json.dumps(found).encode() + b"\n")
    raise SystemExit(0)


def _held():
    """Count what this process holds."""
    return {
        "tasks": sum(1 for _ in Path("/proc/self/task").iterdir()) - 1,
        "listening": _listening(),
        "databases": len(DATABASES),
    }


def watch(event, args):
    """Take one audit event."""
    if event == "sqlite3.connect/handle":
        DATABASES.append(args[0])


def _listening():
    """Count the ports that this process has bound."""
    tables = [Path(f"/proc/self/net/{name}") for name in ("tcp", "tcp6")]
    lines = [line.split() for table in tables for line in table.read_text().splitlines()[1:]]
    bound = {f"socket:[{line[9]}]" for line in lines if line[3] == LISTENING}
    return sum(_target(file) in bound for file in Path("/proc/self/fd").iterdir())


def _target(file):
    """Return what a descriptor stands for; it may be the one that the folder was read by."""
    with suppress(OSError):
        return str(file.readlink())
    return ""


def main():
    """Run the script; what it says goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_RDWR), 1)
    werkzeug.serving.run_simple = look_around
    sys.addaudithook(watch)
    sys.path.insert(0, str(Path.cwd()))
    sys.argv = ["app.py"]
    if "__main__" in Path("app.py").read_text(encoding="utf-8"):
        runpy.run_path("app.py", run_name="__main__")
    else:
        look_around(None, None, importlib.import_module("app").app, use_reloader=True)


if __name__ == "__main__":
    main()
