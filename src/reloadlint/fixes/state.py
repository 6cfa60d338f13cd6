"""Whether anything depends on there being one object for the whole life of the process."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from reloadlint.effects.values import Class
from reloadlint.fixes.keeping import kept
from reloadlint.fixes.mutations import is_attribute_target, written_out
from reloadlint.fixes.object import Made
from reloadlint.fixes.own_class import Methods, kept_state
from reloadlint.fixes.project import Project
from reloadlint.fixes.references import References, Use
from reloadlint.fixes.transactions import commits_by_itself, temporary_table, uncommitted
from reloadlint.fixes.tree import Tree, descendants, last_name

_MEMORY = (":memory:", "mode=memory")


def state_doubts(
    project: Project,
    made: Made,
    found: References,
    lines: list[cst.SimpleStatementLine],
    cls: Class | None,
    closer: str,
) -> Iterator[str]:
    """Why one object for each request may not do what one for all does."""
    methods = Methods(project, cls) if cls is not None else None
    if _in_memory(made, methods):
        yield "it is a database in memory: every request would get an empty one"
    inside = [use for use in found.uses if use.tree.function_of(use.node) is not None]
    for use in inside:
        yield from _changed(use, closer)
        yield from kept(project, use)
    yield from _temporary(project, found, made)
    if methods is not None:
        yield from kept_state(methods)
    if not commits_by_itself(made.tree, [made.value, *lines]):
        yield from _left_open(inside, methods)


def _in_memory(made: Made, methods: Methods | None) -> bool:
    assert isinstance(made.value, cst.Call)
    texts = [written_out(made.tree, arg.value) for arg in made.value.args]
    if methods is not None:
        for _, method in methods.constructing():
            nodes = (n for n in descendants(method) if isinstance(n, cst.SimpleString))
            texts += [str(node.evaluated_value) for node in nodes]
    return any(text is not None and any(word in text for word in _MEMORY) for text in texts)


def _changed(use: Use, closer: str) -> Iterator[str]:
    attribute = is_attribute_target(use)
    if attribute is not None:
        yield f"`{attribute}` is assigned in {use.where}, which would last for one request only"
    parent = use.tree.parent(use.node)
    if isinstance(parent, cst.Attribute) and parent.attr.value == closer:
        if isinstance(use.tree.parent(parent), cst.Call):
            yield f"{use.where} closes it (`{closer}()`), and the teardown would do so again"


def _temporary(project: Project, found: References, made: Made) -> Iterator[str]:
    trees = {made.tree, *(project.tree(path) for path in found.paths)}
    for tree in sorted(trees, key=lambda tree: tree.path):
        text = temporary_table(tree)
        if text is not None:
            line = tree.line(text)
            yield f"the TEMP table in line {line} of {tree.path} would be gone after each request"


def _left_open(inside: list[Use], methods: Methods | None) -> Iterator[str]:
    places: list[tuple[Tree, object]] = []
    for use in inside:
        function = use.tree.function_of(use.node)
        if (use.tree, function) not in places:
            places.append((use.tree, function))
    places += methods.serving() if methods is not None else []
    for tree, function in places:
        assert isinstance(function, (cst.FunctionDef, cst.Lambda))
        call = uncommitted(tree, function)
        if call is not None:
            yield (
                f"`{last_name(call)}` in line {tree.line(call)} of {tree.path} writes without a "
                "commit in the same function, and closing the connection would drop that"
            )
