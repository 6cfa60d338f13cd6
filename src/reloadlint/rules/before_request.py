"""RL302: a resource that every request opens, needed or not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from reloadlint.effects.hazards import steps_of
from reloadlint.effects.hooks import BEFORE, Hook
from reloadlint.effects.occurrences import Occurrence
from reloadlint.effects.reachable import reachable
from reloadlint.effects.requests import Put, RequestObserver
from reloadlint.effects.state import Arguments
from reloadlint.effects.values import Function
from reloadlint.facts import records as r
from reloadlint.facts.walk import walk
from reloadlint.rules.program import Program, ProgramRule, Report

if TYPE_CHECKING:
    from reloadlint.effects.solver import Solver

_NO_USE = frozenset({"cursor", "__enter__", "__init__"})
"""Methods that only prepare what has been opened."""


class EagerBeforeRequest(ProgramRule):
    """A resource is opened in `before_request`, whether the request needs it or not.

    ## What it does

    Reports a `before_request` hook that opens a connection, puts it on `flask.g` and does nothing
    else with it.

    ## Why is this bad?

    Every request pays for it: static files, redirects, requests that are turned away. If the
    server behind it is down, the whole application is.

    ## Known problems

    A hook that itself uses what it opens (to find the user, say) needs it for every request and
    is not reported; nor is one that opens it for some requests only.

    ## Example

    ```python
    @app.before_request
    def connect():
        g.db = psycopg2.connect(DSN)
    ```

    ## Use instead

    ```python
    def get_db():
        if "db" not in g:
            g.db = psycopg2.connect(DSN)
        return g.db
    ```

    ## Fix safety

    There is no automatic fix: every use of `g.db` has to become a call of `get_db()`.
    """

    code = "RL302"
    name = "eager-before-request"

    def check(self, program: Program) -> Iterator[Report]:
        """Hooks that leave something on `g` which they have opened and not used."""
        for hook in program.hooks(*BEFORE):
            if not hook.certain or _keeps_state(hook):
                continue
            for put, opened in _opened(program.base, hook):
                call = opened.chain[1]
                yield Report(
                    rule=EagerBeforeRequest,
                    severity=self.severity,
                    message=f"`{call.text}()` opens `g.{put.key}` for every request, needed or not",
                    path=call.module.path,
                    span=call.span,
                    call=opened.entry.name,
                    effects=(opened.kind,),
                    steps=steps_of(opened.chain[1:], opened),
                    consequence="Each request pays for it, and none is served while it is down.",
                    remedy="Open it at first use: an accessor that keeps it on `flask.g`.",
                )


def _keeps_state(hook: Hook) -> bool:
    """Whether the hook remembers that it has run: then it doesn't act on every request."""
    if not isinstance(hook.value, Function):
        return True
    body = hook.value.definition.body
    return any(isinstance(node, (r.Global, r.Nonlocal)) for node in walk(body))


def _opened(solver: Solver, hook: Hook) -> Iterator[tuple[Put, Occurrence]]:
    """What the hook has put on `g`, opened and not used; each once."""
    observer = RequestObserver(solver)
    observer.observe(hook.value, Arguments(), hook.site)
    left = [o for o in observer.occurrences if o.certain and not o.released]
    for put in observer.puts:
        kept = reachable([put.value])
        opened = next((o for o in left if len(o.chain) > 1 and id(o.owner) in kept), None)
        if opened is not None and not _is_used(observer, put, opened):
            left = [o for o in left if o.chain[1] is not opened.chain[1]]
            yield put, opened


def _is_used(observer: RequestObserver, put: Put, opened: Occurrence) -> bool:
    """Whether the hook, or what it calls, calls a method of it after it has been opened.

    What the function that puts it on `g` does with it belongs to the opening.
    """
    for use in observer.uses:
        opens_it = use.written is opened.chain[1] and use.depth >= put.depth
        if opens_it or use.method in _NO_USE:
            continue
        if use.owner is put.value or id(opened.owner) in reachable([use.owner]):
            return True
    return id(put.value) in observer.log.passed
