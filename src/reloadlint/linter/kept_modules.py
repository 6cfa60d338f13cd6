"""What the modules of a project say, kept between runs: only those that changed are parsed."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
from collections.abc import Container
from pathlib import Path

import msgspec

from reloadlint.edition import edition
from reloadlint.linter.saying import Packed, Said
from reloadlint.project.imports import ImportFacts
from reloadlint.store import Store, is_text

MOST_PROJECTS = 16
"""How many projects may share a folder; the ones that were changed last stay."""


class _Kept(msgspec.Struct, array_like=True):
    """A module: the digest of its text, and what it says; `facts` is nil if nobody wanted them."""

    digest: bytes
    imports: ImportFacts
    facts: msgspec.Raw


_NIL = msgspec.Raw(b"\xc0")
_DECODER = msgspec.msgpack.Decoder(dict[str, _Kept])


class KeptModules:
    """What was read of one project, by path and content. What can't be kept is made anew.

    Args:
        folder: where to keep it; None keeps nothing.
        root: the project's.
    """

    def __init__(self, folder: Path | None, root: Path) -> None:
        self._store = Store(folder, "modules", MOST_PROJECTS)
        self._known: dict[str, _Kept] = {}
        self._changed = False
        self._name = ""
        self._edition = b""
        if not self._store.is_open:
            return
        self._edition = edition().encode()
        key = os.fsencode(root) + repr(sys.version_info[:2]).encode()
        self._name = hashlib.sha256(key).hexdigest()[:32] + ".msgpack"
        data = self._store.read(self._name)
        if data is not None and data.startswith(self._edition):
            with contextlib.suppress(msgspec.MsgspecError, RecursionError):
                self._known = _DECODER.decode(data[len(self._edition) :])

    def get(self, path: str, text: str, *, with_facts: bool) -> Said | None:
        """What is known of the module at this path, if its text is still this one."""
        kept = self._known.get(path)
        if kept is None or kept.digest != _digest(text):
            return None
        if kept.facts == _NIL:
            return None if with_facts else Said(kept.imports)
        return Said(kept.imports, Packed(kept.facts))

    def put(self, path: str, text: str, said: Said) -> None:
        """Note what a module says; one that is no Python, or too deep, is read again."""
        if not self._store.is_open or said.imports is None or not is_text(path):
            return
        with contextlib.suppress(RecursionError):
            self._known[path] = _Kept(_digest(text), said.imports, _packed(said))
            self._changed = True

    def save(self, paths: Container[str]) -> None:
        """Keep it for the next run, as far as the modules at these paths go."""
        known = {path: kept for path, kept in self._known.items() if path in paths}
        if self._changed or len(known) < len(self._known):
            self._store.write(self._name, self._edition + msgspec.msgpack.encode(known))


def _packed(said: Said) -> msgspec.Raw:
    if said.facts is None:
        return _NIL
    packed = said.facts if isinstance(said.facts, Packed) else Packed.of(said.facts)
    return msgspec.Raw(packed.data)


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
