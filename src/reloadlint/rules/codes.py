"""All rules by their code. None is imported before it is asked for: most runs need codes only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reloadlint.rules.base import Rule
    from reloadlint.rules.program import ProgramRule

#: Of each rule about the whole program, its module here and its class, in the order in which
#: they are asked.
_OF_THE_PROGRAM = {
    "RL107": "transient:ImportTimeIO",
    "RL201": "closers:MissingCloser",
    "RL202": "closers:LeakingCloser",
    "RL203": "exit_handlers:CloserCalledTooEarly",
    "RL301": "teardown:GWithoutTeardown",
    "RL302": "before_request:EagerBeforeRequest",
    "RL303": "teardown:UnguardedTeardown",
    "RL304": "teardown:ServiceStoppedByTeardown",
    "RL402": "reloader_guard:IneffectiveReloaderGuard",
    "RL403": "double_import:LoadedTwice",
    "RL404": "removed_hook:RemovedBeforeFirstRequest",
}
_OTHERS = {
    "RL101": "import_time:ImportTimeThread",
    "RL102": "import_time:ImportTimeSocket",
    "RL103": "import_time:ImportTimeServer",
    "RL104": "import_time:ImportTimeProcess",
    "RL105": "import_time:ImportTimeDevice",
    "RL106": "import_time:ImportTimeDatabaseFile",
    "RL401": "main_guard:RunsTwiceUnderReloader",
    "RL900": "unused_suppression:UnusedSuppression",
    "RL901": "invalid_file:InvalidFile",
}


class _Rules(Mapping[str, "type[Rule]"]):
    """Rules by code, each imported when it is looked up."""

    def __init__(self, places: Mapping[str, str]) -> None:
        self._places = MappingProxyType(dict(sorted(places.items())))

    def __getitem__(self, code: str) -> type[Rule]:
        module, _, name = self._places[code].partition(":")
        rule: type[Rule] = getattr(import_module(f"reloadlint.rules.{module}"), name)
        return rule

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


RULES: Mapping[str, type[Rule]] = _Rules({**_OF_THE_PROGRAM, **_OTHERS})


def program_rules() -> Iterator[type[ProgramRule]]:
    """The rules that look at the whole program, in the order in which they are asked."""
    from reloadlint.rules.program import ProgramRule

    for code in _OF_THE_PROGRAM:
        rule = RULES[code]
        assert issubclass(rule, ProgramRule)
        yield rule
