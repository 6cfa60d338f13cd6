"""What decorators say about when a function runs."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from reloadlint.fixes.reading.callbacks import KEEPING, background
from reloadlint.fixes.reading.foreign import registered_with
from reloadlint.fixes.reading.functions import definition_of, naming, own_nodes
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.tree import Tree, last_name
from reloadlint.fixes.reading.troubles import Trouble, after_teardown, callee_of


def decorated(project: Project, tree: Tree, function: cst.FunctionDef) -> Iterator[Trouble]:
    """What a function's decorators say against its running in a context."""
    names = [callee_of(tree, decorator.decorator) for decorator in function.decorators]
    for name in names:
        last = name.rpartition(".")[2]
        if last == "command" and not _has_context(tree, function, name, names):
            yield Trouble(
                f"`{function.name.value}` is a command without an application context; "
                "`with_appcontext` gives it one"
            )
        elif (handed := background(name)) is not None:
            yield Trouble(f"`{function.name.value}` is handed to {handed}", aside=True)
        elif "tearing_down" in name:
            yield after_teardown(function.name, name)
    owner = registered_with(project, tree, function)
    if owner is not None and background(owner) is None:
        yield Trouble(
            f"`@{owner}` may have `{function.name.value}` called outside a request", aside=True
        )
    for decorator in function.decorators:
        yield from _kept_by(project, tree, decorator, function)


def _kept_by(
    project: Project, tree: Tree, decorator: cst.Decorator, function: cst.FunctionDef
) -> Iterator[Trouble]:
    """A decorator of the project that hands the function on, or keeps it."""
    used = decorator.decorator
    func = used.func if isinstance(used, cst.Call) else used
    found = definition_of(project, tree, func)
    if found is None or not isinstance(found[1], cst.FunctionDef):
        return
    where, maker = found
    for inner in (maker, *(n for n in own_nodes(maker.body) if isinstance(n, cst.FunctionDef))):
        for parameter in inner.params.params if isinstance(inner, cst.FunctionDef) else ():
            for _, node in naming(project, where, parameter.name):
                if _is_kept(where, node):
                    yield Trouble(
                        f"the decorator `{maker.name.value}` keeps `{function.name.value}`, "
                        "to be called elsewhere"
                    )
                    return


def _has_context(tree: Tree, function: cst.FunctionDef, name: str, names: list[str]) -> bool:
    if any("with_appcontext=False" in tree.source(d.decorator) for d in function.decorators):
        return False
    if ".cli." in f".{name}" or any(n.endswith("with_appcontext") for n in names):
        return True
    group = name.rpartition(".")[0]
    made = [a.node for a in tree.bound(tree.module, group) if hasattr(a, "node")] if group else []
    calls = [tree.parent(tree.parent(node)) for node in made if isinstance(node, cst.Name)]
    made_from = {last_name(getattr(call, "value", None)) for call in calls}
    return bool(made_from & {"AppGroup", "FlaskGroup"})


def _is_kept(tree: Tree, node: cst.CSTNode) -> bool:
    parent = tree.parent(node)
    if isinstance(parent, cst.Arg):
        call = tree.parent(parent)
        last = last_name(call)
        name = callee_of(tree, call) if isinstance(call, cst.Call) else ""
        return last in KEEPING or background(name) is not None
    if isinstance(parent, cst.Assign) and parent.value is node:
        return any(isinstance(t.target, (cst.Attribute, cst.Subscript)) for t in parent.targets)
    return False
