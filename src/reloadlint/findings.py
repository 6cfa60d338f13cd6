"""The records in which results are handed on: what `check` found, where, and why."""

from __future__ import annotations

from enum import Enum

import msgspec


class Severity(str, Enum):
    """`ERROR` where the reload hangs or fails, `WARNING` where work is merely doubled."""

    ERROR = "error"
    WARNING = "warning"


class Confidence(str, Enum):
    """How sure a finding is.

    `CERTAIN`: nothing stands between loading and effect. `LIKELY`: a branch or an argument that
    is not known statically decides. `POSSIBLE`: weaker still.
    """

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


class Evidence(msgspec.Struct, frozen=True):
    """One link of the chain from the reported call down to the cause.

    `path` is relative to the working directory, with `/`; `line` starts at 1.
    """

    path: str
    line: int
    message: str


class Fix(msgspec.Struct, frozen=True):
    """Which cure fits and whether it can be written.

    `strategy` is `g`, `pool`, `lazy`, `defer` or `guard`, and `remove` for RL900; `applicability`
    is `safe`, `unsafe` or `manual`; `reason` says why it is not safe, and is None where it is.
    """

    strategy: str
    applicability: str
    reason: str | None


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One call (or decorator, or class line) whose loading leaves something behind.

    `line`, `column`, `end_line` and `end_column` are those of the call expression; all start at
    1 and columns count characters. `target` is the assignment's target as written, or None.
    `call` is the callee's qualified name. `consequence` says in one sentence what it means for a
    reload, `remedy` what to do; both are for people and are no part of the JSON.
    `fix` is None only for rules that have no cure of their own (RL901).
    """

    code: str
    name: str
    severity: Severity
    confidence: Confidence
    message: str
    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    target: str | None = None
    call: str | None = None
    effects: tuple[str, ...] = ()
    role: str | None = None
    closers: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    fix: Fix | None = None
    consequence: str = ""
    remedy: str = ""

    @property
    def sort_key(self) -> tuple[str, int, int, str]:
        """Order in which findings are reported: by file, then position, then code."""
        return (self.path, self.line, self.column, self.code)


class Rewrite(msgspec.Struct, frozen=True):
    """A part of a fix: put `text` in place of what stands between two places in a file.

    `path` is as in `Finding`; lines and columns start at 1, columns count characters.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    text: str


class Summary(msgspec.Struct, frozen=True, omit_defaults=True):
    """Counts over one run: files read, those that are Flask modules, findings, suppressed ones.

    `baselined` are those that a baseline covers.
    """

    files: int
    flask_modules: int
    findings: int
    suppressed: int
    baselined: int = 0


class Result(msgspec.Struct, frozen=True):
    """What a run of `check` found, in the order in which it is reported.

    `sources` maps each path that a finding or its evidence names to that file's text, so that a
    report can show lines without reading again (standard input cannot be read twice).
    `rewrites` are the fixes that can be written, by the finding's place in `findings`. `fixed`
    describes what a baseline covers and is no longer found. `cut_short` are the modules that run
    more when they are loaded than is followed.
    """

    findings: tuple[Finding, ...]
    summary: Summary
    sources: dict[str, str]
    rewrites: dict[int, tuple[Rewrite, ...]] = {}
    fixed: tuple[str, ...] = ()
    cut_short: tuple[str, ...] = ()
