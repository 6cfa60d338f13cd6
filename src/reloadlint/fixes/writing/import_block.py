"""Where among the imports at the top of a module a new one goes."""

from __future__ import annotations

import sys
from collections.abc import Collection

import libcst as cst

from reloadlint.fixes.edits import Edit
from reloadlint.fixes.reading.tree import Tree, dotted


def new_import(tree: Tree, text: str, module: str, newline: str, own: Collection[str] = ()) -> Edit:
    """The edit that adds an import of `module` where its like stand.

    `own` are further modules of the project, as the text names them.
    """
    own = {*tree.own_modules, *own}
    block = first_block(tree)
    if not block:
        return _below_docstring(tree, text, newline)
    kind = _kind(module, own)
    kinds = [_kind(module_of(line), own) for line in block]
    group = [line for line, k in zip(block, kinds, strict=True) if k == kind]
    later = [line for line in group if _comes_after(line, module, text)]
    if later and later[0] is group[0]:
        start = tree.line_start(tree.span(group[0])[0])
        return Edit(start, start, f"{text}{newline}")
    after = [line for line, k in zip(block, kinds, strict=True) if k <= kind and line not in later]
    if not after:
        start = tree.line_start(tree.span(block[0])[0])
        return Edit(start, start, f"{text}{newline}{newline}")
    end = tree.line_end(tree.span(after[-1])[1])
    parted = kinds[block.index(after[-1])] < kind and _are_parted(tree, block, kinds)
    gap_before = newline if parted else ""
    return Edit(end, end, f"{gap_before}{text}{newline}")


def _comes_after(line: cst.SimpleStatementLine, module: str, text: str) -> bool:
    """Whether an import stands below a new one of its group; a plain one stands above others."""
    if text.startswith("import ") and isinstance(line.body[0], cst.ImportFrom):
        return True
    return module_of(line).lower() > module.lower()


def first_block(tree: Tree) -> list[cst.SimpleStatementLine]:
    """The imports at the top of a module."""
    found: list[cst.SimpleStatementLine] = []
    for node in tree.module.body:
        small = node.body[0] if isinstance(node, cst.SimpleStatementLine) else None
        if isinstance(small, (cst.Import, cst.ImportFrom)) and isinstance(
            node, cst.SimpleStatementLine
        ):
            found.append(node)
        elif found or not _is_docstring(small):
            break
    return found


def _is_docstring(node: cst.CSTNode | None) -> bool:
    return isinstance(node, cst.Expr) and isinstance(
        node.value, (cst.SimpleString, cst.ConcatenatedString)
    )


def module_of(line: cst.SimpleStatementLine) -> str:
    small = line.body[0]
    if isinstance(small, cst.ImportFrom):
        return "." * len(small.relative) + dotted(small.module)
    assert isinstance(small, cst.Import)
    return small.names[0].evaluated_name


def _are_parted(tree: Tree, block: list[cst.SimpleStatementLine], kinds: list[int]) -> bool:
    """Whether blank lines stand between groups of imports; so it is where there is but one."""
    pairs = zip(block, block[1:], kinds, kinds[1:], strict=False)
    gaps = [
        not tree.data[: tree.line_start(tree.span(lower)[0])].endswith((b"\n\n", b"\r\n\r\n"))
        for _, lower, one, other in pairs
        if one != other
    ]
    return not any(gaps)


def _kind(module: str, own: Collection[str]) -> int:
    """The group of an import: future, standard library, installed, the project's own."""
    top = module.partition(".")[0]
    if top == "__future__":
        return 0
    if module in own:
        return 3
    if top in sys.stdlib_module_names:
        return 1
    return 3 if module.startswith(".") else 2


def _below_docstring(tree: Tree, text: str, newline: str) -> Edit:
    body = tree.module.body
    first = body[0] if body else None
    small = first.body[0] if isinstance(first, cst.SimpleStatementLine) else None
    if first is not None and _is_docstring(small):
        end = tree.line_end(tree.span(first)[1])
        return Edit(end, end, f"{newline}{text}{newline}")
    start = tree.line_start(tree.span(first)[0]) if first is not None else len(tree.data)
    gap = newline * (2 if isinstance(first, (cst.FunctionDef, cst.ClassDef)) else 1)
    return Edit(start, start, f"{text}{newline}{gap}")
