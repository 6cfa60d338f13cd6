"""The names of what is started, and the statements that depend on it."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import libcst as cst

from reloadlint.fixes.draft import Refusal
from reloadlint.fixes.guarding.blocks import Block, bound, mentioned, mentions
from reloadlint.fixes.reading.applications import qualified_name
from reloadlint.fixes.reading.early_threads import STARTING
from reloadlint.fixes.reading.tree import Tree, descendants, dotted, last_name

SETTING_UP = frozenset(
    {
        "add_template_filter", "add_template_global", "add_template_test", "add_url_rule",
        "after_request", "before_request", "context_processor", "register_blueprint",
        "register_error_handler", "shell_context_processor", "teardown_appcontext",
        "teardown_request", "url_defaults", "url_value_preprocessor",
    }
)  # fmt: skip
"""Methods of an application that it can't bear once it has answered a request."""

_STARTING = ("start", "run", "connect", "loop", "begin", "resume", "serve", "listen", "open")


def ready_by(start: cst.Call, objects: set[str]) -> set[str]:
    """Those of the objects that the call makes ready, as `init_app` does, and not only starts."""
    only_starts = isinstance(start.func, cst.Attribute) and start.func.attr.value.startswith(
        _STARTING
    )
    return set() if only_starts else objects


def started_by(block: Block, start: cst.Call) -> set[str]:
    """The names of what is started: what the call is assigned to, or the object that it is of.

    Raises:
        Refusal: the run itself needs what the call returns.
    """
    return objects_of(block.tree, block.start, start, block.anchor)


def objects_of(
    tree: Tree, line: cst.BaseStatement, start: cst.Call, run: cst.Call | None
) -> set[str]:
    """The (dotted) names of what a statement starts.

    Raises:
        Refusal: the run itself needs what the call returns.
    """
    objects = {name for name in bound(line) if not isinstance(line, cst.For)}
    objects |= made_global(tree, start)
    if run is not None and any(mentions(tree, run, {name}) for name in objects):
        made = tree.source(start.func)
        raise Refusal(f"the run itself needs what it returns; take the start out of `{made}()`")
    if isinstance(line, cst.For):
        objects |= {dotted(line.iter)} - {""}
    receiver = start.func.value if isinstance(start.func, cst.Attribute) else None
    small = (n for n in tree.ancestors(start) if isinstance(n, cst.BaseSmallStatement))
    statement = next(small, None)  # the head of a `with` or `for` is none
    name = dotted(receiver)
    is_object = isinstance(statement, cst.Expr) and name and not _is_stateless(tree, start.func)
    is_object = is_object and last_name(start) not in STARTING  # which leaves it as it is
    if is_object and (run is None or not mentions(tree, run, {name})):
        objects.add(name)
    return objects


def made_global(tree: Tree, start: cst.Call) -> set[str]:
    """The module's names that the called function gives values to."""
    if not isinstance(start.func, cst.Name):
        return set()
    found = tree.bound(start, start.func.value)
    functions = [n for a in found if isinstance(n := getattr(a, "node", None), cst.FunctionDef)]
    inside = [node for function in functions for node in descendants(function)]
    shared = [node for node in inside if isinstance(node, cst.Global)]
    return {item.name.value for node in shared for item in node.names}


def _is_stateless(tree: Tree, function: cst.BaseExpression) -> bool:
    """Whether a call leaves nothing in what it is called on, as with Python's own modules.

    Others have what they start in themselves: after `GPIO.setup(18)` comes `GPIO.output(18, 0)`.
    """
    return qualified_name(tree, function).partition(".")[0] in sys.stdlib_module_names


def dependent(
    tree: Tree, between: Sequence[cst.BaseStatement], objects: set[str]
) -> list[cst.BaseStatement]:
    """The start and the statements that use what it starts; what these bind is added to it."""
    members = [between[0]]
    for statement in between[1:]:
        if isinstance(statement, (cst.FunctionDef, cst.ClassDef)):
            continue
        if any(not is_deferred(tree, n) for n in mentioned(tree, statement, objects)):
            members.append(statement)
            objects |= bound(statement)
    return members


def is_deferred(tree: Tree, node: cst.CSTNode) -> bool:
    """Whether it is in a lambda that is given a name, or registered with the application."""
    inner = node
    for outer in tree.ancestors(node):
        if isinstance(outer, cst.Lambda) and outer.body is inner:
            parent = tree.parent(outer)
            call = tree.parent(parent) if isinstance(parent, cst.Arg) else None
            named = isinstance(parent, (cst.Assign, cst.AnnAssign))
            return named or (call is not None and last_name(call) in SETTING_UP)
        inner = outer
    return False
