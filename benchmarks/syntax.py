"""Any valid syntax: programs that hypothesmith makes of Python's grammar are checked and fixed.

    python benchmarks/syntax.py                  1,000 programs
    python benchmarks/syntax.py --examples 50    fewer; `--seed` is where chance begins

Behind each stands a hazard with a view that uses it, so that the program is rewritten, too. It is
tried as `crash.py` tries a file: no command may fail or call it invalid, each result must compile,
and a second pass must find nothing to write. The exit status is 0 if that holds for all, 1 if not,
and 3 if hypothesmith (extra `test`) isn't there.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from crash_worker import SETTINGS, Trial

from reloadlint.linter import check_project

HAZARD = """
import sqlite3
import flask
application = flask.Flask(__name__)
database = sqlite3.connect("x")
@application.get("/")
def page():
    return str(database.execute("SELECT 1").fetchone())
"""
MISSING = 3


class Tried(Exception):  # noqa: N818 - named as what it is
    """What is wrong with a program, for hypothesis to make smaller."""


def problems(text: str) -> list[str]:
    """What goes wrong with a program that Python's own compiler takes."""
    data = f"{text}\n{HAZARD}".encode("utf-8", "surrogatepass")
    if not is_program(data):
        return []
    with tempfile.TemporaryDirectory(prefix="syntax-") as scratch:
        folder = Path(scratch).resolve()
        (folder / "pyproject.toml").touch()
        (folder / "app.py").write_bytes(data)
        invalid = [f for f in check_project([folder], SETTINGS).findings if f.code == "RL901"]
        trial = Trial(folder)
        trial.run()
    return trial.problems + [f"valid syntax is refused: {f.message}" for f in invalid]


def is_program(data: bytes) -> bool:
    """Whether Python compiles it: `return` may stand where there is no function."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(data, "<program>", "exec", dont_inherit=True)
        except (SyntaxError, ValueError):
            return False
    return True


def run(examples: int, seed: int, *, shrink: bool = True) -> int:
    """Try so many programs of each kind; the exit status."""
    import hypothesmith
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis import seed as seeded

    tried = 0

    def one(text: str) -> None:
        nonlocal tried
        tried += 1
        wrong = problems(text)
        if wrong:
            raise Tried("\n".join([*wrong, text]))

    quiet = settings(
        max_examples=max(examples // 2, 1),
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink] if shrink else [Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    try:
        for kind in (hypothesmith.from_node(), hypothesmith.from_grammar()):
            made: Any = given(kind)
            attempt: Any = seeded(seed)(quiet(made(one)))
            attempt()
    except Tried as error:
        print(error)
        return 1
    print(f"{tried} programs, none with a fault")
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--examples", type=int, default=1_000, help="how many (default: 1000)")
    parser.add_argument("--seed", type=int, default=1, help="where chance begins (default: 1)")
    parser.add_argument("--no-shrink", action="store_true", help="a fault as it was met")
    options = parser.parse_args(arguments)
    try:
        import hypothesmith  # noqa: F401
    except ImportError:
        print("hypothesmith is not installed; install the extra `test`")
        return MISSING
    return run(options.examples, options.seed, shrink=not options.no_shrink)


if __name__ == "__main__":
    sys.exit(main())
