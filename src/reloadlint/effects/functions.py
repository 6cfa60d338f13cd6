"""Calls of the project's own functions."""

from __future__ import annotations

from collections.abc import Callable

from reloadlint.effects.frames import Flow, Scope
from reloadlint.effects.imports import Never
from reloadlint.effects.state import (
    DEEPEST_CALL,
    DEEPEST_RECURSION,
    SHALLOWEST_RECURSION,
    Arguments,
)
from reloadlint.effects.statements import Statements
from reloadlint.effects.values import (
    NONE,
    UNKNOWN,
    Class,
    Context,
    External,
    Function,
    Instance,
    Literal,
    Mapping,
    Sequence,
    Suspended,
    Value,
    either,
)
from reloadlint.facts import records as r
from reloadlint.facts.records import Expr


class Functions(Statements):
    """Calls functions."""

    def call_function(self, function: Function, args: Arguments, receiver: Value) -> Value:
        """Call a function of the project; a generator or coroutine is only made."""
        definition = function.definition
        if receiver is not UNKNOWN and function.wrapper != "static":
            args = args.after(receiver)
        if definition.is_async and not definition.is_generator:
            return Suspended("coroutine", lambda: self._run(function, args))
        if function.wrapper == "context":
            return Context(lambda block: self._run(function, args, block))
        if definition.is_generator:
            return Suspended("generator", lambda: self._collect(function, args))
        if function.results is not None:
            return self._remembered(function, function.results, args)
        return self._run(function, args)

    def _remembered(
        self, function: Function, results: dict[tuple[Value, ...], Value], args: Arguments
    ) -> Value:
        """What a function of `lru_cache` returns: what it did for the same arguments.

        Only loading is kept: each main guard is a process of its own, and so is what rules follow.
        """
        key = _known(args)
        if key is not None and key in results:
            return results[key]
        made = self._run(function, args)
        if key is not None and self.phase == "import":
            results[key] = made
        return made

    def _collect(self, function: Function, args: Arguments) -> Value:
        yielded: list[Value] = []

        def note(value: Value) -> Value:
            yielded.append(value)
            return UNKNOWN

        self._run(function, args, note)
        return Sequence("list", yielded, exact=False)

    def _run(
        self,
        function: Function,
        args: Arguments,
        on_yield: Callable[[Value], Value] | None = None,
    ) -> Value:
        if self._is_too_deep(function, args):
            return self._annotated(function, UNKNOWN)
        scope = Scope("function", function.scope.module, function.scope)
        scope.function = function
        scope.on_yield = on_yield
        scope.arguments = args
        self._bind_parameters(function, args, scope)
        self.active.append(scope)
        try:
            flow = self.execute(function.definition.body, scope)
        finally:
            self.active.pop()
        if not flow & Flow.FALLS and not scope.returns:
            raise Never
        if flow & Flow.FALLS:
            scope.returns.append(NONE)
        return self._annotated(function, either(*scope.returns))

    def _is_too_deep(self, function: Function, args: Arguments) -> bool:
        """Whether to stop: a recursion is followed further if new literal arguments may end it."""
        if self.exhausted or len(self.active) >= DEEPEST_CALL:
            self.cut_short.add(self.loading)
            return True
        definition = function.definition
        running = [
            s
            for s in self.active
            if s.function and s.function.definition is definition and s.parent is function.scope
        ]
        if len(running) < SHALLOWEST_RECURSION:
            return False
        ends = _literals(args) != _literals(running[-1].arguments)
        return not ends or len(running) >= DEEPEST_RECURSION

    def _annotated(self, function: Function, value: Value) -> Value:
        returns = function.definition.returns
        if value is not UNKNOWN or returns is None or function.definition.is_async:
            return value
        return self.typed(value, returns, function.scope)

    def _bind_parameters(self, function: Function, args: Arguments, scope: Scope) -> None:
        position = 0
        taken: set[str] = set()
        for parameter in function.definition.parameters:
            if parameter.kind == "args":
                rest = Sequence("tuple", args.positional[position:], exact=not args.open)
                scope.names[parameter.name] = rest
            elif parameter.kind == "kwargs":
                scope.names[parameter.name] = _rest(args, taken)
            else:
                place = position if parameter.kind == "positional" else None
                value = self._argument(function, parameter, args, place)
                scope.names[parameter.name] = value
                position += parameter.kind == "positional"
                taken.add(parameter.name)

    def _argument(
        self, function: Function, parameter: r.Parameter, args: Arguments, place: int | None
    ) -> Value:
        passed = args.get(parameter.name, place)
        if passed is None and args.open:
            passed = UNKNOWN
        if passed is None:
            passed = function.defaults.get(parameter.name, UNKNOWN)
        if passed is UNKNOWN and parameter.annotation is not None:
            return self.typed(passed, parameter.annotation, function.scope)
        return passed

    def typed(self, value: Value, annotation: Expr, scope: Scope) -> Value:
        """A value that isn't known, as an object of the class its annotation names."""
        if value is not UNKNOWN:
            return value
        cls = self._annotation_class(annotation, scope)
        if isinstance(cls, Class):
            return Instance(cls)
        if isinstance(cls, External) and self.catalogue.lookup(cls.name) is not None:
            return Instance(cls, self.catalogue.lookup(cls.name))
        return value

    def _annotation_class(self, annotation: Expr, scope: Scope) -> Value:
        if isinstance(annotation, r.Constant) and isinstance(annotation.value, str):
            parts = annotation.value.split(".")
            value = scope.find(parts[0]) or UNKNOWN
            for part in parts[1:]:
                value = self.attribute(value, part)
            return value
        if isinstance(annotation, (r.Name, r.Attribute)):
            return self.evaluate(annotation, scope)
        return UNKNOWN


def _known(args: Arguments) -> tuple[Value, ...] | None:
    """The arguments, if each is known to be the same when it is passed again."""
    values = args.all()
    is_known = not args.open and all(isinstance(v, (Literal, Class, Instance)) for v in values)
    return (*values, *map(Literal, args.keywords)) if is_known else None


def _literals(args: Arguments | None) -> list[Value]:
    """The arguments by which a recursion may be counted down, the others as if they were alike."""
    values = args.all() if args else []
    return [value if isinstance(value, Literal) else UNKNOWN for value in values]


def _rest(args: Arguments, taken: set[str]) -> Mapping:
    rest = Mapping()
    rest.exact = not args.open
    for name, value in args.keywords.items():
        if name not in taken:
            rest.items[Literal(name)] = value
    return rest
