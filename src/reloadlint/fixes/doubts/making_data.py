"""Files and tables that are emptied, filled or taken away where an object is made."""

from __future__ import annotations

import re

import libcst as cst

from reloadlint.fixes.doubts.statements import statements_in
from reloadlint.fixes.reading.tree import Tree, descendants, dotted, last_name

_START = r"(?:^|;)\s*(?:--[^\n]*\n\s*)*"
_TAKING = re.compile(
    _START + r"(DELETE\s+FROM|DROP|TRUNCATE|UPDATE|REPLACE\s+INTO|INSERT\s+OR\s+REPLACE)\b",
    re.IGNORECASE,
)
_ADDING = re.compile(
    _START + r"(INSERT\s+INTO(?![^;]*\b(?:ON\s+CONFLICT|NOT\s+EXISTS)\b)"
    r"|CREATE\s+(?:UNIQUE\s+)?(?:TABLE|INDEX|VIEW|TRIGGER)(?!\s+IF\s+NOT\s+EXISTS)"
    r"|ALTER\s+TABLE)\b",
    re.IGNORECASE,
)
_EXECUTING = frozenset({"execute", "executemany", "executescript"})
_FILES = frozenset(
    {
        "os.remove", "os.unlink", "os.rename", "os.replace", "os.rmdir", "os.truncate",
        "shutil.rmtree", "shutil.move", "tempfile.mkdtemp", "tempfile.mkstemp", "mkdtemp",
        "mkstemp", "rmtree",
    }
)  # fmt: skip
_PATHS = frozenset({"write_text", "write_bytes", "unlink"})
_MODE = re.compile(r"[wx][bt+]{0,2}")


def changed_data(tree: Tree, function: cst.FunctionDef, node: cst.CSTNode) -> str | None:
    """What a call does to files or tables that would not be the same if it were done again."""
    if not isinstance(node, cst.Call) or _is_done_once(tree, function, node):
        return None
    name, last = dotted(node.func), last_name(node)
    if isinstance(node.func, cst.Attribute) and last in _EXECUTING:
        return _executed(tree, function, node)
    if name in _FILES or (isinstance(node.func, cst.Attribute) and last in _PATHS):
        return f"calls `{name or last}()`"
    return "empties a file" if last == "open" and any(map(_empties, node.args[:3])) else None


def _empties(arg: cst.Arg) -> bool:
    named = arg.keyword is None or arg.keyword.value == "mode"
    value = arg.value.evaluated_value if isinstance(arg.value, cst.SimpleString) else None
    return named and isinstance(value, str) and bool(_MODE.fullmatch(value))


def _executed(tree: Tree, function: cst.FunctionDef, call: cst.Call) -> str | None:
    """What a statement changes, apart from making a table that isn't there."""
    texts = statements_in(tree, function, call.args[0].value) if call.args else []
    if texts is None:
        return "executes statements that aren't known here"
    patterns = [_TAKING] if _is_asked_first(tree, function, call) else [_TAKING, _ADDING]
    found = (pattern.search(text) for text in texts for pattern in patterns)
    word = next((match[1] for match in found if match is not None), None)
    return f"changes the database (`{' '.join(word.upper().split())}`)" if word else None


def _is_asked_first(tree: Tree, function: cst.FunctionDef, node: cst.CSTNode) -> bool:
    """Whether a condition, or a failure that is caught, keeps it from being done twice."""
    for outer in tree.ancestors(node):
        if outer is function:
            return False
        if isinstance(outer, (cst.If, cst.Try)):
            return True
    return False


def _is_done_once(tree: Tree, function: cst.FunctionDef, node: cst.CSTNode) -> bool:
    """Whether it stands under the test of a flag that the function sets."""
    flags = {
        tree.source(target.target)
        for target in descendants(function.body)
        if isinstance(target, cst.AssignTarget) and _is_constant(tree.parent(target))
    }
    for outer in tree.ancestors(node):
        if outer is function:
            return False
        if isinstance(outer, cst.If):
            asked = (n for n in descendants(outer.test) if isinstance(n, (cst.Name, cst.Attribute)))
            if any(tree.source(part) in flags for part in asked):
                return True
    return False


def _is_constant(node: cst.CSTNode) -> bool:
    value = node.value if isinstance(node, cst.Assign) else None
    return isinstance(value, cst.Name) and value.value in ("True", "False")
