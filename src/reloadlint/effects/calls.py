"""Calls: functions of the project, methods, and what the catalogue knows of libraries."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from reloadlint.effects.builtins import MODELS
from reloadlint.effects.expressions import HANDLES, part_of
from reloadlint.effects.frames import Flow, Scope
from reloadlint.effects.imports import Never
from reloadlint.effects.runs import RUNNERS
from reloadlint.effects.state import DEEPEST_CALL, DEEPEST_RECURSION, Arguments
from reloadlint.effects.statements import Statements
from reloadlint.effects.truth import truth
from reloadlint.effects.values import (
    FALSE,
    NONE,
    UNKNOWN,
    Alternatives,
    Builtin,
    Class,
    Context,
    EnvironmentValue,
    External,
    ExternalMethod,
    Function,
    Instance,
    Literal,
    Mapping,
    Method,
    Partial,
    ReloaderTest,
    Sequence,
    Suspended,
    Value,
    alternatives,
    either,
)
from reloadlint.facts import records as r

if TYPE_CHECKING:
    from reloadlint.effects.catalogue import Condition, Entry
    from reloadlint.facts.records import Expr

_STARTED_LATER = (
    "threading.Thread.start",
    "threading.Timer.start",
    "multiprocessing.Process.start",
)
"""Whether these let the interpreter exit is decided on the object that is started."""

_NEVER_RETURN = frozenset({"sys.exit", "os._exit", "os.abort", "exit", "quit"})


class Calls(Statements):
    """Follows calls."""

    def call(self, callee: Value, args: Arguments) -> Value:
        """Call something; the call's site is on top of the stack."""
        if isinstance(callee, Function):
            return self.call_function(callee, args, UNKNOWN)
        if isinstance(callee, Method):
            return self.call_function(callee.function, args, callee.receiver)
        if isinstance(callee, Class):
            return self.call_class(callee, args)
        if isinstance(callee, External):
            return self._call_external(callee.name, args)
        if isinstance(callee, ExternalMethod):
            return self._call_external_method(callee, args)
        if isinstance(callee, Builtin):
            return callee.call(self, args)
        return self._call_other(callee, args)

    def _call_other(self, callee: Value, args: Arguments) -> Value:
        if isinstance(callee, Partial):
            keywords = {**callee.keywords, **args.keywords}
            positional = [*callee.args, *args.positional]
            return self.call(callee.function, Arguments(positional, keywords, is_open=args.open))
        if isinstance(callee, Alternatives):
            with self.doubting():
                return either(*[self.call(option, args) for option in callee.values])
        if isinstance(callee, Instance):
            caller = self.attribute(callee, "__call__")
            if isinstance(caller, Method):
                return self.call(caller, args)
            callee.keeps += args.all()
            made = Instance(External(f"{callee.class_name}.__call__"))
            made.keeps.append(callee)
            return made
        if isinstance(callee, (ReloaderTest, EnvironmentValue)):
            return callee
        return UNKNOWN

    # Functions of the project

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
        return self._run(function, args)

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
        scope.receiver = args.positional[0] if args.positional else UNKNOWN
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
        """Whether to stop: a recursion is followed further if literal arguments may end it."""
        if self.exhausted or len(self.active) >= DEEPEST_CALL:
            self.cut_short.add(self.loading)
            return True
        definition = function.definition
        running = (
            scope.function.definition is definition for scope in self.active if scope.function
        )
        ends = any(isinstance(value, Literal) for value in args.all())
        return sum(running) >= (DEEPEST_RECURSION if ends else 2)

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

    # Libraries

    def _call_external(self, name: str, args: Arguments) -> Value:
        if name in _NEVER_RETURN:
            raise Never
        model = MODELS.get(name)
        if model is not None:
            return model(self, args)
        if name in RUNNERS:
            self.note_run(External(name), args)
        entry = self.catalogue.lookup(name)
        followed = self.call_library(name, args) if entry is None else None
        if followed is not None:
            return followed
        instance = self._made_by(name, entry)
        instance.keeps += args.all()
        self.construct_external(name, instance, args, entry)
        return instance

    def _made_by(self, name: str, entry: Entry | None) -> Instance:
        if entry is None:
            return Instance(External(name))
        if entry.returns is None:
            return Instance(External(entry.name), entry)
        return Instance(External(entry.returns), self.catalogue.lookup(entry.returns) or entry)

    def construct_external(
        self, name: str, instance: Instance, args: Arguments, entry: Entry | None
    ) -> None:
        """Run a library's constructor on an object."""
        daemon = args.get("daemon")
        if daemon is not None:
            instance.attributes["daemon"] = daemon
        if entry is not None:
            instance.entry = instance.entry or entry
            self._apply(entry, instance, args)
        else:
            self.note_quiet(name)
        instance.keeps += args.all()

    def _apply(self, entry: Entry, owner: Instance, args: Arguments) -> None:
        """Record the effects of a known call, if its arguments let them happen."""
        happens = _happens(entry, args)
        if happens is False or not entry.effects:
            self.note_quiet(entry.name)
            return
        for kind in entry.effects:
            if kind in ("listen", "socket") and self._is_covered(kind, owner, entry):
                continue
            daemon = entry.daemon
            if "daemon" in owner.attributes or entry.name in _STARTED_LATER:
                daemon = self._daemon(owner)
            self.record(kind, owner, entry, daemon=daemon, certain=happens is True)

    def _start(self, entry: Entry, receiver: Instance, args: Arguments) -> None:
        before = list(self.occurrences)
        self._apply(entry, receiver, args)
        if any(o not in before and not o.released for o in self.occurrences):
            self._cover_constructor(receiver)

    def _cover_constructor(self, receiver: Instance) -> None:
        """An object that is started or connected further down is reported there, once."""
        self.occurrences = [
            o
            for o in self.occurrences
            if o.owner is not receiver or o.entry is not receiver.entry or o.released
        ]

    def _force(self, owner: Instance, method: str) -> None:
        """A lazy client is connected by the first method that needs it to be."""
        entry = owner.entry
        if entry is None or method not in entry.forced_by or owner.opened:
            return
        for kind in entry.forced_effects:
            self.record(kind, owner, entry, daemon=entry.daemon, certain=True)

    def _is_covered(self, kind: str, owner: Instance, entry: Entry) -> bool:
        """Whether a report says this already: a socket is reported once, where it gets connected.

        One that is bound or connected further down than it was made is reported there.
        """
        same = [o for o in self.occurrences if o.owner is owner and not o.released]
        made = [o for o in same if o.kind == "socket" and o.entry is not entry]
        if any(o.kind in ("listen", kind) and o not in made for o in same):
            return True
        self.occurrences = [o for o in self.occurrences if o not in made]
        return False

    def _daemon(self, owner: Instance) -> bool | None:
        found = owner.attributes.get("daemon")
        if found is None and isinstance(owner.cls, Class):
            found = owner.cls.lookup("daemon")
        if found is None or found == NONE:
            found = FALSE
        answer = truth(found)
        return answer if isinstance(answer, bool) else None

    def _call_external_method(self, callee: ExternalMethod, args: Arguments) -> Value:
        receiver = callee.receiver
        method = callee.name.rpartition(".")[2]
        self.note_run(callee, args)
        model = MODELS.get(self._method_name(callee))
        if model is not None:
            return model(self, Arguments([receiver, *args.positional], args.keywords))
        entry = self.catalogue.lookup(callee.name)
        if entry is None:
            self.note_quiet(callee.name)
            if method in self._closers(receiver):
                self.release(receiver)
            receiver.keeps += args.all()
            self._force(receiver.origin or receiver, method)
            made = Instance(External(callee.name))
            made.origin = receiver.origin or receiver
            receiver.keeps.append(made)
            if method in HANDLES:
                made.keeps.append(receiver)
            return made
        if entry.returns is None:
            self._start(entry, receiver, args)
            return UNKNOWN
        made = self._made_by(callee.name, entry)
        made.keeps += [receiver, *args.all()]
        self._apply(entry, made, args)
        if made.opened:
            self._cover_constructor(receiver)
        return made

    def _method_name(self, callee: ExternalMethod) -> str:
        """The method's name with its class's catalogued one."""
        owner, _, method = callee.name.rpartition(".")
        entry = self.catalogue.lookup(owner)
        return callee.name if entry is None else f"{entry.name}.{method}"

    def _closers(self, receiver: Instance) -> set[str]:
        entries = [receiver.entry, *(o.entry for o in self.occurrences if o.owner is receiver)]
        return {closer for entry in entries if entry is not None for closer in entry.closers}

    # Iteration

    def items_of(self, value: Value) -> tuple[list[Value], bool]:
        """The items that iterating gives, and whether it gives exactly these."""
        if isinstance(value, Sequence):
            return list(value.items), value.exact
        if isinstance(value, Mapping):
            return list(value.items), value.exact
        if isinstance(value, Suspended) and value.kind == "generator":
            return self.run_generator(value), False
        if isinstance(value, Alternatives):
            return [item for v in value.values for item in self.items_of(v)[0]], False
        if isinstance(value, Class):
            return [v for k, v in value.names.items() if not k.startswith("_")], False
        if isinstance(value, Instance):
            return self._items_of_instance(value)
        if isinstance(value, Literal) and isinstance(value.value, str):
            return [Literal(character) for character in value.value], True
        return [UNKNOWN], False

    def _items_of_instance(self, value: Instance) -> tuple[list[Value], bool]:
        if isinstance(value.cls, External):
            return [part_of(value) if value.entry else UNKNOWN], False
        iterator = self.attribute(value, "__iter__")
        if not isinstance(iterator, Method):
            return [UNKNOWN], False
        made = self.call(iterator, Arguments())
        return ([UNKNOWN], False) if made is value else self.items_of(made)

    def run_generator(self, value: Value) -> list[Value]:
        """Run a generator to its end; what it yields."""
        if not isinstance(value, Suspended) or value.kind != "generator":
            return []
        made = value.run()
        return list(made.items) if isinstance(made, (Sequence, Mapping)) else []


def _rest(args: Arguments, taken: set[str]) -> Mapping:
    rest = Mapping()
    rest.exact = not args.open
    for name, value in args.keywords.items():
        if name not in taken:
            rest.items[Literal(name)] = value
    return rest


def _happens(entry: Entry, args: Arguments) -> bool | None:
    """Whether a call with these arguments has its effects; None where a value decides."""
    answers = [_not(_holds(condition, args)) for condition in entry.unless]
    answers += [_holds(condition, args) for condition in entry.requires]
    if False in answers:
        return False
    return None if None in answers else True


def _not(answer: bool | None) -> bool | None:
    return None if answer is None else not answer


def _holds(condition: Condition, args: Arguments) -> bool | None:
    value = args.get(condition.argument, condition.position)
    if value is None:
        return None if args.open else condition.holds(passed=False)
    answers = set()
    for option in alternatives(value):
        if isinstance(option, Literal):
            answers.add(condition.holds(passed=True, value=option.value))
        else:
            answers.add(condition.holds(passed=True))
    return answers.pop() if len(answers) == 1 else None
