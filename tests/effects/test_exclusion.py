"""Which starts in a script never meet a run of the application with the reloader on."""

from __future__ import annotations

import textwrap

import pytest

from reloadlint.effects import catalogue
from reloadlint.effects.hazards import hazards
from reloadlint.effects.solver import Solver
from reloadlint.facts.extract import module_facts
from reloadlint.project.modules import ModuleIndex

HEAD = """
import os, sys, threading
from flask import Flask
app = Flask(__name__)
def start():
    threading.Thread(target=print).start()
debug = os.environ.get("DEBUG")
stage = os.environ.get("STAGE", "test")
"""


def reports(guard: str, before: str = "") -> bool:
    """Whether what `guard` starts in a main guard is reported."""
    body = textwrap.indent(textwrap.dedent(guard), "    ")
    text = f"{HEAD}{textwrap.dedent(before)}\nif __name__ == '__main__':\n{body}"
    solver = Solver(ModuleIndex(["app.py"]), catalogue.load(), lambda _module: module_facts(text))
    [app] = solver.index.modules
    return bool(hazards(solver.solve([app]), solver.outcomes))


APART = {
    "the other branch": """
        if stage == "live":
            start()
        else:
            app.run(debug=True)
        """,
    "another branch of a chain": """
        if stage == "live":
            app.run()
        elif stage == "work":
            start()
        else:
            app.run(debug=True)
        """,
    "a branch that returns, in a function": """
        def main():
            if debug:
                start()
                return
            app.run(debug=True)
        main()
        """,
    "a branch that ends the program": """
        if debug:
            start()
            sys.exit(0)
        app.run(debug=True)
        """,
    "another case": """
        match stage:
            case "work":
                start()
            case _:
                app.run(debug=True)
        """,
    "a debug that is off": """
        if not debug:
            start()
        app.run(debug=debug)
        """,
    "a debug that is off, given by its place": """
        if not debug:
            start()
        app.run("::1", 80, debug)
        """,
    "a debug that is off among other things": """
        if stage == "live" and not debug:
            start()
        app.run(debug=debug)
        """,
    "a debug that is on, in the other branch": """
        if debug or stage == "test":
            print("no start")
        else:
            start()
        app.run(debug=debug)
        """,
    "a reloader that is off": """
        if not debug:
            start()
        app.run(debug=True, use_reloader=debug)
        """,
    "a comparison": """
        if stage == "live":
            start()
        app.run(debug=stage != "live")
        """,
    "an attribute": """
        import argparse
        args = argparse.ArgumentParser().parse_args()
        if not args.debug:
            start()
        app.run(debug=args.debug)
        """,
    "a variable of the environment": """
        if not os.environ.get("RELOAD"):
            start()
        app.run(debug=os.environ.get("RELOAD"))
        """,
    "names for one expression": """
        is_live = stage == "live"
        reload = stage != "live"
        if is_live:
            start()
        app.run(debug=reload)
        """,
    "a test around the run": """
        if not debug:
            start()
        if debug:
            app.run(debug=True)
        """,
    "a debug of the function": """
        def main(debug, port):
            if not debug:
                start()
            if port:
                app.run(debug=debug, port=port)
            else:
                app.run(debug=debug)
        main(os.environ.get("DEBUG"), os.environ.get("PORT"))
        """,
    "a debug that a function asks about": """
        def start_all():
            if not debug:
                start()
        start_all()
        app.run(debug=debug)
        """,
    "a debug with which a function returns": """
        def start_all():
            if debug:
                return
            start()
        def serve():
            app.run(debug=debug)
        start_all()
        serve()
        """,
    "an end of the program without debug": """
        if debug:
            raise SystemExit("not here")
        start()
        app.run(debug=debug)
        """,
    "a loop inside the branch": """
        if not debug:
            for _ in range(2):
                start()
        app.run(debug=debug)
        """,
}


@pytest.mark.parametrize("guard", APART.values(), ids=APART)
def test_start_is_kept_from_the_reloader_by(guard: str) -> None:
    assert not reports(guard)


TOGETHER = {
    "the same branch": """
        if stage == "live":
            start()
            app.run(debug=True)
        """,
    "a branch before the run": """
        if stage == "live":
            start()
        app.run(debug=True)
        """,
    "a debug that is on": """
        if debug:
            start()
        app.run(debug=debug)
        """,
    "another setting": """
        if not stage:
            start()
        app.run(debug=debug)
        """,
    "a debug that is off or something else": """
        if not debug or stage == "live":
            start()
        app.run(debug=debug)
        """,
    "a debug that is set in between": """
        if not debug:
            start()
            debug = os.environ.get("OTHER")
        app.run(debug=debug)
        """,
    "a test in the body of a class": """
        class Services:
            if not debug:
                start()
        app.run(debug=debug)
        """,
    "a branch that does nothing": """
        if debug:
            pass
        start()
        app.run(debug=debug)
        """,
    "a debug that is set in the branch of both": """
        if debug:
            debug = os.environ.get("OTHER")
            if not debug:
                start()
            app.run(debug=True)
        """,
    "an attribute that is set in between": """
        import argparse
        args = argparse.ArgumentParser().parse_args()
        if not args.debug:
            start()
        args.debug = os.environ.get("OTHER")
        app.run(debug=args.debug)
        """,
    "a name that has two meanings": """
        reload = stage != "live"
        if debug:
            reload = debug
        if stage == "live":
            start()
        app.run(debug=reload)
        """,
    "the other branch, in a loop": """
        for stage in sys.argv:
            if stage == "beat":
                start()
            else:
                app.run(debug=True)
        """,
    "a call that may answer otherwise": """
        if not input():
            start()
        app.run(debug=input())
        """,
    "the handler of an error": """
        try:
            start()
        except OSError:
            app.run(debug=True)
        """,
    "a branch with a reloading run of its own": """
        if stage == "live":
            app.run(debug=True)
        else:
            start()
            app.run(debug=True)
        """,
    "a branch that returns, after the start": """
        def main():
            start()
            if debug:
                return
            app.run(debug=True)
        main()
        """,
    "a name that a function binds itself": """
        def start_all(debug):
            if not debug:
                start()
        start_all(stage)
        app.run(debug=debug)
        """,
    "a return with something else": """
        def main():
            if stage == "live":
                return
            start()
            app.run(debug=debug)
        main()
        """,
    "a parameter with another default": """
        def main(reload=True):
            if debug:
                reload = stage != "live"
            if stage == "live":
                start()
            app.run(debug=reload)
        main(os.environ.get("RELOAD"))
        """,
}


@pytest.mark.parametrize("guard", TOGETHER.values(), ids=TOGETHER)
def test_start_is_not_kept_from_the_reloader_by(guard: str) -> None:
    assert reports(guard)


def test_name_that_a_function_sets_for_all_is_not_relied_on() -> None:
    function = """
        def ask():
            global debug
            debug = input()
        """
    guard = """
        if not debug:
            start()
        ask()
        app.run(debug=debug)
        """
    assert reports(guard, function)


def test_what_comes_after_a_reloading_run_is_not_reported() -> None:
    assert not reports(
        """
        app.run(debug=True)
        start()
        app.run(debug=True)
        """
    )
