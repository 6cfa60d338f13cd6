"""What a fixture expects: comments of the form `# expect: RL101 thread certain error`.

After the code come the effects (sorted, with commas between), then, each of them optional, the
confidence (`certain` unless said) and the severity (not compared unless said). `any` as confidence
means that the contract leaves it open. Several findings on one line stand apart by `;`.

RL107 is off by default: it says that something begins here and has ended when loading ends.
"""

from __future__ import annotations

import re
import tokenize
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

COMMENT = re.compile(r"#\s*expect:\s*(?P<specs>.+?)\s*$")
CONFIDENCES = frozenset({"certain", "likely", "possible", "any"})
SEVERITIES = frozenset({"error", "warning"})


@dataclass(frozen=True, order=True)
class Expected:
    """One finding that a project must have, at the line of the reported call's start."""

    path: str
    line: int
    code: str
    effects: tuple[str, ...] = ()
    confidence: str = "certain"
    severity: str = ""

    @property
    def definite(self) -> bool:
        """Whether the effect is there in every way of loading the module."""
        return self.confidence in {"certain", "any"}

    def __str__(self) -> str:
        """Like the comment, with the place before it."""
        words = (self.code, ",".join(self.effects), self.confidence, self.severity)
        return f"{self.path}:{self.line}: {' '.join(filter(None, words))}"


def in_folder(folder: Path) -> list[Expected]:
    """Return what the comments in all Python files below `folder` expect, in order."""
    files = sorted(folder.rglob("*.py"))
    return [expected for file in files for expected in _in_file(file, folder)]


def _in_file(file: Path, folder: Path) -> list[Expected]:
    path = file.relative_to(folder).as_posix()
    with tokenize.open(file) as source:
        lines = source.read().splitlines()
    return [
        _parse(spec, path, number)
        for number, line in enumerate(lines, start=1)
        if (found := COMMENT.search(line))
        for spec in found["specs"].split(";")
    ]


def _parse(spec: str, path: str, line: int) -> Expected:
    code, *words = spec.split()
    severity = words.pop() if words and words[-1] in SEVERITIES else ""
    confidence = words.pop() if words and words[-1] in CONFIDENCES else "certain"
    effects = tuple(words.pop().split(",")) if words else ()
    if words or list(effects) != sorted(effects):
        raise ValueError(f"{path}:{line}: cannot read the expectation {spec.strip()!r}")
    return Expected(path, line, code, effects, confidence, severity)
