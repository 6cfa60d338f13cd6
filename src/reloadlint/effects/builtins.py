"""Which of Python's own functions, and of the standard library's, the solver does itself.

Only those that objects pass through on their way to an effect: containers, decorators, wrappers.
Adding one is a model in `models/` and a line here.
"""

from __future__ import annotations

from reloadlint.effects.models.application_contexts import CONTEXT_MODELS
from reloadlint.effects.models.arguments import Model, first
from reloadlint.effects.models.configuration import CONFIGURATION_MODELS
from reloadlint.effects.models.containers import (
    consumed,
    filtered,
    mapped,
    new_dict,
    new_range,
    new_sequence,
    next_of,
    numbered,
    zipped,
)
from reloadlint.effects.models.contexts import new_closing, new_exit_stack
from reloadlint.effects.models.coroutines import COROUTINE_MODELS
from reloadlint.effects.models.decorators import (
    as_dataclass,
    caching,
    dataclass_field,
    new_partial,
    wrapped_as,
)
from reloadlint.effects.models.environment import (
    getenv,
    import_module,
    registered,
    reloader_test,
    set_daemon,
    unknown,
)
from reloadlint.effects.models.processes import PROCESS_MODELS
from reloadlint.effects.models.types import (
    as_bool,
    get_attribute,
    has_attribute,
    is_callable,
    is_instance,
    new_object,
    same,
    second,
    set_attribute,
    type_of,
)
from reloadlint.effects.values import Builtin, External, Value, either

_PYTHON: dict[str, Model] = {
    "super": unknown,
    "locals": unknown,
    "globals": unknown,
    "getattr": get_attribute,
    "setattr": set_attribute,
    "hasattr": has_attribute,
    "type": type_of,
    "isinstance": is_instance,
    "bool": as_bool,
    "callable": is_callable,
    "iter": same,
    "list": new_sequence("list"),
    "tuple": new_sequence("tuple"),
    "set": new_sequence("set"),
    "frozenset": new_sequence("set"),
    "sorted": new_sequence("list"),
    "reversed": new_sequence("list"),
    "any": lambda state, args: consumed(state, args),
    "all": lambda state, args: consumed(state, args),
    "sum": lambda state, args: consumed(state, args),
    "max": lambda state, args: either(*state.items_of(first(args))[0]),
    "min": lambda state, args: either(*state.items_of(first(args))[0]),
    "dict": new_dict,
    "range": new_range,
    "enumerate": numbered,
    "zip": zipped,
    "map": mapped,
    "filter": filtered,
    "next": next_of,
    "property": wrapped_as("property"),
    "staticmethod": wrapped_as("static"),
    "classmethod": wrapped_as("class"),
}


BUILTINS: dict[str, Value] = {name: Builtin(name, model) for name, model in _PYTHON.items()}
BUILTINS |= {
    name: External(name)
    for name in ("object", "print", "open", "exit", "quit", "len", "str", "int", "float", "bytes")
}
BUILTINS["Exception"] = External("Exception")

MODELS: dict[str, Model] = {
    "object.__new__": new_object,
    "functools.partial": new_partial,
    "functools.lru_cache": caching,
    "functools.cache": caching,
    "functools.cached_property": wrapped_as("cached"),
    "functools.wraps": lambda _state, _args: Builtin("wraps", lambda _s, inner: first(inner)),
    "werkzeug.utils.cached_property": wrapped_as("cached"),
    "contextlib.contextmanager": wrapped_as("context"),
    "contextlib.asynccontextmanager": wrapped_as("context"),
    "contextlib.closing": new_closing,
    "contextlib.ExitStack": new_exit_stack,
    "dataclasses.dataclass": as_dataclass,
    "dataclasses.field": dataclass_field,
    "attr.s": as_dataclass,
    "attr.attrs": as_dataclass,
    "attr.define": as_dataclass,
    "attrs.define": as_dataclass,
    "attrs.frozen": as_dataclass,
    "attr.ib": dataclass_field,
    "attrs.field": dataclass_field,
    "typing.cast": second,
    "copy.copy": same,
    "os.getenv": getenv,
    "os.environ.get": getenv,
    "werkzeug.serving.is_running_from_reloader": reloader_test,
    "werkzeug._reloader.is_running_from_reloader": reloader_test,
    **CONTEXT_MODELS,
    **CONFIGURATION_MODELS,
    **COROUTINE_MODELS,
    **PROCESS_MODELS,
    "atexit.register": registered,
    "signal.signal": registered,
    "weakref.finalize": registered,
    "importlib.import_module": import_module,
    "threading.Thread.setDaemon": set_daemon,
    "peewee.Database.connection_context": same,
    "peewee.SqliteDatabase.connection_context": same,
}
