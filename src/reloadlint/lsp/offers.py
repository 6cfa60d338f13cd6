"""What can be done at a place in a document: the actions that are offered there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

import msgspec
from lsprotocol import types

from reloadlint.findings import Finding
from reloadlint.lsp.diagnostics import range_of
from reloadlint.lsp.documents import Document
from reloadlint.lsp.fixing import Key, Option, key_of
from reloadlint.lsp.server import Server
from reloadlint.lsp.wanted import Wanted

Offered: TypeAlias = types.Command | types.CodeAction

FIX_ALL = "source.fixAll.reloadlint"
FIX_WORKSPACE = "source.reloadlint.fixWorkspace"
SHOW_EFFECTS = "source.reloadlint.effects"
APPLY = "reloadlint.apply"
KINDS = (types.CodeActionKind.QuickFix.value, FIX_ALL, FIX_WORKSPACE, SHOW_EFFECTS)

_NEVER_SUPPRESSED = ("RL900", "RL901")
_TITLES = {
    "g": "one per request, on `flask.g`",
    "pool": "a pool made at first use, a connection per request",
    "lazy": "made at first use, once per process",
    "defer": "let the constructor wait for the first use",
    "guard": "only in the process that serves",
    "remove": "remove what suppresses nothing",
}
_WHOLES = (
    ("file", FIX_ALL, "Fix all safe findings of reloadlint in this file"),
    ("workspace", FIX_WORKSPACE, "Fix all safe findings of reloadlint in the workspace"),
)


class Offers:
    """The actions for one document.

    Args:
        server: whose findings they are about.
        document: a Python file.
        only: the kinds that the client wants; None for all.
    """

    def __init__(self, server: Server, document: Document, only: Sequence[str] | None) -> None:
        self._server = server
        self._document = document
        self._only = only

    def found(self, place: types.Range) -> list[Finding]:
        """The findings in these lines for which the client wants to be offered something."""
        path = self._document.path
        if path is None or not self._wants(types.CodeActionKind.QuickFix):
            return []
        lines = self._server.lines(path)
        findings = self._server.session.findings(path)
        return [f for f in findings if _touch(range_of(f, lines), place)]

    def about(
        self, found: Sequence[Finding], options: Mapping[Key, Sequence[Option]]
    ) -> list[Offered]:
        """What can be done about these findings, which can be fixed so, and about the whole."""
        each = [self._about(finding, options.get(key_of(finding), ())) for finding in found]
        actions = [action for some in each for action in some]
        actions += self._about_all()
        literals = self._server.client.literals
        return list(actions) if literals else [_plain(action) for action in actions]

    def _about(self, finding: Finding, options: Sequence[Option]) -> Iterator[types.CodeAction]:
        diagnostic = self._server.drawing().diagnostic(finding)
        for fix, preferred in options:
            sure = "" if fix.applicability == "safe" else " (unsafe)"
            title = f"Fix {finding.code}: {_TITLES[fix.strategy]}{sure}"
            wanted = self._wanted("fix", finding, fix.strategy)
            yield self._action(title, wanted, diagnostic, preferred=preferred and not sure)
        if finding.code not in _NEVER_SUPPRESSED:
            title = f"Suppress {finding.code} here, with a reason"
            yield self._action(title, self._wanted("suppress", finding), diagnostic)
        yield _command(f"Explain {finding.code}", "reloadlint.explain", finding.code, diagnostic)

    def _about_all(self) -> Iterator[types.CodeAction]:
        for what, kind, title in _WHOLES:
            if self._wants(kind) and self._has_findings(what):
                yield self._action(title, self._wanted(what), kind=kind)
        if self._wants(SHOW_EFFECTS):
            title = "Show what loading this module does"
            action = _command(title, "reloadlint.effects", self._document.uri)
            action.kind = SHOW_EFFECTS
            yield action

    def _has_findings(self, what: str) -> bool:
        session, path = self._server.session, self._document.path
        if what == "workspace":
            return any(session.found().values())
        return path is not None and bool(session.findings(path))

    def _wants(self, kind: str) -> bool:
        only = self._only
        return only is None or any(kind == each or kind.startswith(f"{each}.") for each in only)

    def _wanted(self, what: str, finding: Finding | None = None, strategy: str = "auto") -> Wanted:
        key = key_of(finding) if finding else None
        return Wanted(what, self._document.uri, self._document.version, key, strategy)

    def _action(
        self,
        title: str,
        wanted: Wanted,
        diagnostic: types.Diagnostic | None = None,
        *,
        kind: str = types.CodeActionKind.QuickFix,
        preferred: bool = False,
    ) -> types.CodeAction:
        data = msgspec.to_builtins(wanted)
        action = types.CodeAction(
            title=title,
            kind=kind,
            diagnostics=[diagnostic] if diagnostic else None,
            is_preferred=preferred or None,
        )
        if self._server.client.resolves:
            action.data = data
        else:
            action.command = types.Command(title, APPLY, arguments=[data])
        return action


def _plain(action: types.CodeAction) -> types.Command:
    assert action.command is not None
    return action.command


def _command(
    title: str, name: str, argument: str, diagnostic: types.Diagnostic | None = None
) -> types.CodeAction:
    return types.CodeAction(
        title=title,
        kind=types.CodeActionKind.QuickFix,
        diagnostics=[diagnostic] if diagnostic else None,
        command=types.Command(title, name, arguments=[argument]),
    )


def _touch(one: types.Range, other: types.Range) -> bool:
    """Whether two ranges have a line in common: the cursor may stand anywhere in it."""
    return one.start.line <= other.end.line and other.start.line <= one.end.line
