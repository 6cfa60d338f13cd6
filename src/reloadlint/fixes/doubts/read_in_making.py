"""Settings that the functions which make an object read, and that something changes later."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import libcst as cst
from libcst.metadata import ImportAssignment

from reloadlint.fixes.doubts.handing_out import is_outer
from reloadlint.fixes.reading.functions import own_nodes
from reloadlint.fixes.reading.making import Maker
from reloadlint.fixes.reading.mutations import MUTATORS, is_changed
from reloadlint.fixes.reading.object import Made
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.references import references
from reloadlint.fixes.reading.tree import Tree, dotted, last_name
from reloadlint.project.modules import Module

_KEY = re.compile(r"""(?:environ(?:\.get)?|getenv)\s*[\[(]\s*["'](\w+)["']""")
_SETATTR = re.compile(r"""\bsetattr\s*\([^,()]*,\s*["'](\w+)["']""")
_CHANGING_ENVIRONMENT = frozenset({"pop", "update"})


class _Read(NamedTuple):
    """A global that a function reads, or a key of one; and the module that has it."""

    tree: Tree
    node: cst.CSTNode
    path: str
    name: str
    key: str


def changed_after_reading(project: Project, makers: Sequence[Maker], made: Made) -> Iterator[str]:
    """What would be read anew with another value than while loading."""
    inside = {function for _, function in makers}
    for tree, function in makers:
        for read in dict.fromkeys(_reads(project, tree, function)):
            where = _changed(project, read, inside, made)
            if where is not None:
                line = f"line {tree.line(read.node)} of {tree.path}"
                yield f"making it reads `{read.name}` ({line}), which {where} changes later"
        for key in dict.fromkeys(_KEY.findall(tree.source(function))):
            where = _set_in_environment(project, key, inside, made)
            if where is not None:
                yield f"making it reads the variable `{key}`, which {where} changes later"


def _reads(project: Project, tree: Tree, function: cst.FunctionDef) -> Iterator[_Read]:
    for node in own_nodes(function.body):
        if not isinstance(node, cst.Name) or not is_outer(tree, node):
            continue
        parent = tree.parent(node)
        attribute = parent if isinstance(parent, cst.Attribute) and parent.value is node else None
        for bound in tree.bound(node, node.value)[:1]:
            found = bound.node if isinstance(bound, ImportAssignment) else None
            if not isinstance(bound, ImportAssignment) and bound.scope is tree.global_scope:
                yield _Read(tree, node, tree.path, node.value, _key(tree, node))
            elif isinstance(found, (cst.Import, cst.ImportFrom)):
                yield from _imported(project, tree, found, node, attribute)


def _imported(
    project: Project,
    tree: Tree,
    statement: cst.Import | cst.ImportFrom,
    node: cst.Name,
    attribute: cst.Attribute | None,
) -> Iterator[_Read]:
    """The global behind an imported name: `DATABASE`, or `config.DATABASE`."""
    names = () if isinstance(statement.names, cst.ImportStar) else statement.names
    for alias in names:
        if (alias.evaluated_alias or alias.evaluated_name) != node.value:
            continue
        if isinstance(statement, cst.Import):
            source, inner = project.resolve(tree.path, alias.evaluated_name), None
        else:
            level = len(statement.relative)
            source = project.resolve(tree.path, dotted(statement.module), level)
            inner = project.index.submodule(source, alias.evaluated_name) if source else None
        module = source if isinstance(statement, cst.Import) else inner
        if isinstance(module, Module) and attribute is not None:
            key = _key(tree, attribute)
            yield _Read(tree, attribute, module.path, attribute.attr.value, key)
        elif isinstance(source, Module) and isinstance(statement, cst.ImportFrom):
            yield _Read(tree, node, source.path, alias.evaluated_name, _key(tree, node))


def _key(tree: Tree, node: cst.CSTNode) -> str:
    """The literal key, or the attribute, that is asked for of what a node stands for."""
    parent = tree.parent(node)
    if isinstance(parent, cst.Attribute) and parent.value is node:
        if parent.attr.value in MUTATORS | {"get", "items", "keys", "values"}:
            return ""
        inner = _key(tree, parent) if parent.attr.value == "config" else ""
        return inner or f".{parent.attr.value}"
    if isinstance(parent, cst.Subscript) and len(parent.slice) == 1 and parent.value is node:
        index = parent.slice[0].slice
        value = index.value if isinstance(index, cst.Index) else None
        return value.raw_value if isinstance(value, cst.SimpleString) else ""
    return ""


def _changed(project: Project, read: _Read, inside: set[cst.FunctionDef], made: Made) -> str | None:
    if read.path not in project.texts:
        return None
    found = references(project, read.path, read.name)
    later = [*found.rebound, *(use for use in found.uses if is_changed(use))]
    for use in later:
        other = _key(use.tree, use.node)
        same = not read.key or not other or read.key == other
        if same and _is_later(project, use.tree, use.node, inside, made, read.path):
            return use.where
    return _set_by_name(project, {read.name, read.key.lstrip(".")})


def _set_by_name(project: Project, names: set[str]) -> str | None:
    """`setattr(settings, "DATABASE", …)`, which is taken to come later and to mean this."""
    for path in sorted(project.flask_modules.intersection(project.mentioning("setattr"))):
        text = project.texts[path]
        for match in _SETATTR.finditer(text):
            if match[1] in names:
                return f"line {text.count(chr(10), 0, match.start()) + 1} of {path}"
    return None


def _set_in_environment(
    project: Project, key: str, inside: set[cst.FunctionDef], made: Made
) -> str | None:
    for path in sorted(project.flask_modules.intersection(project.mentioning("environ", key))):
        tree = project.tree(path)
        nodes: list[cst.AssignTarget | cst.Call] = [*tree.every(cst.AssignTarget)]
        nodes += tree.every(cst.Call)
        for node in (n for n in nodes if _sets_variable(tree, n, key)):
            if _is_later(project, tree, node, inside, made, ""):
                return f"line {tree.line(node)} of {path}"
    return None


def _sets_variable(tree: Tree, node: cst.AssignTarget | cst.Call, key: str) -> bool:
    part = node.target if isinstance(node, cst.AssignTarget) else node.func
    if "environ" not in tree.source(part) or key not in tree.source(node):
        return False
    return isinstance(node, cst.AssignTarget) or last_name(part) in _CHANGING_ENVIRONMENT


def _is_later(
    project: Project,
    tree: Tree,
    node: cst.CSTNode,
    inside: set[cst.FunctionDef],
    made: Made,
    home: str,
) -> bool:
    """Whether a change comes after the object was made: in a function, or further down."""
    if project.is_test(tree.path) or tree.path not in project.flask_modules:
        return False
    function = tree.function_of(node)
    if function is not None:
        return function not in inside
    if tree is made.tree:
        return tree.span(node)[0] > tree.span(made.line)[0]
    if tree.path == home or project.reaches(made.tree.path, tree.path):
        return False
    imports: list[cst.Import | cst.ImportFrom] = [*tree.every(cst.Import)]
    imports += tree.every(cst.ImportFrom)
    above = (s for s in imports if tree.span(s)[0] < tree.span(node)[0])
    loading = (s for s in above if tree.function_of(s) is None)
    return any(_loads(project, tree, statement, made.tree.path) for statement in loading)


def _loads(project: Project, tree: Tree, statement: cst.Import | cst.ImportFrom, path: str) -> bool:
    """Whether an import loads the module at `path`."""
    loaded = [m.path for m in _imported_by(project, tree, statement) if isinstance(m, Module)]
    return any(path == other or project.reaches(other, path) for other in loaded)


def _imported_by(
    project: Project, tree: Tree, statement: cst.Import | cst.ImportFrom
) -> Iterator[Module | str | None]:
    """The modules that an import names, and those that it takes from a package."""
    if isinstance(statement, cst.Import):
        yield from (project.resolve(tree.path, a.evaluated_name) for a in statement.names)
        return
    source = project.resolve(tree.path, dotted(statement.module), len(statement.relative))
    yield source
    names = () if isinstance(statement.names, cst.ImportStar) else statement.names
    yield from (project.index.submodule(source, a.evaluated_name) for a in names if source)
