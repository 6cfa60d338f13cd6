"""RL203: an exit handler that is called instead of passed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from reloadlint.effects.frames import Scope
from reloadlint.effects.observer import Observer
from reloadlint.effects.roles import CLOSER_NAMES
from reloadlint.effects.values import (
    Builtin,
    Class,
    External,
    ExternalMethod,
    Function,
    Method,
    ModuleValue,
    Partial,
)
from reloadlint.facts import records as r
from reloadlint.facts.walk import walk
from reloadlint.findings import Severity
from reloadlint.rules.program import Program, ProgramRule, Report

if TYPE_CHECKING:
    from reloadlint.project.modules import Module

_CALLABLES = (Function, Method, ExternalMethod, Partial, Builtin, Class)
_WORDS = frozenset({*CLOSER_NAMES, "clean", "end", "exit", "kill", "logout", "save"})


class CloserCalledTooEarly(ProgramRule):
    """`atexit.register(x.close())` closes at once, and has nothing to register.

    ## What it does

    Reports a call of a closer that stands where `atexit.register` expects a function.

    ## Why is this bad?

    The closer runs while the module is loaded, so the object is gone before the first request.
    What it returned, usually None, can't be called: `TypeError: the first argument must be
    callable`.

    ## Known problems

    A closer that returns a function is not reported where its source says so.

    ## Example

    ```python
    atexit.register(scheduler.shutdown())
    ```

    ## Use instead

    ```python
    atexit.register(scheduler.shutdown)
    atexit.register(scheduler.shutdown, wait=False)
    ```

    ## Fix safety

    There is no automatic fix.
    """

    code = "RL203"
    name = "closer-called-too-early"
    severity = Severity.ERROR

    def check(self, program: Program) -> Iterator[Report]:
        """Calls of `atexit.register` whose function is the result of a closer."""
        for module in program.mentioning("atexit"):
            facts = program.solver.facts_of(module.module) if module.module else None
            names = _names_of_register(facts.body if facts else ())
            for node in walk(facts.body) if facts else ():
                if isinstance(node, r.Call) and node.text in names and node.args:
                    yield from self._judge(program, module, node, node.args[0])

    def _judge(
        self, program: Program, module: ModuleValue, call: r.Call, handler: r.Expr
    ) -> Iterator[Report]:
        if not isinstance(handler, r.Call) or not _closes(program, handler):
            return
        if module.module is None or _gives_function(program, module, handler):
            return
        yield _report(module.module, call, handler)


def _report(module: Module, call: r.Call, handler: r.Call) -> Report:
    return Report(
        rule=CloserCalledTooEarly,
        severity=CloserCalledTooEarly.severity,
        message=f"`{handler.text}()` is called here, not registered",
        path=module.path,
        span=call.span,
        call="atexit.register",
        consequence="The object is closed at once; what its closer returns can't be registered.",
        remedy=f"Pass the function itself: `atexit.register({handler.text})`.",
    )


def _names_of_register(body: tuple[r.Stmt, ...]) -> set[str]:
    """How this module writes `atexit.register`."""
    names = set()
    for node in walk(body):
        if isinstance(node, r.Import):
            used = (a.asname or a.name for a in node.names if a.name == "atexit")
            names |= {f"{name}.register" for name in used}
        elif isinstance(node, r.ImportFrom) and node.module == "atexit":
            names |= {a.asname or a.name for a in node.names if a.name == "register"}
    return names


def _closes(program: Program, handler: r.Call) -> bool:
    """Whether a call is that of a closer, by its name."""
    if isinstance(handler.func, r.Attribute):
        name = handler.func.attr
        return name in program.solver.catalogue.closers or _is_closing_word(name)
    return isinstance(handler.func, r.Name) and _is_closing_word(handler.func.id)


def _is_closing_word(name: str) -> bool:
    words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name)
    return bool({word.lower() for word in words} & _WORDS) or name in _WORDS


def _gives_function(program: Program, module: ModuleValue, handler: r.Call) -> bool:
    """Whether the call is known to return something that can be called."""
    observer = Observer(program.base)
    scope = Scope("function", module, Scope("module", module))
    callee = observer.evaluate(handler.func, scope)
    if isinstance(callee, (External, ExternalMethod, Class)):
        return isinstance(callee, Class) or callee.name.startswith("functools.")
    return isinstance(observer.evaluate(handler, scope), _CALLABLES)
