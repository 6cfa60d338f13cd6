"""RL107: what is opened and closed again while a module is being loaded."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from reloadlint.effects.hazards import Hazard, hazards
from reloadlint.facts.records import Span
from reloadlint.findings import Fix
from reloadlint.rules.program import Program, ProgramRule, Report
from reloadlint.source import split_lines
from reloadlint.syntax import parse

_KINDS = frozenset({"socket", "listen", "process", "dbfile"})
_PHRASES = {
    "listen": "binds a port",
    "process": "runs a child process",
    "dbfile": "opens a database file",
    "socket": "opens a connection",
}
_REASON = "the work has to move to where its result is needed"


class ImportTimeIO(ProgramRule):
    """Something is opened and closed again while the module is loaded. Off unless selected.

    ## What it does

    Reports calls at import that talk to a server, run a program or use a file database, and leave
    nothing behind: `requests.get`, `subprocess.run`, a connection that is closed again.

    ## Why is this bad?

    Nothing is doubled that lasts, but every load does it: the reloader's parent and each child,
    each worker, each command of `flask`, each test run. If the server doesn't answer, the
    application doesn't start.

    ## Known problems

    Many programs do this on purpose, which is why the rule is off by default.

    ## Example

    ```python
    RATES = requests.get("https://rates.example/today").json()
    ```

    ## Use instead

    ```python
    @functools.cache
    def rates():
        return requests.get("https://rates.example/today").json()
    ```

    ## Fix safety

    There is no automatic fix.
    """

    code = "RL107"
    name = "import-time-io"
    default = False

    def check(self, program: Program) -> Iterator[Report]:
        """Calls at import whose effects are over when loading ends."""
        solver = program.solver
        imported = [
            o for o in solver.occurrences if o.phase == "import" and not (o.guarded or o.covered)
        ]
        held = {(o.chain[0].module.path, o.chain[0].span) for o in imported if not o.released}
        over = [o for o in imported if o.released and o.kind in _KINDS]
        for hazard in hazards(over, solver.outcomes):
            if (hazard.path, hazard.span) not in held:
                yield _report(program, hazard)


def _report(program: Program, hazard: Hazard) -> Report:
    what = next(phrase for kind, phrase in _PHRASES.items() if kind in hazard.effects)
    return Report(
        rule=ImportTimeIO,
        severity=ImportTimeIO.severity,
        message=f"`{hazard.text}` {what} while the module is loaded, and ends it again",
        path=hazard.path,
        span=hazard.span,
        certain=hazard.certain,
        target=_target(program.text_of(hazard.path), hazard.span),
        call=hazard.call,
        effects=hazard.effects,
        role=hazard.role,
        closers=hazard.closers,
        steps=hazard.steps,
        fix=Fix(hazard.cure, "manual", _REASON),
        consequence="Every process that loads the module does it, and waits for it.",
        remedy="Do it at first use, and keep the result.",
    )


def _target(text: str, span: Span) -> str | None:
    """What the value at this place is assigned to, as written."""
    lines = split_lines(text)

    def starts_here(node: ast.expr) -> bool:
        column = len(lines[node.lineno - 1].encode()[: node.col_offset].decode()) + 1
        return (node.lineno, column) == span[:2] and node.end_lineno == span[2]

    def find(tree: ast.Module) -> str | None:
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and starts_here(node.value):
                return ast.get_source_segment(text, node.targets[0])
            if isinstance(node, ast.AnnAssign) and node.value and starts_here(node.value):
                return ast.get_source_segment(text, node.target)
        return None

    return parse(text, find)
