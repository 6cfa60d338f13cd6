"""Whether code runs inside an application context, as far as the source shows."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from reloadlint.fixes.reading.applications import applications
from reloadlint.fixes.reading.callbacks import (
    BACKGROUND,
    CALLING_BASES,
    CONTEXT_COPIES,
    THREADS,
)
from reloadlint.fixes.reading.decorators import decorated
from reloadlint.fixes.reading.functions import class_of, is_generator, naming, referring
from reloadlint.fixes.reading.guards import in_main_guard, opens_context, runs_application
from reloadlint.fixes.reading.laziness import lazy_around
from reloadlint.fixes.reading.mentions import Mentions
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.references import Use
from reloadlint.fixes.reading.setting_up import is_recorded, registers
from reloadlint.fixes.reading.tree import FunctionNode, Tree, last_name
from reloadlint.fixes.reading.troubles import Trouble, line_in, name_of

__all__ = ["Contexts", "Trouble"]


class Contexts:
    """Answers for the functions of a project how they come to run.

    `any_thread`: it doesn't matter in which thread they do.
    """

    def __init__(self, project: Project, *, any_thread: bool = False) -> None:
        self._project = project
        self._any_thread = any_thread
        self._known: dict[FunctionNode, list[Trouble]] = {}
        self._mentions = Mentions(project, self)

    def troubles(self, use: Use) -> list[Trouble]:
        """What speaks against a use in a function; the worst first."""
        found = list(self.at(use.tree, use.node))
        return sorted(dict.fromkeys(found), key=lambda trouble: not trouble.fatal)

    def leaving(self, use: Use) -> list[Trouble]:
        """What of a local name's use speaks for a time after the function has returned."""
        lazy = lazy_around(use.tree, use.node, rows=True)
        if lazy is not None:
            return [
                Trouble(f"a generator in {line_in(use.tree, lazy)} may go on after the request")
            ]
        function = use.tree.function_of(use.node)
        owner = use.tree.scope(use.node)
        bound = [a.scope for a in owner[name_of(use.node)]]
        if function is None or owner in bound:
            return []
        if is_generator(function) and self._is_streamed(use.tree, function):
            return [
                Trouble(f"a generator has it ({line_in(use.tree, use.node)}) after the request")
            ]
        return [trouble for trouble in self.of_function(use.tree, function) if not trouble.fatal]

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

    def at(self, tree: Tree, node: cst.CSTNode) -> Iterator[Trouble]:
        """For code at a node: why it may run without a context."""
        if opens_context(tree, node):
            return
        lazy = lazy_around(tree, node)
        if lazy is not None:
            yield Trouble(f"a generator in {line_in(tree, lazy)} may go on after the request")
        function, where = tree.function_of(node), line_in(tree, node)
        if function is not None and self._is_factory(tree, function):
            reason = f"{where} runs where the application is made or run, outside of any context"
            yield Trouble(reason, fatal=True, place=(tree, node))
        elif function is not None and self._sets_up(tree, function):
            reason = f"{where} runs where the application is set up, outside of any context"
            yield Trouble(reason, fatal=True, place=(tree, node))
        elif function is not None:
            yield from self._placed(tree, node, function)
        elif in_main_guard(tree, node):
            reason = f"it runs in the main guard ({where}), without a context"
            yield Trouble(reason, place=(tree, node))
        elif self._is_outside(tree):
            yield Trouble(f"{where} runs without an application context")
        else:
            reason = f"{where} runs at module level, while loading"
            yield Trouble(reason, fatal=True, place=(tree, node))

    def _placed(self, tree: Tree, node: cst.CSTNode, function: FunctionNode) -> Iterator[Trouble]:
        """What speaks against a function; in one that only works aside, with the place for it."""
        troubles = self.of_function(tree, function)
        aside = [trouble for trouble in troubles if trouble.aside and trouble.place is None]
        alone = (
            isinstance(function, cst.FunctionDef)
            and not function.asynchronous
            and bool(aside)
            and len(aside) >= len(list(referring(self._project, tree, function)))
        )
        for trouble in troubles:
            if trouble not in aside:
                yield trouble
            elif alone:
                yield trouble._replace(place=(tree, node))
            else:
                yield trouble._replace(aside=False)

    def of_function(self, tree: Tree, function: FunctionNode) -> list[Trouble]:
        """Why a function may run without a context."""
        if function not in self._known:
            self._known[function] = []  # of a recursion, the other callers decide
            self._known[function] = list(self._why(tree, function))
        return self._known[function]

    def _why(self, tree: Tree, function: FunctionNode) -> Iterator[Trouble]:
        if self._is_outside(tree):
            yield Trouble(f"{line_in(tree, function)} runs without an application context")
            return
        if isinstance(function, cst.Lambda):
            yield from self._mentions.of(tree, function, function)
            return
        if any(last_name(d.decorator) in CONTEXT_COPIES for d in function.decorators):
            return
        if function.asynchronous is not None and not self._any_thread:
            yield Trouble(
                f"`{function.name.value}` is async: Flask runs it in another thread than the "
                "teardown"
            )
        yield from decorated(self._project, tree, function)
        if is_generator(function) and _is_view_function(function):
            yield Trouble(
                f"the view `{function.name.value}` is a generator: it runs after the request"
            )
        cls = class_of(tree, function)
        if cls is not None:
            yield from self._of_class(tree, cls, function)
        for where, node in referring(self._project, tree, function):
            yield from self._mentions.of(where, node, function)

    def _of_class(
        self, tree: Tree, cls: cst.ClassDef, function: cst.FunctionDef
    ) -> Iterator[Trouble]:
        bases = {last_name(base.value) for base in cls.bases}
        if function.name.value == "run" and bases & THREADS:
            yield Trouble(f"`{cls.name.value}.run` is {BACKGROUND['Thread']}", aside=True)
        for base in sorted(bases):
            if base.endswith(CALLING_BASES) and not referring(self._project, tree, function):
                yield Trouble(
                    f"`{function.name.value}` of `{cls.name.value}` is called by whatever uses "
                    f"the `{base}`",
                    aside=True,
                )
        if function.name.value == "__call__":
            for where, node in naming(self._project, tree, cls.name):
                statement = where.source(where.statement_of(node))
                if ".wsgi_app" in statement.partition("=")[0]:
                    yield Trouble(f"`wsgi_app` is wrapped by it in {line_in(where, node)}")

    def _is_factory(self, tree: Tree, function: FunctionNode) -> bool:
        """Whether a function makes an application, or runs one."""
        made = applications(self._project, {tree.path})
        if isinstance(function, cst.FunctionDef) and _is_view_function(function):
            return False
        return any(app.function is function for app in made) or runs_application(function)

    def _sets_up(self, tree: Tree, function: FunctionNode) -> bool:
        """Whether a blueprint runs a function when it is registered, or nobody knows who does."""
        if is_recorded(function):
            return True
        if not isinstance(function, cst.FunctionDef) or not registers(function):
            return False
        return not referring(self._project, tree, function)

    def _is_outside(self, tree: Tree) -> bool:
        """Whether a module is a test or a script: no server loads it."""
        return self._project.is_test(tree.path) or tree.path not in self._project.flask_modules


def _is_view_function(function: cst.FunctionDef) -> bool:
    names = {last_name(decorator.decorator) for decorator in function.decorators}
    return bool(names & {"route", "get", "post", "put", "delete", "patch"})
