"""The snippets by which entries are measured: data in `tools/catalog_snippets/`, a file per field.

`[library.NAME]` says how a library is installed and what all its snippets have in common;
`[call]` has one for each entry, a string (the call) or a table with the attributes of `Snippet`.
An entry without one is called without arguments.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from reloadlint.effects.catalogue import EffectName, Entry, parse

if TYPE_CHECKING:
    from collections.abc import Iterator

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parent.parent.parent
SNIPPETS = ROOT / "tools" / "catalog_snippets"
CATALOG = ROOT / "src" / "reloadlint" / "effects" / "catalog"


class SnippetError(Exception):
    """The data is wrong, or nothing in it is called so; the message says where."""


class Library(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a library is had: its pinned version, and what must be there beside it.

    `short` ones belong to the short run. `skip` says why a library isn't measured at all. `setup`
    and `server` hold for each of its snippets that says nothing else; `helper` is a program that
    is run first with the library's Python, prints a port and serves there.
    """

    version: str = ""
    beside: tuple[str, ...] = ()
    distribution: str = ""
    setup: str = ""
    server: str = ""
    helper: str = ""
    short: bool = False
    skip: str = ""
    elsewhere: dict[str, str] = {}
    environment: dict[str, str] = {}


class Snippet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How one entry is called.

    `setup` is run before, and isn't measured; where it binds `obj`, closers are that object's.
    `call` is an expression, whose value is `it`, or statements. `otherwise` is a call that the
    entry's conditions keep from its effects, `force` what needs a lazy object connected.
    `before_close` is run before each closer; `close` says how a closer is called, if not without
    arguments.

    What differs from the entry has a reason: `besides` an effect that was seen and isn't named,
    `unseen` one that is named and wasn't seen, `unreleased` a closer (or `with`, or `drop`) that
    doesn't release it. `raises` is the exception that the call ends with where nobody answers;
    `limit` the seconds after which a call that waits is measured while it waits. `skip` says why
    it can't be measured.
    """

    call: str = ""
    setup: str | None = None
    server: str | None = None
    helper: str | None = None
    otherwise: str = ""
    force: str = ""
    before_close: str = ""
    close: dict[str, str] = {}
    besides: dict[EffectName, str] = {}
    unseen: dict[EffectName, str] = {}
    unreleased: dict[str, str] = {}
    raises: str = ""
    skip: str = ""
    limit: float = 15.0
    running_loop: bool = False


class Subject(msgspec.Struct, frozen=True):
    """One entry with all that is needed to measure it."""

    entry: Entry
    library: Library
    snippet: Snippet

    @property
    def server(self) -> str:
        """The protocol or the server that is listened on."""
        return self.library.server if self.snippet.server is None else self.snippet.server

    @property
    def helper(self) -> str:
        """A program that serves with the library's own Python."""
        return self.library.helper if self.snippet.helper is None else self.snippet.helper

    @property
    def setup(self) -> str:
        """What is run before the call; the library's comes first."""
        return "\n".join(filter(None, (self.library.setup, self.snippet.setup)))

    @property
    def skip(self) -> str:
        """Why it isn't measured, if so."""
        return self.snippet.skip or self.library.skip

    @property
    def call(self) -> str:
        """The call as a statement; what is not said to be over when it returns is kept as `it`."""
        written = self.snippet.call or f"{self.entry.name}()"
        return written if self.entry.transient else bound(written)

    @property
    def target(self) -> str:
        """The name of what the closers belong to: the receiver of a method, else the result."""
        return "obj" if "obj = " in self.setup and not self.entry.returns else "it"

    @property
    def names(self) -> tuple[str, ...]:
        """The entry's name and its aliases, as far as they are this version's and system's."""
        names = (self.entry.name, *self.entry.aliases)
        return tuple(name for name in names if not _is_elsewhere(name, self.library.elsewhere))

    @property
    def distribution(self) -> str:
        """What the library is called by whoever installs it."""
        return self.library.distribution or self.entry.library


def bound(written: str) -> str:
    """An expression as a statement that binds `it`; statements as they are."""
    try:
        compile(written, "<snippet>", "eval")
    except SyntaxError:
        return written
    return f"it = {written}"


def _is_elsewhere(name: str, elsewhere: dict[str, str]) -> bool:
    return any(name == known or name.startswith(known + ".") for known in elsewhere)


def subjects() -> Iterator[Subject]:
    """Every entry of the catalogue with its snippet."""
    libraries: dict[str, Library] = {}
    snippets: dict[str, Snippet] = {}
    for path in sorted(SNIPPETS.glob("*.toml")):
        _read(path, libraries, snippets)
    for entry in entries():
        yield Subject(
            entry=entry,
            library=libraries.get(entry.library, Library()),
            snippet=snippets.pop(entry.name, Snippet()),
        )
    if snippets:
        raise SnippetError(f"snippets without an entry: {', '.join(sorted(snippets))}")


def entries() -> Iterator[Entry]:
    """The entries of the catalogue's files, in their order."""
    for path in sorted(CATALOG.glob("*.toml")):
        yield from parse(path.read_text("utf-8"), path.name)


def _read(path: Path, libraries: dict[str, Library], snippets: dict[str, Snippet]) -> None:
    try:
        document: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
        for name, table in document.pop("library", {}).items():
            libraries[name] = msgspec.convert(table, Library)
        for name, given in document.pop("call", {}).items():
            table = {"call": given} if isinstance(given, str) else given
            snippets[name] = msgspec.convert(table, Snippet)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise SnippetError(f"{path.name}: {error}") from error
    if document:
        raise SnippetError(f"{path.name}: unknown key `{min(document)}`")
