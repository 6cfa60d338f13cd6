"""How the result of `fix` is shown: a patch, and what became of each finding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reloadlint.fixes.diff import unified_diff
from reloadlint.reporting.wording import harmless

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reloadlint.fixer import Repair
    from reloadlint.fixes.app_factory.factories import Factory
    from reloadlint.fixes.files import Change
    from reloadlint.fixes.rounds import Fixed

_COLORS = ((b"+++", b"1"), (b"---", b"1"), (b"@@", b"36"), (b"+", b"32"), (b"-", b"31"))


def patch(changes: Iterable[Change]) -> bytes:
    """The changes as one unified diff, in the files' own encodings."""
    ordered = sorted(changes, key=lambda change: change.source.display_path)
    return b"".join(unified_diff(c.source.display_path, c.before, c.after) for c in ordered)


def for_terminal(diff: bytes) -> bytes:
    """A diff to be looked at: what would steer the terminal is escaped, tabs and line ends stay."""
    return b"".join(_harmless_line(line) for line in diff.splitlines(keepends=True))


def _harmless_line(line: bytes) -> bytes:
    text = line.rstrip(b"\r\n")
    parts = text.decode("utf-8", "surrogateescape").split("\t")
    return "\t".join(map(harmless, parts)).encode() + line[len(text) :]


def colored(diff: bytes) -> bytes:
    """A diff with the colours that git gives it."""
    return b"".join(_colored_line(line) for line in diff.splitlines(keepends=True))


def _colored_line(line: bytes) -> bytes:
    for start, color in _COLORS:
        if line.startswith(start):
            text = line.rstrip(b"\r\n")
            return b"\x1b[" + color + b"m" + text + b"\x1b[0m" + line[len(text) :]
    return line


def summary(repair: Repair, *, written: bool) -> str:
    """One line for each finding and application, and a last one that counts."""
    lines = [_line(outcome, written=written) for outcome in repair.outcomes]
    lines += [f"{p.path}:{p.line}: {p.code} not fixed: {p.message}" for p in repair.problems]
    lines += [_factory_line(factory, written=written) for factory in repair.factories]
    made: list[Fixed | Factory] = [*repair.outcomes, *repair.factories]
    fixed = sum(one.reason is None for one in made)
    left = len(lines) - fixed
    done = "fixed" if written else "can be fixed"
    lines.append(f"{fixed} {done}, {left} left.")
    return "".join(f"{harmless(line)}\n" for line in lines)


def _line(outcome: Fixed, *, written: bool) -> str:
    f = outcome.finding
    place = f"{f.path}:{f.line}: {f.code}"
    if outcome.reason is not None:
        return f"{place} not fixed: {outcome.reason}"
    return f"{place} {'fixed' if written else 'can be fixed'}: {outcome.note}"


def _factory_line(factory: Factory, *, written: bool) -> str:
    place = f"{factory.path}:{factory.line}: application"
    if factory.reason is not None:
        return f"{place} left as it is: {factory.reason}"
    return f"{place} {'moved' if written else 'can be moved'}: {factory.note}"
