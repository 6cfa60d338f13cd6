"""A function of `lru_cache` starts something once in a process, and in each process anew."""

from __future__ import annotations

from pathlib import Path

from reloadlint.linter import check_project
from reloadlint.settings import Settings

STORE = """\
import functools
import threading


@functools.lru_cache(maxsize=None)
def store(name):
    threading.Thread(target=threading.Event().wait, daemon=True).start()
    return object()
"""
HEAD = "from flask import Flask\nfrom store import store\n\napp = Flask(__name__)\n"
SCRIPT = HEAD + "if __name__ == '__main__':\n    store('a')\n    app.run(debug=True)\n"


def found(folder: Path, **files: str) -> list[str]:
    for name, text in {"store": STORE, **files}.items():
        (folder / f"{name}.py").write_text(text)
    findings = check_project([folder], Settings(follow_installed=False, cache=False)).findings
    return sorted(f"{Path(f.path).name}:{f.line} {f.code}" for f in findings)


def test_each_script_starts_its_own(tmp_path: Path) -> None:
    assert found(tmp_path, app=SCRIPT, admin=SCRIPT) == ["admin.py:6 RL401", "app.py:6 RL401"]


def test_other_arguments_start_another(tmp_path: Path) -> None:
    text = f"{HEAD}store('a')\nstore('b')\n"
    assert found(tmp_path, app=text) == ["app.py:5 RL101", "app.py:6 RL101"]


def test_what_is_kept_is_not_started_again(tmp_path: Path) -> None:
    assert found(tmp_path, app=f"{HEAD}store('a')\nstore('a')\n") == ["app.py:5 RL101"]
