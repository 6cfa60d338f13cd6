"""What a call sets up in a library's module, as `GPIO.setup()` does, is used through that."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from textwrap import indent

import pytest

from fixes.workshop import fixed, verdict

GPIO = """\
BCM = BOARD = IN = OUT = 1
_set_up = set()
def setmode(mode): pass
def setwarnings(flag): pass
def setup(pin, mode):
    print("set up", pin)
    _set_up.add(pin)
def output(pin, level):
    if pin not in _set_up:
        raise RuntimeError("You must setup() the GPIO channel first")
def input(pin):
    output(pin, 0)
    return 1
class PWM:
    def __init__(self, pin, rate):
        output(pin, 0)
        self.rate = rate
    def start(self, duty): pass
"""
VIEW = '\n\n@app.get("/")\ndef index():\n    return str(GPIO.input(18))\n'
SETTING_UP = "GPIO.setmode(GPIO.BCM)\nGPIO.setup(18, GPIO.OUT)\nGPIO.output(18, 0)\n"
ASK_TWICE = """\
import app
print("loaded")
ask = app.app.test_client().get
print(ask("/").text, ask("/").text)
"""
IMPORTS = {
    "by another name": "import RPi.GPIO as GPIO",
    "from its package": "from RPi import GPIO",
    "beside one of Python's own": "import time, RPi.GPIO as GPIO",
    "by its whole name": "import os, RPi.GPIO\nGPIO = RPi.GPIO",
}


def app(
    setting_up: str, imported: str = "import RPi.GPIO as GPIO", run: str = ""
) -> dict[str, str]:
    head = f"{imported}\nfrom flask import Flask\n\napp = Flask(__name__)\n"
    return {"app.py": f"{head}{setting_up}{VIEW}{run}"}


def ran(folder: Path, text: str, *arguments: str, **environ: str) -> list[str]:
    """What a fixed program prints, with something in place of the library."""
    (folder / "app.py").write_text(text)
    library = folder / "library" / "RPi"
    library.mkdir(parents=True)
    (library / "__init__.py").touch()
    (library / "GPIO.py").write_text(GPIO)
    environ = {**os.environ, "PYTHONPATH": str(library.parent), **environ}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        env=environ,
        check=True,
    )
    return done.stdout.split("\n")[:-1]


@pytest.mark.parametrize("imported", IMPORTS.values(), ids=IMPORTS)
def test_what_needs_the_set_up_comes_with_it(imported: str, tmp_path: Path) -> None:
    after = fixed(tmp_path, app(SETTING_UP, imported), unsafe=True)["app.py"]
    assert ran(tmp_path, after, "-c", ASK_TWICE) == ["loaded", "set up 18", "1 1"]


def test_all_that_is_set_up_is_set_up_by_one_hook(tmp_path: Path) -> None:
    more = f"{SETTING_UP}GPIO.setup(4, GPIO.IN)\npwm = GPIO.PWM(18, 50)\npwm.start(0)\n"
    after = fixed(tmp_path, app(more), unsafe=True)["app.py"]
    assert after.count("before_request") == 1
    assert ran(tmp_path, after, "-c", ASK_TWICE) == ["loaded", "set up 18", "set up 4", "1 1"]


def test_call_whose_result_nobody_keeps_waits_for_a_request(tmp_path: Path) -> None:
    fix = verdict(tmp_path, app(SETTING_UP))
    assert (fix.strategy, fix.applicability) == ("guard", "unsafe")


def test_views_of_a_script_find_it_set_up_in_every_way_of_serving(tmp_path: Path) -> None:
    run = '\n\nif __name__ == "__main__":\n    app.run(debug=True)\n'
    after = fixed(tmp_path, app(SETTING_UP, run=run), unsafe=True)["app.py"]
    assert ran(tmp_path, after, "-c", ASK_TWICE) == ["loaded", "set up 18", "1 1"]


RUN = "import flask\nflask.Flask.run = lambda *a, **k: print('runs')\n"


@pytest.mark.parametrize(
    ("environ", "printed"), [({}, ["runs"]), ({"WERKZEUG_RUN_MAIN": "true"}, ["set up 18", "runs"])]
)
def test_order_in_a_main_guard_stays_as_it_is(
    environ: dict[str, str], printed: list[str], tmp_path: Path
) -> None:
    run = f'\n\nif __name__ == "__main__":\n{indent(SETTING_UP, " " * 4)}    app.run(debug=True)\n'
    after = fixed(tmp_path, app("", run=run))["app.py"]
    code = f"{RUN}import runpy\nrunpy.run_path('app.py', run_name='__main__')"
    assert ran(tmp_path, after, "-c", code, **environ) == printed


def test_pythons_own_modules_have_no_state_that_would_come_along(tmp_path: Path) -> None:
    text = (
        "import subprocess\nfrom flask import Flask\n\napp = Flask(__name__)\n"
        'subprocess.Popen(["sleep", "1"])\nTOOL = subprocess.list2cmdline(["a", "b"])\n'
    )
    after = fixed(tmp_path, {"app.py": text}, unsafe=True)["app.py"]
    assert "\nTOOL = subprocess.list2cmdline" in after


def test_import_below_the_start_is_none_for_its_lock(tmp_path: Path) -> None:
    files = app(SETTING_UP)
    files["app.py"] += "\n\nimport threading\n\nprint(threading.main_thread().name)\n"
    after = fixed(tmp_path, files, unsafe=True)["app.py"]
    assert ran(tmp_path, after, "-c", ASK_TWICE)[:2] == ["MainThread", "loaded"]
