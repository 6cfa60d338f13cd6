"""What Python's own functions, and a few of the standard library, do to values.

Only those that objects pass through on their way to an effect: containers, decorators, wrappers.
A model is a function of the solver's state and the call's arguments; adding one is a table entry.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from reloadlint.effects.state import Arguments, State
from reloadlint.effects.truth import RELOADER_VARIABLE, as_value, truth
from reloadlint.effects.values import (
    FALSE,
    NONE,
    RELOADER_TEST,
    TRUE,
    UNKNOWN,
    Builtin,
    Class,
    EnvironmentValue,
    External,
    ExternalMethod,
    Function,
    Instance,
    Literal,
    Mapping,
    Partial,
    Sequence,
    Suspended,
    Value,
    alternatives,
    either,
)

Model: TypeAlias = Callable[[State, Arguments], Value]


def _first(args: Arguments) -> Value:
    return args.positional[0] if args.positional else UNKNOWN


def _text_of(value: Value | None) -> str | None:
    return value.value if isinstance(value, Literal) and isinstance(value.value, str) else None


# Attributes and types


def _getattr(state: State, args: Arguments) -> Value:
    name = _text_of(args.get("name", 1))
    found = UNKNOWN if name is None else state.attribute(_first(args), name)
    return either(found, args.positional[2]) if len(args.positional) > 2 else found


def _setattr(state: State, args: Arguments) -> Value:
    name = _text_of(args.get("name", 1))
    if name is not None and len(args.positional) == 3:
        state.set_attribute(args.positional[0], name, args.positional[2])
    return NONE


def _hasattr(state: State, args: Arguments) -> Value:
    owner, name = _first(args), _text_of(args.get("name", 1))
    if name is None:
        return UNKNOWN
    if isinstance(owner, Instance) and name in owner.attributes:
        return TRUE
    cls = owner.cls if isinstance(owner, Instance) else owner
    if not isinstance(cls, Class):
        return UNKNOWN
    if cls.lookup(name) is not None:
        return TRUE
    known = cls.fully_known and not any(cls.external_bases()) and not cls.lookup("__getattr__")
    return FALSE if known else UNKNOWN


def _isinstance(_state: State, args: Arguments) -> Value:
    if len(args.positional) != 2:
        return UNKNOWN
    value, kind = args.positional
    kinds = kind.items if isinstance(kind, Sequence) else [kind]
    answers = {_is_a(option, one) for option in alternatives(value) for one in kinds}
    if answers == {False}:
        return FALSE
    return TRUE if answers == {True} or (True in answers and _is_one(value)) else UNKNOWN


def _is_one(value: Value) -> bool:
    return len(alternatives(value)) == 1


def _is_a(value: Value, kind: Value) -> bool | None:
    """Whether a value is an instance of a class; None where one of them isn't known."""
    if isinstance(value, Instance) and isinstance(value.cls, Class):
        if isinstance(kind, Class):
            return kind in value.cls.mro
        return False if isinstance(kind, Builtin) else None
    own = _type_name(value)
    if own is None or isinstance(kind, Class):
        return None if own is None else False
    name = getattr(kind, "name", None)
    if name is None:
        return None
    return name == own or (name == "int" and own == "bool")


def _type_name(value: Value) -> str | None:
    if isinstance(value, Literal):
        return type(value.value).__name__
    if isinstance(value, Mapping):
        return "dict"
    return value.kind if isinstance(value, Sequence) else None


def _type(_state: State, args: Arguments) -> Value:
    owner = _first(args)
    return owner.cls if isinstance(owner, Instance) and len(args.positional) == 1 else UNKNOWN


def _bool(_state: State, args: Arguments) -> Value:
    return as_value(truth(_first(args)))


def _callable(_state: State, args: Arguments) -> Value:
    return TRUE if isinstance(_first(args), (Function, Class, Partial, Builtin)) else UNKNOWN


def _identity(_state: State, args: Arguments) -> Value:
    return _first(args)


def _second(_state: State, args: Arguments) -> Value:
    return args.positional[1] if len(args.positional) > 1 else UNKNOWN


# Containers and iteration


def _sequence(kind: str) -> Model:
    def make(state: State, args: Arguments) -> Value:
        if not args.positional:
            return Sequence(kind, [])
        items, exact = state.items_of(args.positional[0])
        return Sequence(kind, items, exact=exact)

    return make


def _dict(_state: State, args: Arguments) -> Value:
    made = Mapping()
    first = _first(args)
    if isinstance(first, Mapping):
        made.items.update(first.items)
        made.others.extend(first.others)
        made.exact = first.exact
    elif args.positional:
        made.exact = False
    made.items.update({Literal(name): value for name, value in args.keywords.items()})
    return made


def _range(_state: State, args: Arguments) -> Value:
    numbers = [v.value for v in args.positional if isinstance(v, Literal)]
    whole = [n for n in numbers if isinstance(n, int)]
    if len(whole) != len(args.positional) or not whole or len(whole) > 2:
        return Sequence("range", [UNKNOWN], exact=False)
    start, stop = (0, whole[0]) if len(whole) == 1 else whole
    return Sequence("range", [Literal(n) for n in range(start, min(stop, start + 100))])


def _enumerate(state: State, args: Arguments) -> Value:
    items, exact = state.items_of(_first(args))
    pairs = [Sequence("tuple", [Literal(n), item]) for n, item in enumerate(items)]
    return Sequence("list", pairs, exact=exact)


def _zip(state: State, args: Arguments) -> Value:
    columns = [state.items_of(value) for value in args.positional]
    rows = zip(*[items for items, _ in columns], strict=False)
    exact = all(exact for _, exact in columns)
    return Sequence("list", [Sequence("tuple", row) for row in rows], exact=exact)


def _map(state: State, args: Arguments) -> Value:
    if len(args.positional) < 2:
        return UNKNOWN
    function, source = args.positional[0], args.positional[1]

    def run() -> Value:
        items, exact = state.items_of(source)
        made = []
        for item in items:
            if exact:
                made.append(state.call(function, Arguments([item])))
            else:
                with state.doubting():
                    made.append(state.call(function, Arguments([item])))
        return Sequence("list", made, exact=exact)

    return Suspended("generator", run)


def _filter(state: State, args: Arguments) -> Value:
    return Suspended(
        "generator",
        lambda: Sequence("list", state.items_of(args.positional[1])[0], exact=False),
    )


def _next(state: State, args: Arguments) -> Value:
    items, _ = state.items_of(_first(args))
    return either(*items, *args.positional[1:])


# Decorators and wrappers


def _wrapped_as(kind: str) -> Model:
    def decorate(_state: State, args: Arguments) -> Value:
        target = _first(args)
        if isinstance(target, Function):
            target.wrapper = kind
        return target

    return decorate


def _partial(_state: State, args: Arguments) -> Value:
    if not args.positional:
        return UNKNOWN
    return Partial(args.positional[0], args.positional[1:], dict(args.keywords))


def _decorator_or_factory(_state: State, args: Arguments) -> Value:
    """`@lru_cache` and `@lru_cache(maxsize=None)`: the function stays what it is."""
    target = _first(args)
    if isinstance(target, (Function, Class)):
        return target
    return Builtin("decorator", lambda _state, inner: _first(inner))


def _dataclass(_state: State, args: Arguments) -> Value:
    target = _first(args)
    if isinstance(target, Class):
        target.names["@dataclass"] = TRUE
        return target
    return Builtin("dataclass", _dataclass)


def _field(_state: State, args: Arguments) -> Value:
    made = Instance(External("dataclasses.field"))
    factory = args.get("default_factory") or args.get("factory")
    if factory is not None:
        made.attributes["default_factory"] = factory
    default = args.get("default")
    if default is not None:
        made.attributes["default"] = default
    return made


# Context managers


def _closing(_state: State, args: Arguments) -> Value:
    made = Instance(External("contextlib.closing"))
    target = _first(args)

    def leave(state: State, _args: Arguments) -> Value:
        return state.call(state.attribute(target, "close"), Arguments())

    made.attributes["__enter__"] = Builtin("enter", lambda _state, _args: target)
    made.attributes["__exit__"] = Builtin("exit", leave)
    return made


def _exit_stack(_state: State, _args: Arguments) -> Value:
    """An `ExitStack`: what is entered or pushed runs backwards when it is left."""
    made = Instance(External("contextlib.ExitStack"))
    pending: list[Callable[[State], Value]] = []

    def enter_context(state: State, args: Arguments) -> Value:
        manager = _first(args)
        entered = state.call(state.attribute(manager, "__enter__"), Arguments())
        leave = state.attribute(manager, "__exit__")
        if isinstance(leave, ExternalMethod):
            pending.append(lambda s: _released(s, leave.receiver))
            return manager
        pending.append(lambda s: s.call(leave, Arguments([NONE, NONE, NONE])))
        return entered

    def callback(_state: State, args: Arguments) -> Value:
        rest = Arguments(args.positional[1:], args.keywords)
        pending.append(lambda s: s.call(_first(args), rest))
        return _first(args)

    def leave_all(state: State, _args: Arguments) -> Value:
        while pending:
            pending.pop()(state)
        return NONE

    made.attributes["enter_context"] = Builtin("enter_context", enter_context)
    made.attributes["callback"] = Builtin("callback", callback)
    made.attributes["__enter__"] = Builtin("enter", lambda _state, _args: made)
    made.attributes["__exit__"] = Builtin("exit", leave_all)
    made.attributes["close"] = Builtin("close", leave_all)
    return made


def _released(state: State, owner: Instance) -> Value:
    state.release(owner)
    return NONE


# The environment and the reloader


def _getenv(_state: State, args: Arguments) -> Value:
    name = _text_of(args.get("key", 0))
    if name == RELOADER_VARIABLE:
        return RELOADER_TEST
    return EnvironmentValue(name or "")


def _registered(state: State, args: Arguments) -> Value:
    """What is called at exit or on a signal keeps what it needs until then."""
    state.escaped += args.all()
    return _first(args)


def _context_pushed(state: State, _args: Arguments) -> Value:
    state.contexts_pushed.add(state.loading)
    return NONE


def _reloader_test(_state: State, _args: Arguments) -> Value:
    return RELOADER_TEST


def _import_module(state: State, args: Arguments) -> Value:
    name = _text_of(args.get("name", 0))
    return state.import_by_name(name) if name else UNKNOWN


# Running what was suspended


def _run_coroutine(_state: State, args: Arguments) -> Value:
    for value in args.positional:
        if isinstance(value, Suspended) and value.kind == "coroutine":
            return value.run()
    return UNKNOWN


def _set_daemon(state: State, args: Arguments) -> Value:
    if len(args.positional) == 2:
        state.set_attribute(args.positional[0], "daemon", args.positional[1])
    return NONE


def _builtin(name: str, model: Model) -> Builtin:
    return Builtin(name, model)


def _unknown(_state: State, _args: Arguments) -> Value:
    return UNKNOWN


_PYTHON: dict[str, Model] = {
    "super": _unknown,
    "locals": _unknown,
    "globals": _unknown,
    "getattr": _getattr,
    "setattr": _setattr,
    "hasattr": _hasattr,
    "type": _type,
    "isinstance": _isinstance,
    "bool": _bool,
    "callable": _callable,
    "iter": _identity,
    "list": _sequence("list"),
    "tuple": _sequence("tuple"),
    "set": _sequence("set"),
    "frozenset": _sequence("set"),
    "sorted": _sequence("list"),
    "reversed": _sequence("list"),
    "any": lambda state, args: _consumed(state, args),
    "all": lambda state, args: _consumed(state, args),
    "sum": lambda state, args: _consumed(state, args),
    "max": lambda state, args: either(*state.items_of(_first(args))[0]),
    "min": lambda state, args: either(*state.items_of(_first(args))[0]),
    "dict": _dict,
    "range": _range,
    "enumerate": _enumerate,
    "zip": _zip,
    "map": _map,
    "filter": _filter,
    "next": _next,
    "property": _wrapped_as("property"),
    "staticmethod": _wrapped_as("static"),
    "classmethod": _wrapped_as("class"),
}


def _consumed(state: State, args: Arguments) -> Value:
    state.items_of(_first(args))
    return UNKNOWN


BUILTINS: dict[str, Value] = {name: _builtin(name, model) for name, model in _PYTHON.items()}
BUILTINS |= {
    name: External(name)
    for name in ("object", "print", "open", "exit", "quit", "len", "str", "int", "float", "bytes")
}
BUILTINS["Exception"] = External("Exception")

MODELS: dict[str, Model] = {
    "functools.partial": _partial,
    "functools.lru_cache": _decorator_or_factory,
    "functools.cache": _decorator_or_factory,
    "functools.cached_property": _wrapped_as("cached"),
    "functools.wraps": lambda _state, _args: Builtin("wraps", lambda _s, inner: _first(inner)),
    "werkzeug.utils.cached_property": _wrapped_as("cached"),
    "contextlib.contextmanager": _wrapped_as("context"),
    "contextlib.closing": _closing,
    "contextlib.ExitStack": _exit_stack,
    "dataclasses.dataclass": _dataclass,
    "dataclasses.field": _field,
    "attr.s": _dataclass,
    "attr.attrs": _dataclass,
    "attr.define": _dataclass,
    "attrs.define": _dataclass,
    "attrs.frozen": _dataclass,
    "attr.ib": _field,
    "attrs.field": _field,
    "typing.cast": _second,
    "copy.copy": _identity,
    "os.getenv": _getenv,
    "os.environ.get": _getenv,
    "werkzeug.serving.is_running_from_reloader": _reloader_test,
    "werkzeug._reloader.is_running_from_reloader": _reloader_test,
    "flask.Flask.app_context.push": _context_pushed,
    "atexit.register": _registered,
    "signal.signal": _registered,
    "weakref.finalize": _registered,
    "importlib.import_module": _import_module,
    "asyncio.run": _run_coroutine,
    "asyncio.get_event_loop.run_until_complete": _run_coroutine,
    "asyncio.new_event_loop.run_until_complete": _run_coroutine,
    "threading.Thread.setDaemon": _set_daemon,
}


# Methods of Python's own objects


def method_of_builtin(value: Value, name: str) -> Value:
    """The method of a text, list, dict or generator, as something that can be called."""
    for kind, methods in _METHODS:
        if isinstance(value, kind) and name in methods:
            method = methods[name]
            return Builtin(name, lambda state, args: method(state, args.after(value)))
    return UNKNOWN


def _append(state: State, args: Arguments) -> Value:
    owner = args.positional[0]
    if isinstance(owner, Sequence):
        owner.items.extend(args.positional[-1:])
        owner.exact = owner.exact and not (state.doubts or state.guards)
    return NONE


def _extend(state: State, args: Arguments) -> Value:
    owner = args.positional[0]
    if isinstance(owner, Sequence) and len(args.positional) > 1:
        items, exact = state.items_of(args.positional[1])
        owner.items.extend(items)
        owner.exact = owner.exact and exact and not (state.doubts or state.guards)
    return NONE


def _pop(_state: State, args: Arguments) -> Value:
    owner = args.positional[0]
    if isinstance(owner, Sequence):
        owner.exact = False
        return either(*owner.items)
    if isinstance(owner, Mapping):
        found = owner.items.pop(args.positional[1], None) if len(args.positional) > 1 else None
        if found is None and owner.exact and len(args.positional) > 2:
            return args.positional[2]
        return found or either(*owner.others, *args.positional[2:], UNKNOWN)
    return UNKNOWN


def _get(_state: State, args: Arguments) -> Value:
    owner, key = args.positional[0], args.positional[1] if len(args.positional) > 1 else UNKNOWN
    if not isinstance(owner, Mapping):
        return UNKNOWN
    if key in owner.items:
        return owner.items[key]
    default = args.positional[2] if len(args.positional) > 2 else NONE
    if owner.exact and isinstance(key, (Literal, Class, External)):
        return default
    return either(*owner.items.values(), *owner.others, default)


def _setdefault(_state: State, args: Arguments) -> Value:
    owner = args.positional[0]
    if not isinstance(owner, Mapping) or len(args.positional) < 3:
        return UNKNOWN
    return owner.items.setdefault(args.positional[1], args.positional[2])


def _update(_state: State, args: Arguments) -> Value:
    owner = args.positional[0]
    other = args.positional[1] if len(args.positional) > 1 else None
    if isinstance(owner, Mapping):
        if isinstance(other, Mapping):
            owner.items.update(other.items)
            owner.others.extend(other.others)
        owner.exact = owner.exact and (other is None or isinstance(other, Mapping))
        owner.items.update({Literal(name): value for name, value in args.keywords.items()})
    return NONE


def _values(_state: State, args: Arguments) -> Value:
    owner = args.positional[0]
    if not isinstance(owner, Mapping):
        return UNKNOWN
    return Sequence("list", [*owner.items.values(), *owner.others], exact=owner.exact)


def _entries(_state: State, args: Arguments) -> Value:
    owner = args.positional[0]
    if not isinstance(owner, Mapping):
        return UNKNOWN
    pairs = [Sequence("tuple", [key, value]) for key, value in owner.items.items()]
    pairs += [Sequence("tuple", [UNKNOWN, value]) for value in owner.others]
    return Sequence("list", pairs, exact=owner.exact)


def _keys(_state: State, args: Arguments) -> Value:
    owner = args.positional[0]
    return (
        Sequence("list", list(owner.items), exact=owner.exact)
        if isinstance(owner, Mapping)
        else UNKNOWN
    )


def _lowered(_state: State, args: Arguments) -> Value:
    text = _text_of(args.positional[0])
    return UNKNOWN if text is None else Literal(text.lower())


def _advance(state: State, args: Arguments) -> Value:
    return either(*state.run_generator(args.positional[0]))


_METHODS: tuple[tuple[type[Value], dict[str, Model]], ...] = (
    (
        Sequence,
        {
            "append": _append,
            "add": _append,
            "appendleft": _append,
            "insert": _append,
            "extend": _extend,
            "pop": _pop,
            "copy": _identity,
        },
    ),
    (
        Mapping,
        {
            "get": _get,
            "pop": _pop,
            "setdefault": _setdefault,
            "update": _update,
            "values": _values,
            "items": _entries,
            "keys": _keys,
            "copy": _dict,
        },
    ),
    (Literal, {"lower": _lowered}),
    (Suspended, {"send": _advance, "__next__": _advance}),
)
