"""What there is to read: hovers, the rules' pages, what loading a module does."""

from __future__ import annotations

from pathlib import Path

from lsprotocol import types

from reloadlint.effects.survey import Survey
from reloadlint.errors import UsageError
from reloadlint.findings import Finding
from reloadlint.linter.checking import Check
from reloadlint.lsp.area import Area, Text
from reloadlint.lsp.diagnostics import range_of
from reloadlint.lsp.pages import markdown
from reloadlint.lsp.server import Server
from reloadlint.rules.codes import RULES


def register(server: Server) -> None:
    """Have the server answer hovers, and show pages."""

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    async def hover(params: types.HoverParams) -> types.Hover | None:
        await server.schedule.settled()
        document = server.documents.get(params.text_document.uri)
        if document is None or document.path is None:
            return None
        lines = server.lines(document.path)
        for finding in server.session.findings(document.path):
            place = range_of(finding, lines)
            if _inside(params.position, place):
                return types.Hover(_markup(server, described(finding)), place)
        return None

    @server.command("reloadlint.explain")
    async def explain(code: str) -> str | None:
        if code not in RULES:
            return None
        uri = server.pages.uri(code)
        return await _show(server, uri, markdown(code))

    @server.command("reloadlint.effects")
    async def effects(uri: str) -> str | None:
        document = server.documents.get(uri)
        if document is None or document.path is None:
            return None
        path, texts = document.path, server.texts()
        area = server.session.area_of(path)
        if area is None:
            return None
        survey = await server.fixer.run(lambda: survey_of(area, texts, path))
        text = server.services.shown(survey)
        return await _show(server, server.pages.write(f"{path.stem}-effects.txt", text), text)


def described(finding: Finding) -> str:
    """What a finding leaves behind, how that comes about, and the cure, in Markdown."""
    steps = [f"{n}. `{s.path}:{s.line}` {s.message}" for n, s in enumerate(finding.evidence, 1)]
    facts = [f"leaves behind: {', '.join(finding.effects)}"] if finding.effects else []
    facts += [f"closed by: {', '.join(f'`{name}()`' for name in finding.closers)}"] * bool(
        finding.closers
    )
    parts = [
        f"**{finding.code}** {finding.name} ({finding.confidence.value})",
        f"{finding.message}. {finding.consequence}".strip(),
        "\n".join(f"- {fact}" for fact in facts),
        "\n".join(steps),
        f"**Cure:** {finding.remedy}" if finding.remedy else "",
    ]
    return "\n\n".join(filter(None, parts))


def survey_of(area: Area, texts: dict[Path, Text], path: Path) -> Survey:
    """What loading the module at `path` does.

    Raises:
        UsageError: it isn't one of the area's files.
    """
    area.fixing_memory.interrupt = lambda: None
    overlay, _ = area.overlay(texts, area.fixing_memory)
    targets = area.targets(overlay)
    check = Check(area.settings, overlay, None, memory=area.fixing_memory, brief=True)
    for root, files in targets.by_root.items():
        if path in files:
            inside = path.relative_to(root).as_posix()
            return Survey(tuple(check.understand(root, files).surveyed([inside])))
    raise UsageError(f"{path} is no file of this folder, or is left out of it")


async def _show(server: Server, uri: str | None, text: str) -> str:
    """Show a page, in a window of its own where the client has that; the text in any case."""
    if uri is not None and server.client.documents:
        await server.window_show_document_async(
            types.ShowDocumentParams(uri, take_focus=True, external=False)
        )
    else:
        server.window_show_message(types.ShowMessageParams(types.MessageType.Info, text))
    return text


def _markup(server: Server, text: str) -> types.MarkupContent:
    kinds = types.MarkupKind
    kind = kinds.Markdown if server.client.markdown else kinds.PlainText
    return types.MarkupContent(kind, text)


def _inside(position: types.Position, place: types.Range) -> bool:
    at = (position.line, position.character)
    start = (place.start.line, place.start.character)
    return start <= at <= (place.end.line, place.end.character)
