"""Running the rules that look at the whole program."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from reloadlint.rules.codes import program_rules

if TYPE_CHECKING:
    from reloadlint.rules.program import Program, Report


def check_program(program: Program, selected: Callable[[str], bool]) -> list[Report]:
    """What the selected rules have against the program, in the order of their codes."""
    rules = (rule() for rule in program_rules() if selected(rule.code))
    return [report for rule in rules for report in rule.check(program)]
