"""RL404: starting something in a hook that Flask no longer has."""

from __future__ import annotations

from collections.abc import Iterator

from reloadlint.effects.hazards import steps_of
from reloadlint.effects.hooks import REMOVED
from reloadlint.effects.observer import Observer
from reloadlint.effects.state import Arguments
from reloadlint.rules.program import Program, ProgramRule, Report


class RemovedBeforeFirstRequest(ProgramRule):
    """Something is started in `before_first_request`, which Flask 2.3 has removed.

    ## What it does

    Reports `@app.before_first_request` (and a blueprint's `before_app_first_request`) on a
    function that starts a thread, opens a connection or the like.

    ## Why is this bad?

    With Flask 2.3 and later the decorator raises `AttributeError` while the module is loaded.
    Before that it was no cure either: it ran once in every worker process.

    ## Known problems

    A project that pins an older Flask still has the hook.

    ## Example

    ```python
    @app.before_first_request
    def start():
        threading.Thread(target=poll, daemon=True).start()
    ```

    ## Use instead

    ```python
    _lock = threading.Lock()
    _poller = None

    @app.before_request
    def start():
        global _poller
        with _lock:
            if _poller is None:
                _poller = threading.Thread(target=poll, daemon=True)
                _poller.start()
    ```

    Or start it only in the process that serves; or as a program of its own.

    ## Fix safety

    Unsafe: the hook becomes one before each request that does its work once, under a lock. Where
    the start belongs is the author's decision.
    """

    code = "RL404"
    name = "removed-before-first-request"
    rewritten = True

    def check(self, program: Program) -> Iterator[Report]:
        """Registrations of functions that start something, unless a branch decides on them."""
        for hook in program.hooks(*REMOVED):
            if not hook.certain:
                continue
            observer = Observer(program.base)
            observer.observe(hook.value, Arguments(), hook.site)
            started = [o for o in observer.occurrences if not o.released and len(o.chain) > 1]
            if not started:
                continue
            yield Report(
                rule=RemovedBeforeFirstRequest,
                severity=self.severity,
                message=f"`{hook.site.text}` is gone since Flask 2.3",
                path=hook.site.module.path,
                span=hook.site.span,
                effects=tuple(sorted({o.kind for o in started})),
                steps=steps_of(started[0].chain, started[0]),
                consequence="Loading the module raises AttributeError with a current Flask.",
                remedy="Start it at first use under a lock, or in the process that serves.",
            )
