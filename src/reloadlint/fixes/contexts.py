"""Whether code runs inside an application context, as far as the source shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from reloadlint.fixes.applications import qualified_name
from reloadlint.fixes.callbacks import (
    BACKGROUND,
    CALLING,
    CALLING_BASES,
    CONSUMING,
    CONTEXT_COPIES,
    ENTRIES,
    KEEPING,
    LAZY,
    THREADS,
    VIEW_METHODS,
    background,
)
from reloadlint.fixes.functions import (
    class_of,
    definition_of,
    is_generator,
    naming,
    own_nodes,
    referring,
    wrapped_by,
)
from reloadlint.fixes.guards import in_main_guard, opens_context
from reloadlint.fixes.project import Project
from reloadlint.fixes.references import Use
from reloadlint.fixes.tree import FunctionNode, Tree, dotted, last_name


class Trouble(NamedTuple):
    """Why code may run without an application context; `fatal` if it runs while loading."""

    reason: str
    fatal: bool = False


class Contexts:
    """Answers for the functions of a project how they come to run."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._known: dict[FunctionNode, list[Trouble]] = {}

    def troubles(self, use: Use) -> list[Trouble]:
        """What speaks against a use in a function; the worst first."""
        found = list(self._at(use.tree, use.node))
        return sorted(dict.fromkeys(found), key=lambda trouble: not trouble.fatal)

    def leaving(self, use: Use) -> list[Trouble]:
        """What of a local name's use speaks for a time after the function has returned."""
        lazy = _lazy(use.tree, use.node, rows=True)
        if lazy is not None:
            return [Trouble(f"a generator in {_line(use.tree, lazy)} may go on after the request")]
        function = use.tree.function_of(use.node)
        owner = use.tree.scope(use.node)
        bound = [a.scope for a in owner[_name(use.node)]]
        if function is None or owner in bound:
            return []
        if is_generator(function) and self._is_streamed(use.tree, function):
            return [Trouble(f"a generator has it ({_line(use.tree, use.node)}) after the request")]
        return [trouble for trouble in self._function(use.tree, function) if not trouble.fatal]

    def _is_streamed(self, tree: Tree, function: FunctionNode) -> bool:
        """Whether a generator is handed to `stream_with_context`, which keeps the names alone."""
        if not isinstance(function, cst.FunctionDef):
            return False
        places = referring(self._project, tree, function)
        calls = [(where, where.parent(where.parent(node))) for where, node in places]
        return any(
            isinstance(arg, cst.Arg) and last_name(where.parent(arg)) == "stream_with_context"
            for where, arg in calls
        )

    def _at(self, tree: Tree, node: cst.CSTNode) -> Iterator[Trouble]:
        """For code at a node: why it may run without a context."""
        if opens_context(tree, node):
            return
        lazy = _lazy(tree, node)
        if lazy is not None:
            yield Trouble(f"a generator in {_line(tree, lazy)} may go on after the request")
        function = tree.function_of(node)
        if function is not None:
            yield from self._function(tree, function)
        elif in_main_guard(tree, node):
            yield Trouble(f"it runs in the main guard ({_line(tree, node)}), without a context")
        elif self._is_outside(tree):
            yield Trouble(f"{_line(tree, node)} runs without an application context")
        else:
            yield Trouble(f"{_line(tree, node)} runs at module level, while loading", fatal=True)

    def _function(self, tree: Tree, function: FunctionNode) -> list[Trouble]:
        """Why a function may run without a context."""
        if function not in self._known:
            self._known[function] = []  # of a recursion, the other callers decide
            self._known[function] = list(self._of_function(tree, function))
        return self._known[function]

    def _of_function(self, tree: Tree, function: FunctionNode) -> Iterator[Trouble]:
        if self._is_outside(tree):
            yield Trouble(f"{_line(tree, function)} runs without an application context")
            return
        if isinstance(function, cst.Lambda):
            yield from self._reference(tree, function, function)
            return
        if any(last_name(d.decorator) in CONTEXT_COPIES for d in function.decorators):
            return
        if function.asynchronous is not None:
            yield Trouble(
                f"`{function.name.value}` is async: Flask runs it in another thread than the "
                "teardown"
            )
        yield from self._decorated(tree, function)
        if is_generator(function) and _is_view_function(function):
            yield Trouble(
                f"the view `{function.name.value}` is a generator: it runs after the request"
            )
        cls = class_of(tree, function)
        if cls is not None:
            yield from self._of_class(tree, cls, function)
            if _is_view(cls, function):
                return
        for where, node in referring(self._project, tree, function):
            yield from self._reference(where, node, function)

    def _of_class(
        self, tree: Tree, cls: cst.ClassDef, function: cst.FunctionDef
    ) -> Iterator[Trouble]:
        bases = {last_name(base.value) for base in cls.bases}
        if function.name.value == "run" and bases & THREADS:
            yield Trouble(f"`{cls.name.value}.run` is {BACKGROUND['Thread']}")
        for base in sorted(bases):
            if base.endswith(CALLING_BASES) and not referring(self._project, tree, function):
                yield Trouble(
                    f"`{function.name.value}` of `{cls.name.value}` is called by whatever uses "
                    f"the `{base}`"
                )
        if function.name.value == "__call__":
            for where, node in naming(self._project, tree, cls.name):
                statement = where.source(where.statement_of(node))
                if ".wsgi_app" in statement.partition("=")[0]:
                    yield Trouble(f"`wsgi_app` is wrapped by it in {_line(where, node)}")

    def _is_outside(self, tree: Tree) -> bool:
        """Whether a module is a test or a script: no server loads it."""
        return self._project.is_test(tree.path) or tree.path not in self._project.flask_modules

    # Decorators

    def _decorated(self, tree: Tree, function: cst.FunctionDef) -> Iterator[Trouble]:
        names = [_callee(tree, decorator.decorator) for decorator in function.decorators]
        for name in names:
            last = name.rpartition(".")[2]
            if last == "command" and not self._has_context(tree, function, name, names):
                yield Trouble(
                    f"`{function.name.value}` is a command without an application context; "
                    "`with_appcontext` gives it one"
                )
            elif (handed := background(name)) is not None:
                yield Trouble(f"`{function.name.value}` is handed to {handed}")
            elif "tearing_down" in name:
                yield _after_teardown(function.name, name)
        for decorator in function.decorators:
            yield from self._kept_by(tree, decorator, function)

    def _kept_by(
        self, tree: Tree, decorator: cst.Decorator, function: cst.FunctionDef
    ) -> Iterator[Trouble]:
        """A decorator of the project that hands the function on, or keeps it."""
        used = decorator.decorator
        func = used.func if isinstance(used, cst.Call) else used
        found = definition_of(self._project, tree, func)
        if found is None or not isinstance(found[1], cst.FunctionDef):
            return
        where, maker = found
        for inner in (maker, *(n for n in own_nodes(maker.body) if isinstance(n, cst.FunctionDef))):
            for parameter in inner.params.params if isinstance(inner, cst.FunctionDef) else ():
                for _, node in naming(self._project, where, parameter.name):
                    if _is_kept(where, node):
                        yield Trouble(
                            f"the decorator `{maker.name.value}` keeps `{function.name.value}`, "
                            "to be called elsewhere"
                        )
                        return

    def _has_context(
        self, tree: Tree, function: cst.FunctionDef, name: str, names: list[str]
    ) -> bool:
        if any("with_appcontext=False" in tree.source(d.decorator) for d in function.decorators):
            return False
        if ".cli." in f".{name}" or any(n.endswith("with_appcontext") for n in names):
            return True
        group = name.rpartition(".")[0]
        made = [a.node for a in tree.global_scope[group] if hasattr(a, "node")] if group else []
        calls = [tree.parent(tree.parent(node)) for node in made if isinstance(node, cst.Name)]
        made_from = {last_name(getattr(call, "value", None)) for call in calls}
        return bool(made_from & {"AppGroup", "FlaskGroup"})

    # References

    def _reference(
        self, tree: Tree, node: cst.CSTNode, function: FunctionNode
    ) -> Iterator[Trouble]:
        """What a mention of a function says about when it runs."""
        parent = tree.parent(node)
        if isinstance(parent, cst.Call) and parent.func is node:
            yield from self._called(tree, parent, function)
        elif isinstance(parent, cst.Arg):
            yield from self._handed_on(tree, parent, node, function)
        elif isinstance(parent, cst.Decorator):
            yield from self._decoration(tree, parent)
        elif isinstance(parent, cst.Return):
            yield from self._returned(tree, parent)
        elif isinstance(parent, cst.Attribute) and parent.value is node:
            handed = background(parent.attr.value)
            if handed is not None:
                yield Trouble(f"{_line(tree, node)} hands `{_name(node)}` to {handed}")
        elif isinstance(parent, cst.Assign) and len(parent.targets) == 1:
            yield from self._assigned(tree, parent, node, function)
        elif isinstance(parent, (cst.AnnAssign, cst.Element, cst.DictElement)):
            yield from self._in_table(tree, node)

    def _assigned(
        self, tree: Tree, assign: cst.Assign, node: cst.CSTNode, function: FunctionNode
    ) -> Iterator[Trouble]:
        """The function gets another name, or is kept in a table."""
        target = assign.targets[0].target
        if isinstance(target, cst.Name):
            for where, mention in naming(self._project, tree, target):
                yield from self._reference(where, mention, function)
        elif "jinja_env" not in tree.source(target):
            yield _kept(tree, node)

    def _in_table(self, tree: Tree, node: cst.CSTNode) -> Iterator[Trouble]:
        """The function is kept in a table; a context processor's is called by a template."""
        outer = tree.function_of(node)
        decorators = outer.decorators if isinstance(outer, cst.FunctionDef) else ()
        if not any("context_processor" in last_name(d.decorator) for d in decorators):
            yield _kept(tree, node)

    def _called(self, tree: Tree, call: cst.Call, function: FunctionNode) -> Iterator[Trouble]:
        lazy = is_generator(function) and not _is_context_manager(function)
        if lazy and not consumed(tree, call):
            yield Trouble(
                f"the generator `{_name(call.func)}` may go on after the request "
                f"({_line(tree, call)})"
            )
            return
        for trouble in self._at(tree, call):
            if trouble.fatal and trouble.reason.startswith(_line(tree, call)):
                where = _line(tree, call)
                yield Trouble(f"`{_name(call.func)}` is called at module level in {where}", True)
            else:
                yield trouble

    def _handed_on(
        self, tree: Tree, arg: cst.Arg, node: cst.CSTNode, function: FunctionNode
    ) -> Iterator[Trouble]:
        call = tree.parent(arg)
        assert isinstance(call, cst.Call)
        name = _callee(tree, call)
        last = name.rpartition(".")[2]
        if (handed := background(name)) is not None:
            yield Trouble(f"{_line(tree, node)} hands `{_name(node)}` to {handed}")
        elif last == "partial":
            yield from self._reference(tree, call, function)
        elif last in CALLING:
            yield from self._at(tree, call)
        elif last in LAZY and not name.startswith("."):
            yield from self._lazily(tree, call)
        elif "tearing_down" in name:
            yield _after_teardown(node, name)
        elif last not in ENTRIES - VIEW_METHODS and "jinja_env" not in name:
            yield Trouble(
                f"{_line(tree, node)} hands `{_name(node)}` to `{last}`, which may call it "
                "outside a request"
            )

    def _lazily(self, tree: Tree, call: cst.Call) -> Iterator[Trouble]:
        """`map` and the like call when they are consumed; a pool's `map`, in its threads."""
        if isinstance(call.func, cst.Attribute) and not qualified_name(tree, call.func):
            yield Trouble(f"{_line(tree, call)} hands it to an executor (`{dotted(call.func)}`)")
        elif not consumed(tree, call):
            yield Trouble(f"the `{last_name(call)}` in {_line(tree, call)} may go on later")
        else:
            yield from self._at(tree, call)

    def _decoration(self, tree: Tree, decorator: cst.Decorator) -> Iterator[Trouble]:
        """The function is used as a decorator: its body runs where it decorates."""
        for trouble in self._at(tree, decorator):
            reason = f"it decorates a function at module level in {_line(tree, decorator)}"
            yield Trouble(reason, True) if trouble.fatal else trouble

    def _returned(self, tree: Tree, node: cst.Return) -> Iterator[Trouble]:
        """The function is a decorator's wrapper: it runs when what is decorated does."""
        outer = tree.function_of(node)
        targets = list(wrapped_by(self._project, tree, outer)) if outer is not None else []
        for target in targets:
            if target is None:
                yield Trouble(f"{_line(tree, node)} returns a function that may run elsewhere")
            else:
                yield from self._function(*target)


def _is_kept(tree: Tree, node: cst.CSTNode) -> bool:
    parent = tree.parent(node)
    if isinstance(parent, cst.Arg):
        call = tree.parent(parent)
        last = last_name(call)
        name = _callee(tree, call) if isinstance(call, cst.Call) else ""
        return last in KEEPING or background(name) is not None
    if isinstance(parent, cst.Assign) and parent.value is node:
        return any(isinstance(t.target, (cst.Attribute, cst.Subscript)) for t in parent.targets)
    return False


def _after_teardown(node: cst.CSTNode, name: str) -> Trouble:
    signal = next(part for part in name.split(".") if "tearing_down" in part)
    return Trouble(f"`{_name(node)}` is called by the signal `{signal}`, after the teardown")


def _kept(tree: Tree, node: cst.CSTNode) -> Trouble:
    return Trouble(f"`{_name(node)}` is kept in {_line(tree, node)}, to be called elsewhere")


def _line(tree: Tree, node: cst.CSTNode) -> str:
    return f"line {tree.line(node)} of {tree.path}"


def _name(node: cst.CSTNode) -> str:
    return dotted(node) or last_name(node) or "lambda"


def _callee(tree: Tree, node: cst.BaseExpression) -> str:
    """The dotted name of what is called, in full where it is imported."""
    func = node.func if isinstance(node, cst.Call) else node
    written = dotted(func) or last_name(func)
    return qualified_name(tree, func) or written


def _is_view_function(function: cst.FunctionDef) -> bool:
    names = {last_name(decorator.decorator) for decorator in function.decorators}
    return bool(names & {"route", "get", "post", "put", "delete", "patch"})


def _is_view(cls: cst.ClassDef, function: cst.FunctionDef) -> bool:
    bases = [last_name(base.value) for base in cls.bases]
    named = any(base.endswith(("View", "Resource")) for base in bases)
    return named and function.name.value in VIEW_METHODS


def _is_context_manager(function: FunctionNode) -> bool:
    decorators = function.decorators if isinstance(function, cst.FunctionDef) else ()
    names = {last_name(decorator.decorator) for decorator in decorators}
    return bool(names & {"contextmanager", "asynccontextmanager", "fixture", "stream_with_context"})


def _lazy(tree: Tree, node: cst.CSTNode, *, rows: bool = False) -> cst.GeneratorExp | None:
    """The generator expression that runs a node later than where it is written, if one does.

    `rows`: what it goes through counts too, since its rows are fetched later.
    """
    inner = node
    for outer in tree.ancestors(node):
        if isinstance(outer, (cst.FunctionDef, cst.Lambda)):
            return None
        if isinstance(outer, cst.GeneratorExp) and not consumed(tree, outer):
            first = outer.for_in.iter
            if not (inner is outer.for_in and _within(tree, node, first)):
                return outer
            if inner is outer.for_in and rows:
                return outer
        inner = outer
    return None


def _within(tree: Tree, node: cst.CSTNode, outer: cst.CSTNode) -> bool:
    return node is outer or any(ancestor is outer for ancestor in tree.ancestors(node))


def consumed(tree: Tree, generator: cst.BaseExpression) -> bool:
    """Whether what makes values one by one is run to its end at once, or keeps its context."""
    parent = tree.parent(generator)
    if isinstance(parent, (cst.For, cst.CompFor)) and parent.iter is generator:
        return True
    if isinstance(parent, cst.From):
        return True
    if isinstance(parent, cst.Arg):
        call = tree.parent(parent)
        if last_name(call) in LAZY and isinstance(call, cst.Call):
            return consumed(tree, call)
        return last_name(call) in CONSUMING
    return isinstance(parent, cst.StarredElement)
