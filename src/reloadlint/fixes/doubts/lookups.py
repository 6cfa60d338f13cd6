"""Ways to a name that no scope shows: by texts, and in files that can't be parsed."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from reloadlint.fixes.doubts.module_objects import of_module
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.references import References
from reloadlint.fixes.reading.tree import Tree, last_name

_EVALUATING = frozenset({"eval", "exec"})
_TABLES = frozenset({"globals", "vars", "locals"})
_FILE_ENDINGS = frozenset(
    {"cache", "cfg", "conf", "config", "data", "db", "duckdb", "json", "lock", "log", "pid", "sock"}
    | {"sqlite", "sqlite3", "store"}
)
_BY_NAME = frozenset(
    {"patch", "setattr", "delattr", "import_string", "import_object", "import_module", "locate"}
    | {"resolve_name", "symbol_by_name", "import_attribute", "spy", "stub"}
)
"""Functions that take an object's dotted name."""


def lookup_doubts(project: Project, found: References) -> Iterator[str]:
    """Where the name may be looked up at run time, one reason each."""
    for path, name in sorted(found.names):
        tree = project.tree(path)
        yield from _in_tables(tree, name)
        yield from _evaluated(tree, name)
        yield from _in_texts(project, path, name)
        yield from of_module(project, path, name)
    names = {name for _, name in found.names}
    for path, text in project.broken.items():
        for name in sorted(names):
            if re.search(rf"\b{re.escape(name)}\b", text):
                yield f"`{path}` can't be parsed and mentions `{name}`"


def _in_tables(tree: Tree, name: str) -> Iterator[str]:
    if not any(f"{table}()" in tree.text for table in _TABLES):
        return
    for call in tree.every(cst.Call):
        if last_name(call) in _TABLES and not call.args and _may_ask_for(tree, call, name):
            yield f"`{last_name(call)}()` in line {tree.line(call)} of {tree.path} may look it up"


def _evaluated(tree: Tree, name: str) -> Iterator[str]:
    if "eval(" not in tree.text and "exec(" not in tree.text:
        return
    for call in tree.every(cst.Call):
        if isinstance(call.func, cst.Name) and call.func.value in _EVALUATING and call.args:
            text = call.args[0].value
            value = text.evaluated_value if isinstance(text, cst.SimpleString) else name
            if re.search(rf"\b{re.escape(name)}\b", str(value)):
                yield f"`{call.func.value}` in line {tree.line(call)} of {tree.path} may name it"


def _may_ask_for(tree: Tree, call: cst.Call, name: str) -> bool:
    """Whether `globals()` is asked for the name, or for what isn't known."""
    texts = [n for n in tree.every(cst.SimpleString) if tree.statement_of(n) is _around(tree, call)]
    return not texts or any(text.evaluated_value == name for text in texts)


def _around(tree: Tree, node: cst.CSTNode) -> cst.CSTNode:
    return tree.statement_of(node)


def patched(project: Project, found: References) -> Iterator[str]:
    """Where `mock.patch("app.db")` would look at a proxy, to see what kind of mock is due."""
    for path, name in sorted(found.names):
        for tree, node in _texts(project, path, name):
            call = next((n for n in tree.ancestors(node) if isinstance(n, cst.Call)), None)
            if last_name(call) == "patch":
                line = tree.line(node)
                yield f"`patch` in line {line} of {tree.path} would ask the proxy outside a context"


def _in_texts(project: Project, path: str, name: str) -> Iterator[str]:
    """`import_string("app:db")`, `patch("app.db")`, `getattr(app, "db")`."""
    for tree, node in _texts(project, path, name):
        yield _named(tree, node)
    short = project.module(path).name.rpartition(".")[2]
    for other in dict.fromkeys((*project.mentioning(name, short), path)):
        text = project.texts[other]
        if "import_module" in text and re.search(rf"\.{re.escape(name)}\b", text):
            yield from _by_import_module(project.tree(other), short)


def _texts(project: Project, path: str, name: str) -> Iterator[tuple[Tree, cst.SimpleString]]:
    """The texts that name it as part of its module."""
    short = project.module(path).name.rpartition(".")[2]
    pattern = re.compile(rf"(?:^|.*\.){re.escape(short)}[.:]{re.escape(name)}(?:\.\w+)*$")
    quick = re.compile(rf"[\"'][\w.]*{re.escape(short)}[.:]{re.escape(name)}\b")
    for other in dict.fromkeys((*project.mentioning(name, short), path)):
        text = project.texts[other]
        if quick.search(text):
            tree = project.tree(other)
            for node in tree.every(cst.SimpleString):
                value = node.evaluated_value
                if isinstance(value, str) and pattern.match(value) and not _is_file(tree, node):
                    yield tree, node


def _is_file(tree: Tree, node: cst.SimpleString) -> bool:
    """Whether `"app.db"` is a file's name: it ends as one, and nobody asks for a module's name."""
    before, _, ending = str(node.evaluated_value).rpartition(".")
    call = next((n for n in tree.ancestors(node) if isinstance(n, cst.Call)), None)
    return bool(before) and ending in _FILE_ENDINGS and last_name(call) not in _BY_NAME


def _by_import_module(tree: Tree, module: str) -> Iterator[str]:
    for call in tree.every(cst.Call):
        if last_name(call) == "import_module" and call.args:
            text = call.args[0].value
            value = text.evaluated_value if isinstance(text, cst.SimpleString) else None
            if isinstance(value, str) and value.rpartition(".")[2] == module:
                line = tree.line(call)
                yield f"`import_module` loads the module by its name in line {line} of {tree.path}"


def _named(tree: Tree, node: cst.SimpleString) -> str:
    call = next((n for n in tree.ancestors(node) if isinstance(n, cst.Call)), None)
    what = f"`{tree.source(call.func)}`" if call is not None else "a text"
    return f"{what} names it in line {tree.line(node)} of {tree.path}"
