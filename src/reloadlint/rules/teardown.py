"""RL301, RL303 and RL304: what a teardown forgets, presumes or takes away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from reloadlint.effects.hazards import Step, steps_of
from reloadlint.effects.hooks import BEFORE, TEARDOWN
from reloadlint.effects.state import Arguments
from reloadlint.effects.values import UNKNOWN
from reloadlint.findings import Severity
from reloadlint.rules.on_g import is_closed, keys_put, resources
from reloadlint.rules.per_process import shut_down
from reloadlint.rules.program import Program, ProgramRule, Report

if TYPE_CHECKING:
    from reloadlint.effects.hooks import Hook


class GWithoutTeardown(ProgramRule):
    """A resource is put on `flask.g`, and no teardown closes it.

    ## What it does

    Reports a function that opens a connection, a thread or the like and keeps it on `g`, in a
    program of which no teardown function closes it.

    ## Why is this bad?

    `g` is thrown away after the request, what is on it is only forgotten: every request leaves a
    connection or thread behind. Five `MongoClient` on `g` are ten threads that never end.

    ## Known problems

    A teardown that isn't known (one that a library registers) counts as closing everything.

    ## Example

    ```python
    def get_db():
        if "db" not in g:
            g.db = sqlite3.connect("app.db")
        return g.db
    ```

    ## Use instead

    ```python
    @app.teardown_appcontext
    def close_db(exception=None):
        db = g.pop("db", None)
        if db is not None:
            db.close()
    ```

    ## Fix safety

    There is no automatic fix.
    """

    code = "RL301"
    name = "g-without-teardown"

    def check(self, program: Program) -> Iterator[Report]:
        """Resources on `g` that are still open when every teardown has run."""
        for resource in resources(program):
            if is_closed(program, resource):
                continue
            opened = resource.held[0]
            call = opened.chain[1]
            yield Report(
                rule=GWithoutTeardown,
                severity=self.severity,
                message=f"`{call.text}()` is put on `g.{resource.key}` and no teardown closes it",
                path=call.module.path,
                span=call.span,
                call=opened.entry.name,
                effects=tuple(sorted({o.kind for o in resource.held})),
                closers=resource.closers,
                steps=steps_of(opened.chain[1:], opened),
                consequence="Every request that opens one leaves it behind.",
                remedy=f"Take it off `g` in a teardown and call `{resource.closers[0]}()`.",
            )


class UnguardedTeardown(ProgramRule):
    """A teardown uses `g.x`, though it may never have been set.

    ## What it does

    Follows each teardown with a `g` on which nothing is: an attribute that it takes for granted
    is reported.

    ## Why is this bad?

    A teardown runs after every request, after one that failed before `g.x` was set, and (that of
    the application context) after every command of `flask`, too. There `g.x` raises
    `AttributeError`, which hides the error that came first.

    ## Known problems

    Where a `before_request` hook always sets it, only a failure in that hook or one before it
    leads there; the finding is then `likely`.

    ## Example

    ```python
    @app.teardown_appcontext
    def close_db(exception):
        g.db.close()
    ```

    ## Use instead

    ```python
    @app.teardown_appcontext
    def close_db(exception):
        db = g.pop("db", None)
        if db is not None:
            db.close()
    ```

    ## Fix safety

    There is no automatic fix.
    """

    code = "RL303"
    name = "unguarded-teardown"

    def check(self, program: Program) -> Iterator[Report]:
        """Uses of what isn't on an empty `g`, if the program is known to put it there."""
        for hook in program.hooks(*TEARDOWN):
            near = hook.site.module
            before = program.hooks(*BEFORE, near=near)
            always = {key for other in before for key in _set_by(program, other)}
            observer = program.observer()
            observer.observe(hook.value, Arguments([UNKNOWN]), hook.site)
            first = {missing.key: missing for missing in reversed(observer.missing)}
            put = keys_put(program, program.near(near)) if first else frozenset()
            for key, missing in sorted(first.items()):
                if key not in put:
                    continue
                site = missing.site
                sure = missing.certain and hook.certain and key not in always
                yield Report(
                    rule=UnguardedTeardown,
                    severity=self.severity,
                    message=f"`g.{key}` may never have been set when this teardown uses it",
                    path=site.module.path,
                    span=site.span,
                    certain=sure,
                    steps=(
                        Step(hook.site.module.path, hook.site.span[0], "registers the teardown"),
                        Step(site.module.path, site.span[0], f"uses g.{key}"),
                    ),
                    consequence="It raises AttributeError after requests that didn't set it.",
                    remedy=f'Take it with `g.pop("{key}", None)`, and only close what is there.',
                )


def _set_by(program: Program, hook: Hook) -> set[str]:
    """What a hook puts on `g` for every request."""
    observer = program.observer()
    observer.observe(hook.value, Arguments(), hook.site)
    return set(observer.g.attributes) if hook.certain else set()


class ServiceStoppedByTeardown(ProgramRule):
    """A teardown shuts down something that lives once per process.

    ## What it does

    Reports a `teardown_appcontext` or `teardown_request` function that closes an object which
    wasn't made for the request: a scheduler, an executor, a connection at module level.

    ## Why is this bad?

    "App context" sounds like the application's end, but it ends after every request. The service
    is gone after the first one; the second teardown fails, and so does the request
    (`SchedulerNotRunningError`).

    ## Known problems

    What opens again by itself when it is next used (`redis.Redis`, an SQLAlchemy engine) isn't
    reported.

    ## Example

    ```python
    @app.teardown_appcontext
    def stop(exception):
        scheduler.shutdown()
    ```

    ## Use instead

    ```python
    atexit.register(scheduler.shutdown)
    ```

    ## Fix safety

    Unsafe: the teardown becomes an `atexit` handler, so that what was shut down after a request
    lives until the process ends. A teardown that does something for the request, too, is left.
    """

    code = "RL304"
    name = "service-stopped-by-teardown"
    rewritten = True
    severity = Severity.ERROR

    def check(self, program: Program) -> Iterator[Report]:
        """Closers that a teardown calls on what the process has once."""
        for hook in program.hooks(*TEARDOWN):
            for stopped in shut_down(program, hook):
                site = stopped.written
                yield Report(
                    rule=ServiceStoppedByTeardown,
                    severity=self.severity,
                    message=f"`{stopped.text}` ends with the first request what the process "
                    "has only once",
                    path=site.module.path,
                    span=site.span,
                    certain=stopped.certain and hook.certain,
                    call=stopped.name,
                    steps=(
                        Step(hook.site.module.path, hook.site.span[0], "registers the teardown"),
                        Step(stopped.site.module.path, stopped.site.span[0], "shuts it down"),
                    ),
                    consequence="A teardown runs after every request: from the second one on "
                    "the object is gone.",
                    remedy="Shut it down when the process ends: `atexit.register(…)`.",
                )
