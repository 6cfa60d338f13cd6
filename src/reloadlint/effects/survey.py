"""The records of what loading a project's modules does: also what is no hazard, or not known."""

from __future__ import annotations

from typing import Literal

import msgspec

from reloadlint.effects.hazards import Step

State = Literal["held", "main_guard", "guarded", "transient"]
Knowledge = Literal["lazy", "unknown", "harmless"]

STATES: tuple[State, ...] = ("held", "main_guard", "guarded", "transient")


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """One place in a module's body and what it begins there.

    `state` says what becomes of it: `held` when loading has ended, `transient` if it is over by
    then, `guarded` if a test of the reloader's process decides, `main_guard` if only running the
    file as a script begins it. `twice`: what the main guard begins, the reloader's child begins
    again. `certain` is False where a branch or an argument that isn't known decides. `written` is
    what stands there. The other attributes are those of a hazard.
    """

    state: State
    twice: bool
    certain: bool
    line: int
    column: int
    end_line: int
    end_column: int
    written: str
    call: str | None
    effects: tuple[str, ...]
    role: str
    closers: tuple[str, ...]
    steps: tuple[Step, ...]

    @property
    def span(self) -> tuple[int, int]:
        """Where it begins."""
        return (self.line, self.column)


class QuietCall(msgspec.Struct, frozen=True, kw_only=True):
    """A callable of a library that loading calls without an effect, or with one that isn't known.

    `knowledge` is `lazy` for what the catalogue says acts later, or not with these arguments;
    `harmless` for most of Python's own, Flask's, and what the installed source shows to do
    nothing; `unknown` for the rest. `places` is the number of places that call it, the first of
    them in the file `path` at `line`.
    """

    name: str
    knowledge: Knowledge
    places: int
    path: str
    line: int


class Loading(msgspec.Struct, frozen=True):
    """What loading one module does. `complete` is False if it calls too much to be followed."""

    happenings: tuple[Happening, ...]
    calls: tuple[QuietCall, ...]
    complete: bool


class SurveyedModule(msgspec.Struct, frozen=True, kw_only=True):
    """One file: what loading it does, or why that isn't known.

    `loading` is None for a file that is no Flask module, and so was not followed; `problem` says
    why a file can't be read or parsed, at `line`.
    """

    path: str
    name: str | None = None
    loading: Loading | None = None
    problem: str | None = None
    line: int = 1


class Survey(msgspec.Struct, frozen=True):
    """All files that were asked for, ordered by path."""

    modules: tuple[SurveyedModule, ...]

    @property
    def followed(self) -> list[Loading]:
        """What loading the modules does, of those that have been followed."""
        return [module.loading for module in self.modules if module.loading is not None]

    @property
    def counts(self) -> dict[State, int]:
        """How many places begin something, by what becomes of it."""
        found = [each.state for loading in self.followed for each in loading.happenings]
        return {state: found.count(state) for state in STATES}

    @property
    def unknown(self) -> frozenset[str]:
        """The names of the callables whose effect isn't known."""
        calls = [call for loading in self.followed for call in loading.calls]
        return frozenset(call.name for call in calls if call.knowledge == "unknown")
