"""Findings that are known and not reported: kept by path, code and the statement's text."""

from __future__ import annotations

import ast
import copy
import functools
import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

from reloadlint.errors import UsageError
from reloadlint.findings import Finding
from reloadlint.source import display_path, split_lines
from reloadlint.syntax import InvalidSyntax, parse

VERSION = 1


class Known(msgspec.Struct, frozen=True, order=True):
    """What is known of findings: the file (relative to the baseline's folder), the rule and the
    statement, however it is formatted and wherever it stands; `count` are alike."""

    path: str
    code: str
    statement: str
    count: int = 1


class Baseline(msgspec.Struct, frozen=True):
    """The content of a baseline file."""

    version: int
    findings: tuple[Known, ...]


class Compared(NamedTuple):
    """What a baseline leaves to report, how many findings it covers, and what is fixed by now."""

    kept: list[Finding]
    covered: int
    removable: tuple[Known, ...]


def statement_at(text: str, line: int) -> str:
    """The statement at a line, as it is whatever its layout; of a block, its head.

    Where the text can't be parsed, the line itself.
    """
    node = _statements(text).get(line)
    return _line(text, line) if node is None else _head(node)


def read(path: Path) -> Baseline:
    """The baseline in `path`; `UsageError` if there is none, or none that is understood."""
    shown = display_path(path)
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Baseline)
    except FileNotFoundError:
        hint = "write one with --write-baseline, or correct the path"
        raise UsageError(f"baseline {shown}: no such file; {hint}") from None
    except OSError as error:
        raise UsageError(f"baseline {shown}: cannot be read: {error.strerror}") from error
    except msgspec.DecodeError as error:
        hint = "write it anew with --write-baseline"
        raise UsageError(f"baseline {shown}: not understood: {error}; {hint}") from error
    if found.version != VERSION:
        hint = "write it anew with --write-baseline"
        raise UsageError(f"baseline {shown}: of version {found.version}, not {VERSION}; {hint}")
    return found


def written(findings: Iterable[Finding], texts: Mapping[str, str], folder: Path) -> str:
    """The baseline file, to stand in `folder`, that covers these findings."""
    counts = Counter(_key(finding, texts, folder) for finding in findings)
    known = sorted(Known(*key, count) for key, count in counts.items())
    content = {"version": VERSION, "findings": [msgspec.to_builtins(each) for each in known]}
    return json.dumps(content, indent=2) + "\n"


def compare(
    baseline: Baseline,
    folder: Path,
    findings: Iterable[Finding],
    texts: Mapping[str, str],
    checked: Iterable[str],
) -> Compared:
    """Leave out what a baseline that stands in `folder` covers.

    Args:
        findings: what was found, with their `texts` by path.
        checked: the files that were looked into; what is known of others isn't removable.
    """
    left = Counter({(k.path, k.code, k.statement): k.count for k in baseline.findings})
    kept, covered = [], 0
    for finding in findings:
        key = _key(finding, texts, folder)
        if left[key] > 0:
            left[key] -= 1
            covered += 1
        else:
            kept.append(finding)
    seen = {_relative(path, folder) for path in checked}
    gone = [
        Known(*key, count)
        for key, count in left.items()
        if count > 0 and (key[0] in seen or not (folder / key[0]).exists())
    ]
    return Compared(kept, covered, tuple(sorted(gone)))


def _key(finding: Finding, texts: Mapping[str, str], folder: Path) -> tuple[str, str, str]:
    statement = statement_at(texts.get(finding.path, ""), finding.line)
    return (_relative(finding.path, folder), finding.code, statement)


def _relative(path: str, folder: Path) -> str:
    return os.path.relpath(Path.cwd() / path, folder).replace(os.sep, "/")


@functools.lru_cache(maxsize=1)  # findings come file by file
def _statements(text: str) -> dict[int, ast.stmt]:
    """For each line the innermost statement there; nothing for a text that can't be parsed."""
    try:
        return parse(text, _by_line)
    except InvalidSyntax:
        return {}


def _by_line(tree: ast.Module) -> dict[int, ast.stmt]:
    found: dict[int, ast.stmt] = {}
    for node in ast.walk(tree):  # what is inside comes later
        if isinstance(node, ast.stmt):
            lines = range(_first(node), (node.end_lineno or node.lineno) + 1)
            found.update(dict.fromkeys(lines, node))
    return found


def _first(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(each.lineno for each in decorators)])


def _head(node: ast.stmt) -> str:
    """The statement as Python writes it, without the blocks in it."""
    node = copy.copy(node)
    for name in ("body", "orelse", "finalbody", "handlers", "cases"):
        if isinstance(getattr(node, name, None), list):
            setattr(node, name, [])
    try:
        # Which quotes an f-string gets depends on the version of Python.
        return ast.unparse(node).replace('"', "'")
    except (ValueError, RecursionError):  # an empty block in a place that needs one
        return ast.dump(node)


def _line(text: str, line: int) -> str:
    lines = split_lines(text)
    return lines[line - 1].strip() if line <= len(lines) else ""
