"""What happens to functions that are handed on: who calls them, and when."""

from __future__ import annotations

ENTRIES = frozenset(
    {
        "add_app_template_filter", "add_app_template_global", "add_app_template_test",
        "add_template_filter", "add_template_global", "add_template_test", "add_url_rule",
        "after_app_request", "after_request", "after_this_request", "app_context_processor",
        "app_errorhandler", "app_template_filter", "app_template_global", "app_template_test",
        "app_url_defaults", "app_url_value_preprocessor", "as_view", "before_app_request",
        "before_request", "context_processor", "copy_current_request_context", "delete",
        "endpoint", "errorhandler", "get", "patch", "post", "put", "register_error_handler",
        "route", "shell_context_processor", "stream_with_context", "teardown_app_request",
        "teardown_appcontext", "teardown_request", "template_filter", "template_global",
        "template_test", "unauthorized_handler", "url_defaults", "url_value_preprocessor",
        "user_loader", "request_loader", "verify_password", "verify_token", "with_appcontext",
        "add_resource", "register_blueprint", "add_namespace", "add_command",
    }
)  # fmt: skip
"""Registrations with Flask and its extensions: what is registered runs in a context."""

CALLING = frozenset({"max", "min", "reduce", "sort", "sorted"})
"""Callables that call what they are given before they return."""

LAZY = frozenset(
    {
        "accumulate", "batched", "chain", "compress", "cycle", "dropwhile", "enumerate", "filter",
        "filterfalse", "from_iterable", "groupby", "islice", "iter", "map", "pairwise", "peekable",
        "starmap", "takewhile", "tee", "zip", "zip_longest",
    }
)  # fmt: skip
"""Callables whose results call or consume what they are given, when they are consumed."""

CONSUMING = frozenset(
    {
        "all", "any", "dict", "frozenset", "join", "list", "max", "min", "reduce", "set", "sorted",
        "sum", "tuple", "extend", "update", "next", "jsonify", "writerows", "executemany",
        "stream_with_context", "Counter", "deque", "OrderedDict", "array", "fromkeys",
    }
)  # fmt: skip
"""Callables that run through what they are given before they return, or keep its context."""

REQUEST_SIGNALS = frozenset(
    {
        "appcontext_pushed", "before_render_template", "got_request_exception", "message_flashed",
        "request_finished", "request_started", "template_rendered",
    }
)  # fmt: skip
"""Flask's signals that are sent in a request's context, before its teardown."""

CONTEXT_KEEPING = frozenset({"stream_with_context"})
"""Callables that run a generator later, in the request's context."""

BACKGROUND = {
    "Thread": "a thread's target",
    "start_new_thread": "a thread's target",
    "start_background_task": "a background task",
    "Timer": "a `Timer`",
    "Process": "a process's target",
    "submit": "an executor",
    "run_in_executor": "an executor",
    "apply_async": "a worker",
    "add_job": "a scheduler's job",
    "schedule.repeat": "a scheduler's job",
    "scheduled_job": "a scheduler's job",
    "interval_schedule": "a scheduler's job",
    "call_later": "an event loop",
    "call_soon": "an event loop",
    "call_soon_threadsafe": "an event loop",
    "create_task": "an event loop",
    "add_done_callback": "a callback of a future",
    "call_on_close": "`call_on_close`, which comes after the request's context",
    "spawn": "a greenlet",
    "spawn_later": "a greenlet",
    "atexit.register": "`atexit`",
    "signal.signal": "a signal handler",
    "weakref.finalize": "a finalizer",
    "message_callback_add": "a callback of a client",
    "basic_consume": "a callback of a client",
    "subscribe": "a callback of a client",
    "delay": "a task queue",
    "task": "a task queue",
    "shared_task": "a task queue",
    "periodic_task": "a task queue",
    "actor": "a task queue",
    "on_message": "a callback of a client",
    "on_topic": "a callback of a client",
    "on_connect": "a callback of a client",
    "on_disconnect": "a callback of a client",
    "on_publish": "a callback of a client",
    "message_handler": "a callback of a client",
    "add_handler": "a callback of a client",
    "do": "a scheduler's job",
}
"""Callables and decorators that have it called later, elsewhere; and what that is in words."""

VIEW_METHODS = frozenset(
    {"get", "post", "put", "delete", "patch", "head", "options", "dispatch_request"}
)

CONTEXT_COPIES = frozenset({"copy_current_request_context"})
"""Decorators that give a function a context of its own, wherever it runs."""

KEEPING = frozenset(
    {"append", "appendleft", "add", "insert", "put", "put_nowait", "setdefault", "setattr", "push"}
)
"""Methods that keep what they are given."""

CALLING_BASES = ("Handler", "Listener", "Callback", "Observer", "Consumer", "Worker", "Formatter")
"""How classes end whose methods a library calls, from wherever it is."""

THREADS = frozenset({"Thread", "Timer", "Process"})


def background(name: str) -> str | None:
    """What a callee of this (dotted) name makes of a function in the background, in words."""
    if name in BACKGROUND:
        return BACKGROUND[name]
    last = name.rpartition(".")[2]
    return BACKGROUND.get(last) if last not in ("register", "signal") else None
