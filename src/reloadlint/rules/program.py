"""What a rule about the whole program is given: the loaded modules, and answers about them."""

from __future__ import annotations

import functools
import re
from abc import abstractmethod
from collections.abc import Callable, Iterator
from typing import ClassVar

import msgspec

from reloadlint.effects.closers import Closing
from reloadlint.effects.hazards import Step
from reloadlint.effects.hooks import BEFORE, Hook, hooks_of
from reloadlint.effects.hooks import NAMES as HOOK_NAMES
from reloadlint.effects.observer import Observer
from reloadlint.effects.requests import RequestObserver, Use
from reloadlint.effects.solver import Solver
from reloadlint.effects.state import Arguments
from reloadlint.effects.values import Class, Function, ModuleValue, Value
from reloadlint.facts.records import Span
from reloadlint.findings import Confidence, Evidence, Finding, Fix, Severity
from reloadlint.project.modules import Module
from reloadlint.project.scope import ImportGraph
from reloadlint.rules.base import Rule


class Program:
    """A project whose Flask modules have been loaded in the abstract.

    Args:
        solver: what has loaded them.
        graph: who imports whom.
        flask_modules: the paths of the modules that rules look at.
        text_of: a file's text, by its path.
    """

    def __init__(
        self,
        solver: Solver,
        graph: ImportGraph,
        flask_modules: frozenset[str],
        text_of: Callable[[str], str],
    ) -> None:
        solver.facts_of = functools.cache(solver.facts_of)  # the rules ask for many again
        self.solver = solver
        self.base = Observer(solver)
        self.graph = graph
        self.flask_modules = flask_modules
        self.text_of = text_of
        self._known: dict[tuple[str, ...], list[ModuleValue]] = {}

    def observer(self, on_g: dict[str, Value] | None = None) -> RequestObserver:
        """Something that follows one function, with this on `flask.g`."""
        return RequestObserver(self.base, on_g)

    @functools.cached_property
    def closing(self) -> Closing:
        """What classes take and release."""
        return Closing(self.base)

    @functools.cached_property
    def modules(self) -> list[ModuleValue]:
        """The loaded Flask modules, by path."""
        loaded = sorted(self.flask_modules & self.solver.modules.keys())
        return [self.solver.modules[path] for path in loaded]

    def mentioning(self, *words: str) -> list[ModuleValue]:
        """The modules in whose text one of these words occurs."""
        return self._chosen(words, lambda text: any(word in text for word in words))

    def matching(self, *patterns: str) -> list[ModuleValue]:
        """The modules in whose text one of these regular expressions is found.

        One after the other: each is fast where it begins with a plain word, and `a|b` never is.
        """
        searches = [re.compile(pattern).search for pattern in patterns]
        return self._chosen(patterns, lambda text: any(search(text) for search in searches))

    def _chosen(
        self, question: tuple[str, ...], is_wanted: Callable[[str], bool]
    ) -> list[ModuleValue]:
        if question not in self._known:
            self._known[question] = [m for m in self.modules if is_wanted(self._text(m))]
        return self._known[question]

    def _text(self, module: ModuleValue) -> str:
        return self.text_of(module.module.path) if module.module else ""

    @functools.cached_property
    def registered(self) -> tuple[list[Hook], list[Function]]:
        """The hooks of all modules, and functions made inside of the functions that set them."""
        return hooks_of(self.base, self.mentioning(*HOOK_NAMES))

    @functools.cached_property
    def _applications(self) -> dict[str, list[ModuleValue]]:
        """By path, the modules that imports connect with one another."""
        numbers = self.graph.components()
        groups: dict[int, list[ModuleValue]] = {}
        for module in self.modules:
            if module.module is not None:
                groups.setdefault(numbers.get(module.module.path, -1), []).append(module)
        return {m.module.path: group for group in groups.values() for m in group if m.module}

    def near(self, module: Module) -> list[ModuleValue]:
        """The modules of the same application: those connected to this one by imports."""
        return self._applications.get(module.path, [])

    @functools.cached_property
    def uses_before(self) -> list[Use]:
        """What the hooks before each request call, and on what."""
        found = []
        for hook in self.hooks(*BEFORE):
            observer = self.observer()
            observer.observe(hook.value, Arguments(), hook.site)
            found += observer.uses
        return found

    def hooks(self, *kinds: str, near: Module | None = None) -> list[Hook]:
        """The hooks of these kinds, all of them or those of one module's application."""
        places = None if near is None else {m.module for m in self.near(near)}
        return [
            hook
            for hook in self.registered[0]
            if hook.kind in kinds and (places is None or hook.site.module in places)
        ]

    def classes(self) -> Iterator[Class]:
        """The classes that these modules define at their top level, each once."""
        for module in self.modules:
            made = [value for value in module.names.values() if isinstance(value, Class)]
            for cls in dict.fromkeys(made):
                if cls.module == module.module:
                    yield cls


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule about the program has found; `path` and those of `steps` are the project's."""

    rule: type[Rule]
    severity: Severity
    message: str
    path: str
    span: Span
    certain: bool = True
    target: str | None = None
    call: str | None = None
    effects: tuple[str, ...] = ()
    role: str | None = None
    closers: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    fix: Fix | None = None
    consequence: str = ""
    remedy: str = ""

    def finding(self, shown: Callable[[str], str]) -> Finding:
        """The finding; `shown` turns a path of the project into one as reports show it."""
        line, column, end_line, end_column = self.span
        return Finding(
            code=self.rule.code,
            name=self.rule.name,
            severity=self.severity,
            confidence=Confidence.CERTAIN if self.certain else Confidence.LIKELY,
            message=self.message,
            path=shown(self.path),
            line=line,
            column=column,
            end_line=end_line,
            end_column=end_column,
            target=self.target,
            call=self.call,
            effects=self.effects,
            role=self.role,
            closers=self.closers,
            evidence=tuple(Evidence(shown(s.path), s.line, s.message) for s in self.steps),
            fix=self.fix,
            consequence=self.consequence,
            remedy=self.remedy,
        )


class ProgramRule(Rule):
    """A rule that looks at the whole program when it has been loaded."""

    severity: ClassVar[Severity] = Severity.WARNING

    @abstractmethod
    def check(self, program: Program) -> Iterator[Report]:
        """Everything that this rule has against the program."""
