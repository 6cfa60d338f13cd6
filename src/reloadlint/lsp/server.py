"""The language server: what the client says goes in here, diagnostics go out."""

from __future__ import annotations

import asyncio
import logging
import os
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from reloadlint import __version__
from reloadlint.lsp.area import Interrupt, Text
from reloadlint.lsp.clients import Client
from reloadlint.lsp.configuration import preferences
from reloadlint.lsp.diagnostics import Drawing
from reloadlint.lsp.documents import Documents
from reloadlint.lsp.logs import is_failure
from reloadlint.lsp.pages import Pages
from reloadlint.lsp.positions import Encoding, Lines
from reloadlint.lsp.publishing import Publisher
from reloadlint.lsp.schedule import Schedule
from reloadlint.lsp.session import Session, Trouble
from reloadlint.lsp.uris import path_of, uri_of
from reloadlint.lsp.worker import Worker
from reloadlint.source import SourceError, SourceFile

if TYPE_CHECKING:
    from reloadlint.effects.survey import Survey

log = logging.getLogger("reloadlint.lsp")

PAUSE = 0.3
"""Seconds without a change after which everything is analysed, and not the changed file alone."""


class Services(NamedTuple):
    """What the server needs of rooms that it doesn't know: who starts it gives it along.

    `formats` are the output formats that a configuration file may name; `shown` draws what
    loading modules does.
    """

    formats: tuple[str, ...]
    shown: Callable[[Survey], str]


class Server(LanguageServer):
    """The server's state; `features` registers what it answers."""

    def __init__(self, services: Services) -> None:
        super().__init__("reloadlint", __version__, max_workers=2)
        self.services = services
        self.documents = Documents()
        self.session = Session(services.formats, self._tell_later)
        self.schedule = Schedule(self._analyse)
        self.worker = Worker()
        self.fixer = Worker()
        self.changes = 0
        self.pages = Pages()
        self.publisher = Publisher(self)
        self.recent: Path | None = None
        self._seen: dict[Path, Text] = {}
        self.given: object = None
        self._moved = False
        self._configured = asyncio.Event()
        self._later: list[Trouble] = []

    # What the client is like

    @property
    def encoding(self) -> Encoding:
        """How the client counts columns."""
        return self.workspace.position_encoding

    @property
    def client(self) -> Client:
        """What the client can do."""
        return Client(self.client_capabilities)

    def roots(self) -> list[Path]:
        """The workspace's folders."""
        uris = [folder.uri for folder in self.workspace.folders.values()]
        if not uris and self.workspace.root_uri:
            uris = [self.workspace.root_uri]
        return [path for uri in uris if (path := path_of(uri)) is not None and path.is_dir()]

    def configure(self) -> None:
        """Take over the client's folders and settings, and analyse everything anew."""
        wanted, problems = preferences(self.given)
        self.session.configure(self.roots(), wanted)
        if self.session.folders and not self._moved:
            os.chdir(self.session.folders[-1])  # reports name files from there
            self._moved = True
        for problem in problems:
            self.session.tell_once(problem)
        self._configured.set()
        self.tell()
        self.schedule.request()

    # Analysis

    def texts(self) -> dict[Path, Text]:
        """The texts of the open documents that are Python files."""
        return {
            document.path: Text(document.source, document.typed)
            for document in self.documents
            if document.path is not None and document.is_python
        }

    async def _analyse(self, interrupt: Interrupt) -> None:
        await self._configured.wait()
        _stand_in(self.session.folders)
        texts = self.texts()
        await self._glance(texts, interrupt)
        if not self.client.watches:
            self.session.areas.forget_files()  # nobody tells which have come and gone
        await self.worker.run(partial(self.session.analyse, texts, interrupt))
        self._seen = texts
        self.publisher.all()
        self.tell()
        if self.recent in texts:
            # Not to be interrupted: the next change can be glanced at only if this is known.
            await self.worker.run(partial(self.session.prepare, self.recent, texts, lambda: None))

    async def _glance(self, texts: dict[Path, Text], interrupt: Interrupt) -> None:
        """Show at once what a change means for the file itself, then wait for a pause."""
        changed = [path for path, text in texts.items() if self._seen.get(path) != text]
        if len(changed) != 1 or texts.keys() != self._seen.keys():
            return
        (path,) = changed
        if await self.worker.run(partial(self.session.glance, path, texts, interrupt)):
            self.publisher.file(path, self.session.findings(path))
            await self.schedule.glanced()
            await asyncio.sleep(PAUSE)
            interrupt()

    def drawing(self) -> Drawing:
        """What makes diagnostics of findings, for this client."""
        return Drawing(self.lines, self.uri, self.pages.uri, related=self.client.related)

    # Files

    def uri(self, path: Path) -> str:
        """The URI of a file, as the client has written it if it has."""
        document = self.documents.at(path)
        return uri_of(path) if document is None else document.uri

    def lines(self, path: Path) -> Lines:
        """A file's lines as they were when it was analysed."""
        text = self.session.text(path)
        return Lines(_read(path) if text is None else text, self.encoding)

    # Messages

    def report_server_error(self, error: Exception, _source: Any) -> None:
        """Tell once of a request or a notification that has failed for no good reason."""
        if is_failure(error):
            self.session.tell_once(f"a request failed ({error}); the log has more", fault=True)
            self.tell()

    def _tell_later(self, trouble: Trouble) -> None:
        self._later.append(trouble)

    def tell(self) -> None:
        """Show what there is to tell the user."""
        while self._later:
            message, fault = self._later.pop(0)
            kind = types.MessageType.Error if fault else types.MessageType.Warning
            shown = " ".join(f"reloadlint: {message}".split())
            self.window_show_message(types.ShowMessageParams(kind, shown))
            self.window_log_message(types.LogMessageParams(kind, shown))


def _stand_in(folders: Sequence[Path]) -> None:
    """Go to one of these folders if the working directory is gone: a folder that was deleted."""
    try:
        Path.cwd()
    except FileNotFoundError:
        os.chdir(next((folder for folder in folders if folder.is_dir()), tempfile.gettempdir()))


def _read(path: Path) -> str:
    try:
        return SourceFile.read(path).text
    except SourceError:
        return ""
