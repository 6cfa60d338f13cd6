"""Which interpreter runs the program."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from reloadlint.errors import UsageError

_PLACES = ("bin/python", "bin/python3", "Scripts/python.exe", "python.exe")


def interpreter(named: str | None, environ: Mapping[str, str] = os.environ) -> Path:
    """The project's own Python: what is named, the active environment's, or our own.

    Args:
        named: an interpreter, or the folder of an environment.

    Raises:
        UsageError: there is none at that place.
    """
    chosen = named or environ.get("VIRTUAL_ENV") or environ.get("CONDA_PREFIX")
    if not chosen:
        return Path(sys.executable)
    # The link itself says which environment is meant: what it points to would not.
    place = Path(os.path.normpath(Path(chosen).absolute()))
    candidates = [place / inside for inside in _PLACES] if place.is_dir() else [place]
    for candidate in candidates:
        if candidate.is_file() and os.access(candidate, os.X_OK):
            return candidate
    raise UsageError(
        f"there is no Python interpreter at `{chosen}`; name one, or an environment, with --python"
    )


def environment_of(named: str | None, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Variables under which a command is found in the named environment, first of all.

    Without one, a command is what it is in the user's shell.

    Raises:
        UsageError: there is no interpreter.
    """
    if not named:
        return {}
    python = interpreter(named)
    root = python.parent.parent
    path = os.pathsep.join(filter(None, [str(python.parent), environ.get("PATH")]))
    is_virtual = (root / "pyvenv.cfg").exists()
    return {"PATH": path, **({"VIRTUAL_ENV": str(root)} if is_virtual else {})}
