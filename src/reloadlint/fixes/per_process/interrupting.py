"""Functions that use an object at exit, or in the midst of whatever runs: handlers, finalizers."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from reloadlint.fixes.per_process.handing_back import users
from reloadlint.fixes.reading.functions import class_of, referring
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.things import Thing
from reloadlint.fixes.reading.tree import Tree, dotted, last_name
from reloadlint.fixes.reading.troubles import callee_of, line_in

_LATE = "when it is closed already, and would make one if there is none"
_MEANWHILE = "and would wait for itself where that happens while the object is made"
_REGISTERED = {
    "atexit.register": f"runs at exit, {_LATE}",
    "signal.signal": f"handles a signal, {_MEANWHILE}",
    "weakref.finalize": f"is a finalizer, {_MEANWHILE}",
}
_LOGGING = ("Filter", "Formatter", "Handler")


def interrupting(project: Project, thing: Thing) -> Iterator[str]:
    """Why an object that is made at its first use may be made too late, or wait for itself."""
    for function, user in users(project, thing).items():
        if isinstance(function, cst.FunctionDef):
            yield from _called_by_python(project, user.tree, function)
            decorators = (callee_of(user.tree, d.decorator) for d in function.decorators)
            places = referring(project, user.tree, function)
            for what in (*map(_REGISTERED.get, decorators), *(_registered(*p) for p in places)):
                if what is not None:
                    yield f"`{function.name.value}` ({user.where}) {what}"


def _called_by_python(project: Project, tree: Tree, method: cst.FunctionDef) -> Iterator[str]:
    cls, name = class_of(tree, method), method.name.value
    if cls is None:
        return
    what = f"`{cls.name.value}.{name}` ({line_in(tree, method)})"
    if name == "__del__":
        yield f"{what} runs whenever an object is dropped, {_MEANWHILE}"
    logs = any(last_name(base.value).endswith(_LOGGING) for base in cls.bases)
    if logs and not referring(project, tree, method):
        yield f"{what} is called for what is logged, {_MEANWHILE}"


def _registered(tree: Tree, node: cst.CSTNode) -> str | None:
    """What becomes of a function where it is mentioned, if it is called by none of the program."""
    outer = tree.parent(node)
    if isinstance(outer, cst.Assign):
        hooks = [dotted(target.target).endswith(".excepthook") for target in outer.targets]
        return f"is told of exceptions, {_MEANWHILE}" if any(hooks) else None
    call = tree.parent(outer)
    return _REGISTERED.get(callee_of(tree, call)) if isinstance(call, cst.Call) else None
