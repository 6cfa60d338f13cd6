"""RL402: tests of the reloader's processes that don't do what they are for."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from reloadlint.effects.hazards import Step, steps_of
from reloadlint.effects.hooks import run_unknown
from reloadlint.effects.values import (
    Class,
    Function,
    Instance,
    Literal,
    ModuleValue,
)
from reloadlint.findings import Severity
from reloadlint.rules.program import Program, ProgramRule, Report
from reloadlint.rules.reloader_branches import ASKING, Branch, asked_for, branches, meanings
from reloadlint.rules.reloader_tests import UNKNOWN, Test
from reloadlint.rules.reloader_ways import ANY_PROCESS, Process, Way, ways_of_guard, ways_of_module
from reloadlint.syntax import parse

if TYPE_CHECKING:
    from reloadlint.effects.occurrences import Occurrence

RIGHT, BOTH, PARENT, NEVER, ABSENT = "right", "both", "parent", "never", "absent"

_MESSAGES = {
    BOTH: "This test holds in both of the reloader's processes",
    PARENT: "This test holds in the reloader's parent, which never serves",
    NEVER: "This test never holds",
    ABSENT: "This test holds in the reloader's child only, and so never in production",
}
_CONSEQUENCES = {
    BOTH: "What it guards runs twice.",
    PARENT: "What it guards runs where no request comes, and never gets new code.",
    NEVER: 'What it guards never runs; Werkzeug sets WERKZEUG_RUN_MAIN to "true" in the child.',
    ABSENT: "What it guards never runs without the reloader.",
}
_SETS_DEBUG = re.compile(r"""config\[["']DEBUG["']\]\s*=(?!=)|\.debug\s*=(?!=)|from_prefixed_env""")
_PROGRAMS = frozenset({"subprocess.Popen", "os.popen"})
"""What starts another program: a watcher that builds the assets belongs to the parent."""

_REMEDY = (
    "Start it in the main guard under `if not DEBUG or is_running_from_reloader():`, with the same "
    "DEBUG that `app.run` gets."
)


class IneffectiveReloaderGuard(ProgramRule):
    """A test of `WERKZEUG_RUN_MAIN` doesn't do what it is for.

    ## What it does

    Works out in which processes a test of `WERKZEUG_RUN_MAIN` (or `is_running_from_reloader()`)
    holds, for each way in which the program is started, and reports one that lets something start
    in the reloader's parent, in both processes, or not at all:

    - `not app.debug or …` in a program that is started by `app.run(debug=True)`: while the module
      is loaded `app.debug` is still False there, so it holds in both;
    - `!= "true"` starts in the parent, which never serves (another program, such as one that
      watches and builds the assets, is right there: it runs once);
    - `== "True"` never holds;
    - `== "true"` alone starts in the child alone, and so never in production.

    ## Why is this bad?

    It looks as if the start were taken care of. Jobs still run twice, or not at all.

    ## Known problems

    Only tests that guard something which is known to start are looked at, and that no constant of
    the source switches off. What isn't known about a test (settings, the environment) leaves it
    alone, and `flask run --debug --no-reload` is not thought of.

    ## Example

    ```python
    if not app.debug or os.environ.get("WERKZEUG_RUN_MAIN") == "true":
        scheduler.start()

    if __name__ == "__main__":
        app.run(debug=True)
    ```

    ## Use instead

    ```python
    DEBUG = True

    if __name__ == "__main__":
        if not DEBUG or is_running_from_reloader():
            scheduler.start()
        app.run(debug=DEBUG)
    ```

    ## Fix safety

    Safe in a main guard, where the test gives way to one with the expression that the run gets;
    what a script starts at module level is moved there, if nothing else loads the script. A test
    that asks about anything else is left alone.
    """

    code = "RL402"
    name = "ineffective-reloader-guard"
    rewritten = True
    severity = Severity.ERROR

    def check(self, program: Program) -> Iterator[Report]:
        """Tests that guard something which starts, and fail in a way of starting."""
        for module in program.modules:
            if module.module is not None and _may_ask(program, module):
                yield from _Asking(program, module).reports()


def _may_ask(program: Program, module: ModuleValue) -> bool:
    """Whether the module asks itself, or takes a function or constant from one that does."""
    asking = {id(m) for m in program.mentioning(*ASKING)}
    return id(module) in asking or any(
        isinstance(value, Function) and id(program.solver.modules.get(value.module.path)) in asking
        for value in module.names.values()
    )


class _Asking:
    """One module with tests of the reloader's processes."""

    def __init__(self, program: Program, module: ModuleValue) -> None:
        assert module.module is not None
        self._program = program
        self._module = module
        self._place = module.module
        self._tree = _tree(program, self._place.path)
        near = [m.module.path for m in program.near(self._place) if m.module]
        trees = [_tree(program, path) for path in near if _runs(program, path)]
        self._asked = frozenset[str]().union(*map(asked_for, [self._tree, *trees]))
        self._names = {**self._imported(), **meanings(self._tree)}
        self._debug = _debug_of(module, program, near)
        runs = [run for path in near for run in _runs(program, path)]
        self._reloader = _strongest(runs)
        self._script = next((path for path in near if _runs(program, path)), self._place.path)

    def _imported(self) -> dict[str, ast.expr]:
        """The meaning of functions that other modules of the program define."""
        found, known = {}, dict[str, dict[str, ast.expr]]()
        for name, value in self._module.names.items():
            if isinstance(value, Function) and value.module.path in self._program.solver.modules:
                path = value.module.path
                if path not in known:
                    known[path] = meanings(_tree(self._program, path))
                if value.definition.name in known[path]:
                    found[name] = known[path][value.definition.name]
        return found

    def reports(self) -> Iterator[Report]:
        """The findings, one for each `if`."""
        seen = set()
        for branch in branches(self._tree):
            if branch.node.lineno in seen or not self._asks(branch):
                continue
            started = self._started(branch)
            verdict = self._verdict(branch, started) if started else None
            if verdict is not None:
                seen.add(branch.node.lineno)
                yield self._report(branch, started[0], *verdict)

    def _asks(self, branch: Branch) -> bool:
        """Whether a branch depends on the reloader, and no constant of the source rules it out."""
        test = self._test(ways_of_module(False)[0][0].serving)
        test.value(branch.node.test)
        anywhere = self._test(ANY_PROCESS).holds(branch.node.test)
        return test.reads_reloader and anywhere in (None, branch.positive)

    def _test(self, process: Process) -> Test:
        set_by_source = self._debug if process.is_script or self._debug is None else UNKNOWN
        return Test(process, self._names, self._asked, set_by_source)

    def _started(self, branch: Branch) -> list[Occurrence]:
        """What the branch starts."""
        solver = self._program.solver
        known = [o for o in [*solver.occurrences, *solver.in_guards] if self._is_in(branch, o)]
        if known or branch.function is None or branch.function.decorator_list:
            return known
        return [o for o in self._observed(branch.function.name) if self._is_in(branch, o)]

    def _is_in(self, branch: Branch, occurrence: Occurrence) -> bool:
        sites = (site for site in occurrence.chain if site.module.path == self._place.path)
        return not occurrence.released and any(s.span[0] in branch.lines for s in sites)

    def _observed(self, name: str) -> list[Occurrence]:
        """What a function starts that nothing calls while the program is loaded."""
        observer = self._program.observer()
        for value in self._module.names.values():
            if isinstance(value, Function) and value.definition.name == name:
                run_unknown(observer, value)
            method = value.names.get(name) if isinstance(value, Class) else None
            if isinstance(value, Class) and isinstance(method, Function):
                run_unknown(observer, method, Instance(value))
        return observer.occurrences

    def _ways(self, started: Iterable[Occurrence]) -> list[tuple[Way, bool]]:
        phases = {occurrence.phase for occurrence in started}
        if "import" in phases:
            return ways_of_module(self._reloader)
        if "guard" in phases:
            return ways_of_guard(_strongest(_runs(self._program, self._place.path)))
        return ways_of_module(False)

    def _verdict(self, branch: Branch, started: list[Occurrence]) -> tuple[str, Way, bool] | None:
        """What is wrong, in which way of starting, and whether that is sure."""
        found = [
            (outcome, way, sure)
            for way, sure in self._ways(started)
            if (outcome := self._outcome(branch, way)) is not None
        ]
        if all(occurrence.entry.name in _PROGRAMS for occurrence in started):
            found = [entry for entry in found if entry[0] != PARENT]
        outcomes = {outcome for outcome, _, _ in found}
        if found and outcomes <= {NEVER, ABSENT}:
            return NEVER, found[0][1], len(found) == len(self._ways(started))
        counting = {BOTH, PARENT, ABSENT} if RIGHT in outcomes else {BOTH, PARENT}
        return next((entry for entry in found if entry[0] in counting), None)

    def _outcome(self, branch: Branch, way: Way) -> str | None:
        """How the branch does in a way of starting; None if it isn't known or not reached."""
        reached, serving = self._runs_in(branch, way.serving)
        if way.parent is None:
            return None if serving is None or not reached else (RIGHT if serving else ABSENT)
        reached_there, parent = self._runs_in(branch, way.parent)
        if serving is None or parent is None or not (reached or reached_there):
            return None
        return {(1, 0): RIGHT, (1, 1): BOTH, (0, 1): PARENT, (0, 0): NEVER}[serving, parent]

    def _runs_in(self, branch: Branch, process: Process) -> tuple[bool | None, bool | None]:
        """Whether the `if` is reached in a process, and whether the branch runs there."""
        test = self._test(process)
        around = [(test.holds(node), wanted) for node, wanted in branch.conditions]
        if any(found is not None and found is not wanted for found, wanted in around):
            return False, False
        found = test.holds(branch.node.test)
        if found is None or any(known is None for known, _ in around):
            return None, None
        return True, found is branch.positive

    def _report(
        self, branch: Branch, started: Occurrence, outcome: str, way: Way, sure: bool
    ) -> Report:
        node, where = branch.node, way.text.format(script=self._script)
        end = (node.test.end_lineno or node.lineno, (node.test.end_col_offset or 0) + 1)
        here = [n for n, s in enumerate(started.chain) if s.module.path == self._place.path]
        steps = steps_of(started.chain[here[-1] if here else 0 :], started)
        message = _MESSAGES[outcome]
        return Report(
            rule=IneffectiveReloaderGuard,
            severity=IneffectiveReloaderGuard.severity,
            message=message if outcome in (NEVER, ABSENT) else f"{message}, under {where}",
            path=self._place.path,
            span=(node.lineno, node.col_offset + 1, *end),
            certain=sure,
            effects=(started.kind,),
            steps=(Step(self._place.path, node.lineno, f"fails under {where}"), *steps),
            consequence=_CONSEQUENCES[outcome],
            remedy=_REMEDY,
        )


def _tree(program: Program, path: str) -> ast.Module:
    return parse(program.text_of(path), lambda tree: tree)


def _runs(program: Program, path: str) -> list[bool | None]:
    """Whether a file's runs of the application have the reloader on."""
    guarded = [run.reloader for run in program.solver.runs.get(path, ())]
    return [*guarded, *program.solver.bare_runs.get(path, ())]


def _strongest(runs: list[bool | None]) -> bool | None:
    if not runs:
        return False
    return True if True in runs else (None if None in runs else False)


def _debug_of(module: ModuleValue, program: Program, near: list[str]) -> Any:
    """What the source sets `app.debug` to; None if it leaves it alone."""
    for value in module.names.values():
        if isinstance(value, Instance) and "debug" in value.attributes:
            debug = value.attributes["debug"]
            return bool(debug.value) if isinstance(debug, Literal) else UNKNOWN
    texts = [program.text_of(path) for path in near]
    loads = any(".config.from_" in text or "config.update" in text for text in texts)
    is_set = any(_SETS_DEBUG.search(text) for text in texts)
    return UNKNOWN if is_set or (loads and any("DEBUG" in text for text in texts)) else None
