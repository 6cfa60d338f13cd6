"""Keeping what was measured: a state from which a run goes on, and the lines in the catalogue."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from typing import TYPE_CHECKING, Any

import msgspec

from measuring.snippets import CATALOG

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from measuring.snippets import Subject

_BLOCK = re.compile(r"^\[\[callable\]\]\n(?:(?!\[\[callable\]\]|#).*\n?)*", re.M)
_NAME = re.compile(r'^name = "(.+)"$', re.M)
_KNOWLEDGE = re.compile(r"^(?:measured|unmeasured) = .*\n?", re.M)
_SOURCE = re.compile(r"^source = .*\n?", re.M)


class State:
    """What is known from runs before, by the entry's name; written after each entry."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self.results: dict[str, dict[str, Any]] = {}
        if path.exists():
            for line in path.read_text("utf-8").splitlines():
                result = json.loads(line)
                self.results[result["name"]] = result

    def add(self, result: dict[str, Any]) -> None:
        """Keep a result; a run that is interrupted goes on behind it."""
        with self._lock:
            self.results[result["name"]] = result
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(result) + "\n")

    def is_current(self, subject: Subject, python: str) -> bool:
        """Whether an entry was measured as it now stands."""
        known = self.results.get(subject.entry.name)
        return known is not None and known["digest"] == digest(subject, python)

    def is_done(self, subject: Subject, python: str) -> bool:
        """Whether there is nothing to be gained by measuring it once more."""
        name = subject.entry.name
        return self.is_current(subject, python) and not self.results[name]["differences"]


def digest(subject: Subject, python: str) -> str:
    """What a measurement depends on: the entry's claims, the snippet, the versions."""
    claims = msgspec.to_builtins(subject.entry)
    for key in ("measured", "unmeasured", "source", "note", "role", "cure"):
        claims.pop(key, None)
    parts = [claims, msgspec.to_builtins(subject.library), msgspec.to_builtins(subject.snippet)]
    parts.append(subject.call)
    return hashlib.sha256(json.dumps([*parts, python], sort_keys=True).encode()).hexdigest()[:16]


def write(results: Mapping[str, Mapping[str, Any]], reasons: Mapping[str, str]) -> int:
    """Put the measurements into the catalogue's files; how many entries have changed.

    `results` are those without a difference, `reasons` say why an entry is not measured.
    """
    changed = 0
    for path in sorted(CATALOG.glob("*.toml")):
        text = path.read_text("utf-8")
        new = _BLOCK.sub(lambda block: _with_knowledge(block[0], results, reasons), text)
        if new != text:
            changed += sum(
                a != b for a, b in zip(_BLOCK.findall(text), _BLOCK.findall(new), strict=True)
            )
            path.write_text(new, "utf-8")
    return changed


def _with_knowledge(
    block: str, results: Mapping[str, Mapping[str, Any]], reasons: Mapping[str, str]
) -> str:
    name = _NAME.search(block)
    if name is None:
        return block
    if name[1] in results:
        line, block = _measured(results[name[1]]), _SOURCE.sub("", block)
    elif name[1] in reasons:
        line = f"unmeasured = {json.dumps(reasons[name[1]], ensure_ascii=False)}\n"
    else:
        return block
    return _KNOWLEDGE.sub(lambda _: line, block, count=1)


def _measured(result: Mapping[str, Any]) -> str:
    parts = {key: result[key] for key in ("library", "python", "date", "seen", "closed")}
    shown = ", ".join(f"{k} = {json.dumps(v, ensure_ascii=False)}" for k, v in parts.items() if v)
    return f"measured = {{ {shown} }}\n"
