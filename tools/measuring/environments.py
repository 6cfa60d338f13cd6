"""Scratch environments: one for each library, kept between runs, with its version pinned.

`uv` makes them where it is installed (its copies share the disk's blocks), else venv and pip.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from measuring.snippets import Subject


class InstallError(Exception):
    """A library that could not be installed; the message is the installer's last words."""


class Place:
    """One environment, installed by whoever needs it first, or not to be had by anybody."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failure: InstallError | None = None

    def python(self, *wanted: Any) -> Path:
        """The interpreter, as `environment` says. Raises `InstallError`."""
        with self._lock:
            if self._failure:
                raise self._failure
            try:
                return environment(*wanted)
            except InstallError as failure:
                self._failure = failure
                raise


def requirements(subject: Subject) -> tuple[str, ...]:
    """What has to be installed to measure an entry, pinned as the data says."""
    if subject.entry.library == "stdlib":
        return subject.library.beside
    version = subject.library.version
    own = f"{subject.distribution}=={version}" if version else subject.distribution
    return (own, *subject.library.beside)


def together(subjects: Iterable[Subject]) -> tuple[str, ...]:
    """The requirements of several libraries that share an environment."""
    return tuple(dict.fromkeys(each for subject in subjects for each in requirements(subject)))


def environment(
    root: Path, wanted: Sequence[str], python: str, constraints: Path | None = None
) -> Path:
    """The interpreter of an environment in which `wanted` is installed.

    `constraints` is a file that pins what those need in their turn.

    Raises:
        InstallError: it can't be installed.
    """
    if not wanted:
        return Path(python)
    pinned = constraints.read_text("utf-8") if constraints else ""
    key = hashlib.sha256("\n".join([python, pinned, *wanted]).encode()).hexdigest()[:12]
    folder = root / f"{wanted[0].partition('=')[0].partition('[')[0]}-{key}"
    ready = folder / "ready"
    if not ready.exists():
        shutil.rmtree(folder, ignore_errors=True)
        limits = ("--constraint", str(constraints)) if constraints else ()
        _install(folder, (*limits, *wanted), python)
        ready.write_text("\n".join(wanted))
    return folder / "bin" / "python"


def _install(folder: Path, wanted: Sequence[str], python: str) -> None:
    uv = _uv()
    if uv:
        _run([*uv, "venv", "--quiet", "--python", python, str(folder)])
        install = [*uv, "pip", "install", "--quiet", "--python", str(folder / "bin" / "python")]
    else:
        _run([python, "-m", "venv", str(folder)])
        install = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    _run([*install, *wanted])


def _uv() -> list[str]:
    if os.environ.get("MEASURE_WITH_PIP"):
        return []
    found = shutil.which("uv")
    beside = Path(sys.executable).with_name("uv")
    return [found] if found else [str(beside)] if beside.exists() else []


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    if done.returncode:
        raise InstallError(" ".join(done.stderr.split())[-400:])
