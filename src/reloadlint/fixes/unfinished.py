"""What a run that was killed while it wrote has left behind, and how the next one ends it.

Before files are prepared, a note in a folder above them says which they are. Who finds it later,
and nobody writing there, either puts the rest in place or removes what was prepared.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

try:
    import fcntl
except ImportError:  # Windows, where nothing of this kind can be locked
    fcntl = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from typing import Any

NOTE = ".reloadlint-unfinished.json"
_MOST_BYTES = 10_000_000


class Step(msgspec.Struct, frozen=True):
    """A file, the one that is to take its place beside it, and digests of both texts."""

    target: str
    temporary: str
    before: str
    after: str

    def is_done(self, folder: Path) -> bool:
        """Whether the file has its new text."""
        return _digest_of(folder / self.target) == self.after

    def is_ready(self, folder: Path) -> bool:
        """Whether the file is as it was, and the new text is there."""
        found = _digest_of(folder / self.target), _digest_of(self.prepared(folder))
        return found == (self.before, self.after)

    def prepared(self, folder: Path) -> Path:
        """The file that holds the new text."""
        return (folder / self.target).parent / self.temporary


_DECODER = msgspec.json.Decoder(tuple[Step, ...])


def step(folder: Path, target: Path, temporary: Path, before: bytes, after: bytes) -> Step:
    """The step that replaces a file below `folder`."""
    path = target.relative_to(folder).as_posix()
    return Step(path, temporary.name, digest(before), digest(after))


def digest(data: bytes) -> str:
    """What tells one content from another."""
    return hashlib.blake2b(data, digest_size=20).hexdigest()


@contextlib.contextmanager
def noted(folder: Path, steps: Sequence[Step]) -> Iterator[None]:
    """Leave a note in `folder` while this lasts; none where none can be written."""
    note = folder / NOTE
    try:
        with contextlib.suppress(OSError, UnicodeEncodeError):  # a name may be no text
            note.write_bytes(msgspec.json.encode(steps))
        yield
    finally:
        with contextlib.suppress(OSError):
            note.unlink()


@contextlib.contextmanager
def alone_in(folders: Iterable[Path]) -> Iterator[None]:
    """Be the only run that writes in these folders; the others wait, where the system can that."""
    handles: list[int] = []
    try:
        for folder in sorted(set(folders)):
            _lock(folder, handles)
        yield
    finally:
        for handle in handles:
            os.close(handle)


def _lock(folder: Path, handles: list[int]) -> None:
    module: Any = fcntl
    if module is None:
        return
    with contextlib.suppress(OSError):
        handles.append(os.open(folder, os.O_RDONLY))
        module.flock(handles[-1], module.LOCK_EX)


def finish(folders: Iterable[Path]) -> list[str]:
    """End what killed runs have left in these folders; a line about each."""
    return [told for folder in folders if (told := _finish(folder))]


def _finish(folder: Path) -> str | None:
    steps = _steps(folder)
    if not steps:
        return None
    with alone_in([folder, *((folder / step.target).parent for step in steps)]):
        steps = _steps(folder)  # by now it may be settled
        try:
            return _settled(folder, steps) if steps else None
        except OSError as error:
            return f"{folder / NOTE}: what it names can't be finished: {error.strerror or error}"


def _settled(folder: Path, steps: Sequence[Step]) -> str | None:
    """Go on if anything was replaced and all the rest can be; else remove what was prepared."""
    begun = any(step.is_done(folder) for step in steps)
    left = [step for step in steps if not step.is_done(folder)]
    whole = all(step.is_ready(folder) for step in left)
    if begun and whole:
        for each in left:
            each.prepared(folder).replace(folder / each.target)
    for each in steps:
        each.prepared(folder).unlink(missing_ok=True)
    (folder / NOTE).unlink(missing_ok=True)
    names = ", ".join(each.target for each in left)
    if not begun or not left:
        return None
    if whole:
        return f"an earlier run was ended while it wrote; its work is finished in {names}"
    return (
        f"an earlier run was ended while it wrote, and {names} has changed since; "
        "compare with your version control"
    )


def _steps(folder: Path) -> tuple[Step, ...]:
    """What the note in a folder says; nothing if there is none, or it is none of ours."""
    try:
        note = folder / NOTE
        if note.is_symlink() or not note.is_file() or note.stat().st_size > _MOST_BYTES:
            return ()
        steps = _DECODER.decode(note.read_bytes())
    except (OSError, msgspec.MsgspecError):
        return ()
    return steps if all(_is_ours(step, folder) for step in steps) else ()


def _is_ours(step: Step, folder: Path) -> bool:
    """Whether a step stays below the folder, and its new text is in a file as we name them."""
    target = folder / step.target
    below = target.resolve().is_relative_to(folder.resolve())
    name, end = f".{target.name}.", ".tmp"
    shape = step.temporary.startswith(name) and step.temporary.endswith(end)
    return below and shape and "/" not in step.temporary and not step.prepared(folder).is_symlink()


def _digest_of(path: Path) -> str | None:
    try:
        return digest(path.read_bytes()) if path.is_file() else None
    except OSError:
        return None
