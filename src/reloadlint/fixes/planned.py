"""Plans that are made when somebody asks for them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from reloadlint.findings import Finding
from reloadlint.fixes.draft import Plan


class Plans(Mapping[Finding, Plan]):
    """The plan for each finding, made when it is asked for.

    Args:
        findings: those that may have one.
        known: plans that are made already.
        make: makes the others; None where nothing can be planned.
    """

    def __init__(
        self,
        findings: Collection[Finding],
        known: Mapping[Finding, Plan],
        make: Callable[[Finding], Plan | None],
    ) -> None:
        self._findings = findings
        self._make = make
        self._made: dict[Finding, Plan | None] = dict(known)

    def __getitem__(self, finding: Finding) -> Plan:
        if finding not in self._made:
            self._made[finding] = self._make(finding)
        plan = self._made[finding]
        if plan is None:
            raise KeyError(finding)
        return plan

    def __iter__(self) -> Iterator[Finding]:
        return (finding for finding in self._findings if self.get(finding) is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)
