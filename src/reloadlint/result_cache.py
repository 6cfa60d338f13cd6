"""Results kept between runs: the same files, settings and libraries have the same findings."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from reloadlint.digests import Digests
from reloadlint.discovery.start_files import start_files
from reloadlint.edition import Stamp, edition, stamps
from reloadlint.findings import Finding, Result, Rewrite, Summary
from reloadlint.project.installed import site_folders
from reloadlint.settings import Settings
from reloadlint.source import SourceError, SourceFile
from reloadlint.store import Store

MOST_RESULTS = 64
"""How many are kept; the newest win."""


class _Kept(msgspec.Struct, array_like=True):
    findings: tuple[Finding, ...]
    summary: Summary
    rewrites: dict[int, tuple[Rewrite, ...]]
    fixed: tuple[str, ...]
    cut_short: tuple[str, ...]
    libraries: tuple[Stamp, ...]


_DECODER = msgspec.msgpack.Decoder(_Kept)


class ResultCache:
    """The results of earlier runs, each under a key that says all that it depends on.

    Args:
        folder: where to keep them; None keeps nothing.
    """

    def __init__(self, folder: Path | None) -> None:
        self._store = Store(folder, "results", MOST_RESULTS)

    def get(self, key: str) -> Result | None:
        """The result of the run with this key, if the libraries that it read are still the same."""
        data = self._store.read(key)
        if data is None:
            return None
        try:
            kept = _DECODER.decode(data)
            if kept.libraries != stamps(stamp[0] for stamp in kept.libraries):
                return None
            texts = _texts(kept.findings)
            found = (kept.findings, kept.summary, texts, kept.rewrites)
            return Result(*found, kept.fixed, kept.cut_short)
        except (msgspec.MsgspecError, SourceError, OSError, RecursionError):
            return None

    def put(self, key: str, result: Result, libraries: Iterable[str]) -> None:
        """Keep a result; `libraries` are the files of libraries that it depends on."""
        told = (result.fixed, result.cut_short)
        read = stamps(sorted(libraries))
        kept = _Kept(result.findings, result.summary, result.rewrites, *told, read)
        with contextlib.suppress(RecursionError, UnicodeEncodeError):
            self._store.write(key, msgspec.msgpack.encode(kept))


def key_of(
    by_root: Mapping[Path, Sequence[Path]],
    files_of: Callable[[Path], Collection[str]],
    settings: Settings,
    folder: Path | None,
) -> str:
    """What the result of a check depends on, but for the source of libraries, as one text.

    Args:
        by_root: the files that are asked for, by their project's root.
        files_of: the paths of all files of the project with that root.
        settings: of this run.
        folder: where digests of files are kept.

    Raises:
        OSError: a file can't be read.
    """
    digest = hashlib.blake2b(digest_size=20)
    shown = msgspec.structs.replace(settings, output_format="", cache=True, cache_dir=None)
    parts = (edition(), msgspec.structs.astuple(shown), Path.cwd())
    digest.update(repr(parts).encode())
    for named in filter(None, (settings.baseline, *settings.catalog_files)):
        digest.update(Path(named).read_bytes())
    if settings.follow_installed:
        folders = site_folders(settings.python)
        digest.update(repr((folders, stamps(map(str, folders)))).encode())
    for root, wanted in by_root.items():
        files = files_of(root)
        told = stamps(start_files({os.fspath(root), *map(os.path.dirname, files)}))
        digest.update(repr(told).encode())
        digest.update(repr((root, sorted(map(str, wanted)), len(files))).encode())
        digests = Digests(folder, root)
        for path in sorted(files):
            digest.update(os.fsencode(path) + b"\0" + digests.of(path))
        digests.save()
    return digest.hexdigest()


def _texts(findings: Iterable[Finding]) -> dict[str, str]:
    """The files that findings name, as they are now: a key holds for the same content only."""
    paths = {step.path for finding in findings for step in finding.evidence}
    texts = {path: SourceFile.read(Path(path)).text for path in sorted(paths)}
    for path in sorted({finding.path for finding in findings} - paths):
        with contextlib.suppress(SourceError, OSError):  # which is what the finding says (RL901)
            texts[path] = SourceFile.read(Path(path)).text
    return texts
