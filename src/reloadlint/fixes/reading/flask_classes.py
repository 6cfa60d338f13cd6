"""Which modules may make a Flask application: a quick look that spares most of them a second tree.

It is asked of every module around a hazard, and `ast` is ten times as fast as a tree with scopes.
It says yes too often rather than too seldom.
"""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from typing import NamedTuple

from reloadlint.fixes.reading.project import Project
from reloadlint.project.modules import Module
from reloadlint.syntax import InvalidSyntax, parse

CLASSES = frozenset(
    {"flask.Flask", "flask.app.Flask", "apiflask.APIFlask", "flask_openapi3.OpenAPI"}
)
_DEEPEST = 5
_SIMPLE = {name.rpartition(".")[2] for name in CLASSES}


class _Outline(NamedTuple):
    """What a module calls, which classes it has with their bases, and what it imports, by name."""

    calls: frozenset[str]
    bases: dict[str, list[str]]
    imports: dict[str, tuple[str, int, str]]


def may_make_application(project: Project, path: str) -> bool:
    """Whether a call in the module may be one of Flask's class or of a class made from it."""
    text, names = project.texts[path], project.once(_names)
    if not any(name in text for name in names) or _called(names).search(text) is None:
        return False
    outline = _outline(project, path)
    return outline is None or any(may_be_flask(project, path, name) for name in outline.calls)


def _names(project: Project) -> frozenset[str]:
    """What Flask's classes, and those that may be made from them, are called in the project."""
    known = new = frozenset(_SIMPLE)
    for _ in range(_DEEPEST):
        new = frozenset(_renamed(project, new)) - known
        known |= new
    return known


@lru_cache(maxsize=8)
def _called(names: frozenset[str]) -> re.Pattern[str]:
    return re.compile(rf"\b({'|'.join(sorted(names))})\s*\(")


def _renamed(project: Project, names: frozenset[str]) -> set[str]:
    """What classes with a base of these names, and other names for them, are called."""
    either = "|".join(sorted(names))
    pattern = re.compile(rf"\bclass\s+(\w+)\s*\([^:]*\b(?:{either})\b|\b(?:{either})\s+as\s+(\w+)")
    texts = (text for text in project.texts.values() if any(name in text for name in names))
    return {found for text in texts for both in pattern.findall(text) for found in both if found}


def may_name_product(project: Project, path: str, name: str) -> bool:
    """Whether a statement of the module may give this name what a call returns."""
    given = rf"\b{re.escape(name)}\s*(:[^=\n]+)?=(\s*\w+\s*=)*[\s(\\]*[\w.]+\s*\("
    return re.search(given, project.texts.get(path, "")) is not None


def may_be_flask(project: Project, path: str, written: str, depth: int = 0) -> bool:
    """Whether what a module calls by this (dotted) name may be made from Flask's class."""
    if written.rpartition(".")[2] in _SIMPLE:
        return True
    outline = _outline(project, path) if depth < _DEEPEST else None
    if outline is None or "." in written:
        return False
    if written in outline.bases:
        return any(may_be_flask(project, path, b, depth + 1) for b in outline.bases[written])
    if written not in outline.imports:
        return False
    module, level, name = outline.imports[written]
    if f"{module}.{name}" in CLASSES:
        return True
    found = project.resolve(path, module, level)
    if not isinstance(found, Module) or not _may_have_class(project, found.path, name):
        return False
    return may_be_flask(project, found.path, name, depth + 1)


def _may_have_class(project: Project, path: str, name: str) -> bool:
    """Whether a module may define or import a class of that name: most only define a function."""
    text = project.texts.get(path, "")
    if name not in text:
        return False
    imported = {item.name for item in project.imports[path].imports}
    if name in imported or f" as {name}" in text:
        return True
    return re.search(rf"class\s+{name}\b", text) is not None


def _outline(project: Project, path: str) -> _Outline | None:
    known = project.once(_known)
    if path not in known:
        try:
            known[path] = parse(project.texts[path], _outlined)
        except InvalidSyntax:
            known[path] = None
    return known[path]


def _known(_project: Project) -> dict[str, _Outline | None]:
    """The outlines of the modules that were looked into."""
    return {}


def _outlined(tree: ast.Module) -> _Outline:
    calls: set[str] = set()
    bases: dict[str, list[str]] = {}
    imports: dict[str, tuple[str, int, str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            calls.add(_dotted(node.func))
        elif isinstance(node, ast.ClassDef):
            bases.setdefault(node.name, []).extend(map(_dotted, node.bases))
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                imports[alias.asname or alias.name] = (node.module or "", node.level, alias.name)
    return _Outline(frozenset(calls), bases, imports)


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return ""
