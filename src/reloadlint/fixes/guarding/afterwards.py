"""What comes after a run, or around it: the reloader's parent gets there, too, in the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import libcst as cst

from reloadlint.fixes.draft import Refusal
from reloadlint.fixes.guarding.blocks import Block, mentioned, mentions
from reloadlint.fixes.reading.guards import is_main_test
from reloadlint.fixes.reading.tree import descendants


def segments_of(
    between: list[cst.BaseStatement], members: list[cst.BaseStatement]
) -> list[list[cst.BaseStatement]]:
    """The members as runs of statements that follow each other."""
    segments: list[list[cst.BaseStatement]] = []
    follows = False
    for statement in between:
        if statement in members:
            if not follows:
                segments.append([])
            segments[-1].append(statement)
        follows = statement in members
    return segments


class _Part(NamedTuple):
    """Statements of one block, and what they belong to that stands around start and run."""

    body: Sequence[cst.BaseStatement]
    outer: cst.BaseStatement | None


def after_the_run(
    block: Block, objects: set[str]
) -> tuple[list[list[cst.BaseStatement]], cst.BaseStatement | None]:
    """The statements around and after the run that use the objects, in runs.

    Also the outermost statement around both start and run to which some of them belong.

    Raises:
        Refusal: one of them can't be guarded.
    """
    found: list[list[cst.BaseStatement]] = []
    outermost = None
    for part in _parts(block):
        chosen = [s for s in part.body if mentions(block.tree, s, objects)]
        found += segments_of(list(part.body), chosen)
        outermost = part.outer if chosen and part.outer is not None else outermost
    _check_heads(block, objects, found)
    return found, outermost


def _parts(block: Block) -> Iterator[_Part]:
    """What follows the run in its block and in those around, and the rest of each `try`."""
    inner: cst.CSTNode = block.anchor
    outer_statement: cst.BaseStatement | None = None
    passed = False
    for outer in block.tree.ancestors(block.anchor):
        if isinstance(outer, cst.IndentedBlock):
            place = next(n for n, statement in enumerate(outer.body) if statement is inner)
            shared = outer.body is block.body
            if not passed and not shared:
                yield _Part(outer.body[:place], None)
            yield _Part(outer.body[place + 1 :], outer_statement if passed else None)
            passed = passed or shared
        elif isinstance(outer, cst.Try):
            outer_statement = outer if passed else None
            for body in _others(outer, inner):
                yield _Part(body, outer_statement)
        elif isinstance(outer, cst.FunctionDef) or _is_main_guard(outer):
            return
        inner = outer


def _others(outer: cst.Try, inner: cst.CSTNode) -> Iterator[Sequence[cst.BaseStatement]]:
    """The blocks of a `try` in which the run doesn't stand."""
    for part in (*outer.handlers, outer.orelse, outer.finalbody):
        inside = getattr(part, "body", None)
        if part is not inner and isinstance(inside, cst.IndentedBlock):
            yield [s for s in inside.body if isinstance(s, cst.BaseStatement)]


def _is_main_guard(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.If) and is_main_test(node.test)


def _check_heads(block: Block, objects: set[str], found: list[list[cst.BaseStatement]]) -> None:
    """See that nothing around the run uses the objects but what can be guarded.

    Raises:
        Refusal: something does.
    """
    tree = block.tree
    covered = {node for part in found for statement in part for node in descendants(statement)}
    heads = [n for n in tree.ancestors(block.anchor) if isinstance(n, cst.WithItem)]
    for outer in tree.ancestors(block.anchor):
        heads += outer.items if isinstance(outer, cst.With) else []
    for node in (block.run, *heads):
        for place in mentioned(tree, node, objects):
            if place not in covered:
                raise Refusal(f"line {tree.line(place)} needs it around the run")
