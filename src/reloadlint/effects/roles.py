"""What an object is for, and what releases it: the catalogue's word, or the class's own source."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from reloadlint.effects.values import Class, External, Function, Instance
from reloadlint.facts import records as r
from reloadlint.facts.walk import walk

if TYPE_CHECKING:
    from reloadlint.effects.catalogue import Entry

CLOSER_NAMES = (
    "close",
    "stop",
    "shutdown",
    "disconnect",
    "quit",
    "terminate",
    "cancel",
    "release",
    "cleanup",
    "dispose",
    "destroy",
    "teardown",
    "aclose",
    "__exit__",
)
"""Methods that by convention release what an object holds, the most usual first."""

_CLOSING = re.compile(
    r"(?:close|disconnect|dispose|shutdown|stop|terminate)_?"
    r"(?:all|con|conn|connection|connections|conns|db|database|pool|port|serial|sock|socket"
    r"|thread|threads|worker|workers)"
    r"|clean_up|shut_down|tear_down"
)
_PAIRS = {
    "getconn": {"putconn"},
    "get_conn": {"put_conn", "return_conn", "release_conn"},
    "get_connection": {"put_connection", "return_connection", "release_connection"},
    "acquire": {"release"},
    "checkout": {"checkin"},
    "borrow": {"give_back"},
}
"""Methods that hand something out, and those that take it back."""
_WAITING = frozenset({"get", "wait", "result", "recv", "join", "acquire"})
_HANDING_OVER = frozenset({"put", "put_nowait", "submit", "send_nowait"})
_IN_BACKGROUND = frozenset({"thread", "process"})
_THREAD_API = frozenset({"run", "start"})
_PER_PROCESS = frozenset({"client", "pool", "service"})
"""Roles of what is to live as long as the process, so that this holds for what is made of it."""
_BARE = "stdlib"
_BY_ITSELF = {"client": "client", "pool": "pool"}
"""What Python's own library says of the objects that it makes; a thread may be for anything."""


def closers_of(subject: Instance, entry: Entry | None = None) -> tuple[str, ...]:
    """The methods of an object that release what its constructor, or that call, took."""
    entries = [known for known in (entry, subject.entry) if known is not None]
    known = [name for entry in entries for name in entry.closers]
    if not isinstance(subject.cls, Class):
        return tuple(dict.fromkeys(known))
    own = [name for name in CLOSER_NAMES if isinstance(subject.cls.lookup(name), Function)]
    methods = (method.name for method in _public_methods(subject.cls))
    own += [name for name in methods if _CLOSING.fullmatch(name)]
    inherited = subject.entry.closers if subject.entry is not None else ()
    return tuple(dict.fromkeys([*own, *inherited]))


def is_closer(name: str) -> bool:
    """Whether a method of this name, by convention, releases what its object holds."""
    return name in CLOSER_NAMES or _CLOSING.fullmatch(name) is not None


def role_of(
    subject: Instance, kinds: Iterable[str], entry: Entry, entries: Iterable[Entry] = ()
) -> str:
    """The contract's role of an object that has these effects, by the call with this entry.

    An object of the project's own class is what it is made of, where the catalogue knows that
    (`entries`): a class around a `MongoClient` is a client. Of what is made with bare threads,
    processes and sockets only the class itself says what it is for.
    """
    effects = set(kinds)
    if not isinstance(subject.cls, Class):
        return entry.role
    if effects & {"listen", "device"}:
        return "server" if "listen" in effects else "device"
    known = _made_of(entries)
    if known is not None and not _lends(subject.cls):
        return known
    if not effects & _IN_BACKGROUND:
        return "pool" if _lends(subject.cls) else "connection"
    if effects <= _IN_BACKGROUND:
        return "connection" if _is_asked(subject) else "service"
    return "connection" if closers_of(subject) else "service"


def _made_of(entries: Iterable[Entry]) -> str | None:
    """The role of an object that holds nothing but what these give, if that decides it."""
    held = {
        entry.role if entry.library != _BARE else _BY_ITSELF.get(entry.role) for entry in entries
    }
    if not held or not held <= _PER_PROCESS:
        return None
    return "service" if "service" in held else "client"


def _lends(cls: Class) -> bool:
    """Whether objects of a class hand something out and take it back."""
    taking_back = {m.name for m in _public_methods(cls) if len(m.parameters) > 1}
    names = {method.name for method in _public_methods(cls)}
    return any(take in names and gives & taking_back for take, gives in _PAIRS.items())


def _is_asked(subject: Instance) -> bool:
    """Whether callers use a closeable object for an answer, so that it works for them.

    One that merely takes jobs, or that nobody calls, works on its own: a service. So does one that
    is a thread itself, if no caller waits for it. To start it, or to run what it does, is to ask
    for nothing, if nothing comes of it. What the object itself hands on to be called (a thread's
    target) is no method for callers, unless it returns something: no thread would take that.
    """
    if not closers_of(subject) or not isinstance(subject.cls, Class):
        return False
    methods = [m for m in _public_methods(subject.cls) if not is_closer(m.name)]
    if _is_thread(subject.cls):
        return any(_WAITING.intersection(_called(method.body)) for method in methods)
    handed_on = _handed_on(subject.cls)
    asked = (m for m in methods if m.name not in handed_on or _answers(m))
    return any(not (_hands_over(method) or _only_begins(method)) for method in asked)


def _handed_on(cls: Class) -> set[str]:
    """The methods of a class that it passes as arguments: `Thread(target=self.work)`."""
    names = set()
    for base in cls.mro:
        body = base.definition.body if isinstance(base, Class) else ()
        for call in (node for node in walk(body) if isinstance(node, r.Call)):
            given = (*call.args, *(keyword.value for keyword in call.keywords))
            names |= {v.attr for v in given if isinstance(v, r.Attribute) and _is_self(v.value)}
    return names


def _is_self(value: r.Expr) -> bool:
    return value == r.Name("self")


def _answers(method: r.FunctionDef) -> bool:
    """Whether a method returns anything other than nothing, or its object."""
    inside = walk(method.body, into_definitions=False)
    given = (node.value for node in inside if isinstance(node, r.Return))
    return any(value not in (None, r.Constant(None), r.Name("self")) for value in given)


def _only_begins(method: r.FunctionDef) -> bool:
    """Whether a method starts or does the work, and gives its caller nothing."""
    if method.name not in _THREAD_API or _WAITING.intersection(_called(method.body)):
        return False
    return not _answers(method)


def _is_thread(cls: Class) -> bool:
    return any(isinstance(base, External) for base in cls.mro)


def _public_methods(cls: Class) -> Iterator[r.FunctionDef]:
    is_thread = _is_thread(cls)
    for base in cls.mro:
        for name, value in base.names.items() if isinstance(base, Class) else ():
            hidden = name.startswith("_") or (is_thread and name in _THREAD_API)
            if isinstance(value, Function) and not hidden:
                yield value.definition


def _hands_over(method: r.FunctionDef) -> bool:
    """Whether a method puts a job on a queue and doesn't wait for it."""
    called = set(_called(method.body))
    return bool(called & _HANDING_OVER) and not called & _WAITING


def _called(node: object) -> Iterator[str]:
    """The names of the methods called anywhere in a piece of code; a dictionary's `get` is none."""
    if isinstance(node, tuple):
        for part in node:
            yield from _called(part)
    elif isinstance(node, r.Record):
        if isinstance(node, r.Call) and isinstance(node.func, r.Attribute) and not _is_lookup(node):
            yield node.func.attr
        for field in node.__struct_fields__:
            yield from _called(getattr(node, field))


def _is_lookup(call: r.Call) -> bool:
    """Whether a call of `get` names a key; a queue's says at most whether and how long to wait."""
    if not call.args or not isinstance(call.func, r.Attribute) or call.func.attr != "get":
        return False
    key = call.args[0]
    return not isinstance(key, r.Constant) or isinstance(key.value, str)
