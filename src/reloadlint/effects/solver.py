"""Following a program: every Flask module is loaded in the abstract, and what happens is noted."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from reloadlint.effects.exclusion import Exclusions
from reloadlint.effects.frames import Flow, Scope
from reloadlint.effects.imports import Never
from reloadlint.effects.libraries import Libraries
from reloadlint.effects.reachable import reachable
from reloadlint.effects.runs import (
    Run,
    configured_debug,
    makes_application,
    runner_of,
    set_debug,
    uses_reloader,
)
from reloadlint.effects.state import Arguments
from reloadlint.effects.values import (
    External,
    ExternalMethod,
    Literal,
    ModuleValue,
    Value,
)
from reloadlint.project.modules import is_program

if TYPE_CHECKING:
    from reloadlint.effects.catalogue import Catalogue
    from reloadlint.effects.frames import Site
    from reloadlint.effects.occurrences import Occurrence
    from reloadlint.facts import records as r
    from reloadlint.facts.records import ModuleFacts, Stmt
    from reloadlint.project.installed import LibraryIndex
    from reloadlint.project.modules import Module, ModuleIndex

WHOLE_GUARDS = 4
"""So many main guards may take all the steps that a module may; each of the others a tenth."""

RECURSION_LIMIT = 10_000
"""Import cycles of 500 modules are followed; each takes some frames."""


class Solver(Libraries):
    """Loads modules in the abstract.

    Args:
        index: the project's modules.
        catalogue: what is known of libraries.
        facts_of: a module's facts; None for one that can't be read or parsed.
        libraries: the installed libraries to look into; None to leave them alone.
    """

    def __init__(
        self,
        index: ModuleIndex,
        catalogue: Catalogue,
        facts_of: Callable[[Module], ModuleFacts | None],
        libraries: LibraryIndex | None = None,
    ) -> None:
        super().__init__(index, catalogue, facts_of, libraries)
        self._guards: list[tuple[ModuleValue, tuple[Stmt, ...]]] = []
        self._apart: dict[str, list[Occurrence]] = {}
        """By root, what its own body did: other roots are other processes, unless they load it."""
        self._steps_in_guards = 0
        self._exclusions = Exclusions(self.facts_of)
        self._runs: list[Run] = []
        self.runs: dict[str, list[Run]] = {}
        """How the main guards run the application, by the path of the script."""
        self.bare_runs: dict[str, list[bool | None]] = {}
        """Runs outside of a main guard: by file, whether with the reloader."""
        self.too_deep: list[Module] = []
        """Modules that could not be followed to their end."""
        self.in_guards: list[Occurrence] = []
        """What main guards leave behind, up to a run of the application if there is one."""

    def solve(self, roots: Iterable[Module]) -> list[Occurrence]:
        """Load these modules and what they import; the effects that are left when that is done."""
        with deep_recursion():
            for module in roots:
                for package in self.index.packages_above(module):
                    self.load(package)
                before = len(self.occurrences)
                self.load(module)
                self._set_apart(module, self.occurrences[before:])
                self.contexts.clear()  # what the next one pushes is another process's
            for path in list(self._apart):
                self._join(path)
            self._drop_collected(self.occurrences)
            imported = list(self.occurrences)
            guarded: list[Occurrence] = []
            for place, body in self._guards:
                guarded += self._follow_guard(place, body)
            self.occurrences = [*imported, *guarded]
        return [o for o in self.occurrences if not (o.released or o.guarded or o.covered)]

    def load(self, module: Module) -> ModuleValue:
        """Load a module of the project, unless that has been done."""
        loaded = self.modules.get(module.path)
        if loaded is not None:
            if module.path in self._apart:
                self._join(module.path)
            return loaded
        loaded = self.modules[module.path] = ModuleValue(module)
        facts = self.facts_of(module)
        if facts is not None:
            self._announce(loaded)
            if is_program(module.path):
                self._guards.append((loaded, facts.body))
            else:
                self._run_body(loaded, facts)
        return loaded

    def _set_apart(self, root: Module, happened: list[Occurrence]) -> None:
        """What a root has opened of a shared module's objects is closed in the next process."""
        own = [o for o in happened if o.chain[0].module is root]
        if own:
            self._apart[root.path] = own
            self.occurrences.set_apart(own)
        for occurrence in own:
            occurrence.owner.opened = False

    def _join(self, path: str) -> None:
        """From here on, what this root's body did has happened in this process, too."""
        own = self._apart.pop(path)
        self.occurrences.join(own)
        for occurrence in own:
            occurrence.owner.opened = True

    def _announce(self, loaded: ModuleValue) -> None:
        """A package has its submodule as an attribute from the moment that it is imported."""
        module = loaded.module
        if module is None:
            return
        for package in self.index.packages_above(module)[-1:]:
            name = module.name.rpartition(".")[2]
            self.load(package).names.setdefault(name, loaded)

    def _run_body(self, loaded: ModuleValue, facts: ModuleFacts) -> None:
        module = loaded.module
        loaded.names["__name__"] = Literal(module.name if module else "")
        active, self.active = self.active, []
        phase, self.phase = self.phase, "import"
        before = len(self.occurrences)
        try:
            with self.afresh():
                self.execute(facts.body, Scope("module", loaded))
        except RecursionError:
            self.too_deep += [module] if module else []
        except Never:
            pass
        finally:
            self.active, self.phase = active, phase
        if makes_application(loaded.names, facts.body):
            for occurrence in self.occurrences[before:]:
                occurrence.settled = True

    # Main guards

    def main_guard(self, node: r.If, scope: Scope) -> int:
        """While importing, a main guard doesn't run; it is followed when all is loaded."""
        if self.phase == "import":
            self.note_guard(node.body, scope)
        return self.execute(node.orelse, scope) if node.orelse else Flow.FALLS

    def note_guard(self, body: tuple[Stmt, ...], scope: Scope) -> None:
        """Keep what is to be followed when all is loaded."""
        self._guards.append((scope.module, body))

    def _follow_guard(self, place: ModuleValue, body: tuple[Stmt, ...]) -> list[Occurrence]:
        """What happens in a main guard before the application is run with the reloader."""
        names = dict(place.names)
        place.names["__name__"] = Literal("__main__")
        self._runs, self.occurrences, self.phase = [], [], "guard"
        scope = Scope("module", place)
        try:
            with self.afresh(), self._share_of_guards():
                for name, test in place.script_tests.items():
                    place.names[name] = self.evaluate(test, scope)
                self.execute(body, scope)
        except (RecursionError, Never):
            pass
        finally:
            self.in_guards += self._until_run()
            if self._runs and place.module is not None:
                self.runs.setdefault(place.module.path, []).extend(self._runs)
            self.phase = "import"
            place.names.clear()
            place.names.update(names)
        return self._before_run()

    @contextmanager
    def _share_of_guards(self) -> Iterator[None]:
        """While this runs, a main guard is followed: in less detail once others have cost much.

        Each of many scripts may lead through the whole program.
        """
        whole = self.most_steps
        if self._steps_in_guards > whole * WHOLE_GUARDS:
            self.most_steps = whole // 10
        try:
            yield
        finally:
            self.most_steps = whole
            self._steps_in_guards += self.steps

    def _until_run(self) -> list[Occurrence]:
        """What a main guard leaves behind up to the first run, or at all if there is none."""
        if self._runs:
            runs = self._exclusions.first_runs(self._runs)
            return list({id(o): o for run in runs for o in run.held}.values())
        happened = [o for o in self.occurrences if o.phase == "guard"]
        self._drop_collected(happened)
        return [o for o in happened if not o.released]

    def _before_run(self) -> list[Occurrence]:
        loaded = [o for o in self.occurrences if o.phase == "import"]
        runs = [run for run in self._runs if run.reloader is not False]
        sure = any(run.reloader for run in runs)
        found = list(self._exclusions.held_before(runs))
        for run, occurrence in found:
            occurrence.released = False  # by what comes after the run, it is closed too late
            occurrence.chain = _below_run(occurrence.chain, run.chain[:-1])
            occurrence.certain = occurrence.certain and sure
        return [*loaded, *(occurrence for _, occurrence in found)]

    def note_run(self, callee: Value, args: Arguments) -> None:
        """A method that may run the application was called."""
        name = callee.name if isinstance(callee, (External, ExternalMethod)) else ".run"
        if not name.endswith((".run", ".run_simple")):
            return
        runner = runner_of(name, args)
        if runner is None or self.phase not in ("guard", "import"):
            return
        receiver = callee.receiver if isinstance(callee, ExternalMethod) else None
        if self.phase == "import":
            path = self.stack[self.boundary].module.path
            self.bare_runs.setdefault(path, []).append(uses_reloader(runner, receiver, args))
            return
        here = [o for o in self.occurrences if o.phase == "guard"]
        self._drop_collected(here)
        held = tuple(o for o in here if not o.released)
        chain = tuple(self.stack[self.boundary :])
        reloader = uses_reloader(runner, receiver, args)
        self._runs.append(Run(held, chain, reloader, name, runner))

    def note_setting(self, owner: ExternalMethod, key: Value, value: Value) -> None:
        """A setting was stored in an application's configuration."""
        debug = configured_debug(owner, key, value)
        if debug is not None:
            set_debug(self, owner.receiver, debug)

    # What is dropped

    def _drop_collected(self, occurrences: list[Occurrence]) -> None:
        """What nothing refers to any more is closed, where its class closes itself."""
        if not any(o.entry.collected and not o.released for o in occurrences):
            return
        working = [o.owner for o in occurrences if o.kind in ("thread", "process")]
        roots: list[Value] = [*self.modules.values(), *self.escaped, *working]
        kept = reachable(roots, self.active)
        for occurrence in occurrences:
            if occurrence.entry.collected and id(occurrence.owner) not in kept:
                occurrence.released = True


def _below_run(chain: tuple[Site, ...], run: tuple[Site, ...]) -> tuple[Site, ...]:
    """The chain without the calls that the run itself stands in."""
    shared = 0
    while shared < len(run) and shared < len(chain) - 1 and chain[shared] is run[shared]:
        shared += 1
    return chain[shared:]


@contextmanager
def deep_recursion() -> Iterator[None]:
    """While this runs, long import cycles and deep call chains can be followed."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, RECURSION_LIMIT))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
