"""Giving a call one more keyword argument, in the way in which the call is written."""

from __future__ import annotations

import libcst as cst

from reloadlint.fixes.draft import Refusal
from reloadlint.fixes.edits import Edit
from reloadlint.fixes.reading.tree import Tree


def passed(call: cst.Call, name: str, position: int | None) -> cst.Arg | None:
    """The argument that a call gives for a parameter, by keyword or by its place."""
    for place, arg in enumerate(call.args):
        if arg.keyword is not None and arg.keyword.value == name:
            return arg
        if place == position and arg.keyword is None and not arg.star:
            return arg
    return None


def with_keyword(tree: Tree, call: cst.Call, name: str, value: str) -> list[Edit]:
    """The edits that pass `name=value` too, behind the other arguments and before any `**`.

    Raises:
        Refusal: the only argument is a bare generator.
    """
    text = f"{name}{_equals(call)}{value}"
    if not call.args:
        return [_alone(tree, call, text)]
    if isinstance(call.args[-1].value, cst.GeneratorExp) and not call.args[-1].value.lpar:
        raise Refusal("its only argument is a generator, beside which no other can stand")
    unpacked = next((arg for arg in call.args if arg.star == "**"), None)
    if unpacked is not None:
        return [_before(tree, unpacked, text)]
    return _behind(tree, call, text)


def _equals(call: cst.Call) -> str:
    """How the call's other keywords are written: with spaces around the `=`, or without."""
    for arg in call.args:
        if isinstance(arg.equal, cst.AssignEqual):
            before = arg.equal.whitespace_before
            spaced = isinstance(before, cst.SimpleWhitespace) and before.value
            return " = " if spaced else "="
    return "="


def _alone(tree: Tree, call: cst.Call, text: str) -> Edit:
    """Between empty parentheses; a comment that stands there stays."""
    close = tree.span(call)[1] - 1
    start = tree.data.index(b"(", tree.span(call.func)[1]) + 1
    between = tree.data[start:close]
    if not between.strip():
        return Edit(start, close, text)
    comment = next(line for line in between.splitlines() if line.strip())
    indent = comment[: len(comment) - len(comment.lstrip())].decode()
    place = tree.line_start(close)
    return Edit(place, place, f"{indent}{text},{_line_break(tree, place)}")


def _before(tree: Tree, arg: cst.Arg, text: str) -> Edit:
    start = tree.span(arg)[0]
    indent = _indent_if_first(tree, arg)
    if indent is None:
        return Edit(start, start, f"{text}, ")
    return Edit(start, start, f"{text},{_line_break(tree, tree.line_start(start))}{indent}")


def _behind(tree: Tree, call: cst.Call, text: str) -> list[Edit]:
    last = call.args[-1]
    end, close = tree.span(last)[1], tree.span(call)[1] - 1
    indent = _indent_if_first(tree, last)
    if indent is None or not _one_a_line(tree, call):
        return [Edit(end, end, f", {text}")]
    newline = _line_break(tree, tree.line_start(tree.span(last)[0]))
    if tree.line_end(end) > close:
        return [Edit(end, end, f",{newline}{indent}{text}")]
    place = tree.line_end(end)
    if isinstance(last.comma, cst.Comma):
        return [Edit(place, place, f"{indent}{text},{newline}")]
    return [Edit(end, end, ","), Edit(place, place, f"{indent}{text}{newline}")]


def _indent_if_first(tree: Tree, arg: cst.Arg) -> str | None:
    """What stands before an argument that is the first thing in its line."""
    start = tree.span(arg)[0]
    before = tree.data[tree.line_start(start) : start]
    return before.decode() if not before.strip() else None


def _one_a_line(tree: Tree, call: cst.Call) -> bool:
    """Whether no two arguments begin in the same line."""
    lines = [tree.line(arg) for arg in call.args]
    return len(set(lines)) == len(lines)


def _line_break(tree: Tree, offset: int) -> str:
    """The line break before the line that starts at `offset`."""
    if tree.data[offset - 2 : offset] == b"\r\n":
        return "\r\n"
    return tree.data[offset - 1 : offset].decode() if offset else tree.module.default_newline
