"""RL403: a script that its own modules import again."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from reloadlint.effects.hazards import Step
from reloadlint.facts.records import Span
from reloadlint.project.imports import import_facts
from reloadlint.project.modules import Module
from reloadlint.rules.program import Program, ProgramRule, Report
from reloadlint.syntax import parse

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_COMMANDS = ("command", "group")
"""Decorators of commands: each is a program of its own, and the script is another."""


class LoadedTwice(ProgramRule):
    """The script that is run is also imported by one of its own modules.

    ## What it does

    Reports `from app import db` in a module that `app.py` itself imports, where `app.py` runs the
    application in its main guard.

    ## Why is this bad?

    Run as a script the file is the module `__main__`. The import doesn't find it under that name
    and loads it once more as `app`: everything at its top level happens twice in each process,
    four times under the reloader. There are two `app` objects and two of every connection; what
    the one registers, the other doesn't know.

    ## Known problems

    Whoever never runs the file as a script, but only with `flask run`, is not concerned.

    ## Example

    ```python
    # app.py
    app = Flask(__name__)
    db = connect()
    import views

    if __name__ == "__main__":
        app.run(debug=True)

    # views.py
    from app import db
    ```

    ## Use instead

    Put what both need into a module of its own (`db.py`), or the main guard into a script that
    does nothing else (`run.py`).

    ## Fix safety

    There is no automatic fix.
    """

    code = "RL403"
    name = "loaded-twice-as-script-and-module"

    def check(self, program: Program) -> Iterator[Report]:
        """Imports of a script in the modules that it loads."""
        for script in sorted(program.solver.runs):
            place = program.solver.index.at(script)
            if place is None or place.is_package:
                continue
            for path in sorted(program.graph.loaded_by(script) - {script}):
                if script in program.graph.anywhere.get(path, ()):
                    yield from _reports(program, place, path)


def _reports(program: Program, script: Module, path: str) -> Iterator[Report]:
    """The finding in one module: at its first import of the script."""
    importer = program.solver.index.at(path)
    if importer is None:
        return
    found = next(_imports(program, script, importer), None)
    if found is None:
        return
    span, deferred = found
    yield Report(
        rule=LoadedTwice,
        severity=LoadedTwice.severity,
        message=f"`{script.path}` is loaded a second time here when it is run as a script",
        path=path,
        span=span,
        certain=not deferred and not _needs_package(program, script),
        steps=(
            Step(script.path, 1, f"as a script, leads to {path}"),
            Step(path, span[0], f"imports it again as {script.name}"),
        ),
        consequence="Everything at its top level happens twice in each process.",
        remedy="Put what both need into a module of its own, or the main guard into another file.",
    )


def _needs_package(program: Program, script: Module) -> bool:
    """Whether the script has relative imports, so that only `python -m` can run it."""
    return re.search(r"^from \.", program.text_of(script.path), re.MULTILINE) is not None


def _imports(program: Program, script: Module, importer: Module) -> Iterator[tuple[Span, bool]]:
    """Where a module imports the script, and whether it does so only when something is called."""
    for node, deferred in parse(program.text_of(importer.path), _import_statements):
        for imported in import_facts(ast.unparse(node)).imports:
            target = program.solver.index.resolve(importer, imported.module, imported.level)
            inner = target and program.solver.index.submodule(target, imported.name or "")
            if script in (target, inner):
                end_line, end = node.end_lineno or node.lineno, node.end_col_offset or 0
                yield (node.lineno, node.col_offset + 1, end_line, end + 1), deferred


def _import_statements(tree: ast.Module) -> list[tuple[ast.stmt, bool]]:
    """The imports of a module by line, and whether they stand in a function."""
    nodes = list(ast.walk(tree))
    functions = [node for node in nodes if isinstance(node, _FUNCTIONS)]
    inside = {id(inner) for function in functions for inner in ast.walk(function)}
    commands = [function for function in functions if _is_command(function)]
    elsewhere = {id(inner) for command in commands for inner in ast.walk(command)}
    found = [node for node in nodes if isinstance(node, (ast.Import, ast.ImportFrom))]
    found = [node for node in found if id(node) not in elsewhere]
    return [(n, id(n) in inside) for n in sorted(found, key=lambda n: (id(n) in inside, n.lineno))]


def _is_command(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a function is called from a command line: `@cli.command()`, `@manager.command`.

    A bot's commands, which are asynchronous, run in the script's own process.
    """
    if isinstance(function, ast.AsyncFunctionDef):
        return False
    called = (d.func if isinstance(d, ast.Call) else d for d in function.decorator_list)
    return any(isinstance(each, ast.Attribute) and each.attr in _COMMANDS for each in called)
