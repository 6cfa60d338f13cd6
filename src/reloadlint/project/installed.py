"""Installed libraries: where an environment keeps them, and which file a name stands for.

The environment's layout is read, its interpreter is never run.
"""

from __future__ import annotations

import glob
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from reloadlint.project.modules import Module

_LIBRARY_FOLDERS = (
    "lib/python3*/site-packages",
    "lib64/python3*/site-packages",
    "lib/python3*/dist-packages",
    "lib/python3/dist-packages",
    "Lib/site-packages",
)


def site_folders(python: str | None, environ: Mapping[str, str] = os.environ) -> list[Path]:
    """The folders in which an environment has its libraries.

    Args:
        python: an interpreter or the folder of an environment; None means the active one.
        environ: the process's environment variables.

    Returns:
        The folders with those that `.pth` files add; empty where no environment is known.
    """
    named = python or environ.get("VIRTUAL_ENV") or environ.get("CONDA_PREFIX")
    if not named:
        return []
    found = [folder for root in _roots(Path(named)) for folder in _libraries(root)]
    added = [path for folder in found for path in _added_by_pth(folder)]
    return list(dict.fromkeys([*found, *added]))


def _roots(named: Path) -> Iterator[Path]:
    root = named if named.is_dir() else named.parent.parent
    yield root
    config = root / "pyvenv.cfg"
    if config.is_file() and (base := _base_of(config)):
        yield base
    elif named.is_symlink():
        yield named.resolve().parent.parent


def _base_of(config: Path) -> Path | None:
    """The environment below a virtual one, if that sees through to it."""
    pairs = (line.partition("=") for line in _lines(config))
    settings = {key.strip().lower(): value.strip() for key, _, value in pairs}
    if settings.get("include-system-site-packages", "").lower() != "true":
        return None
    home = settings.get("home")
    return Path(home).parent if home else None


def _libraries(root: Path) -> Iterator[Path]:
    for pattern in _LIBRARY_FOLDERS:
        yield from sorted(folder for folder in root.glob(pattern) if folder.is_dir())


def _added_by_pth(folder: Path) -> Iterator[Path]:
    """Folders that `.pth` files name; their lines of code are not for us."""
    for file in sorted(folder.glob("*.pth")):
        for line in _lines(file):
            path = folder / line.strip()
            is_path = line.strip() and not line.startswith(("#", "import ", "import\t"))
            if is_path and path.is_dir():
                yield path


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


class LibraryIndex:
    """The modules of installed libraries, looked for on disk when they are asked for."""

    def __init__(self, folders: Iterable[Path]) -> None:
        self._folders = [folder.as_posix() for folder in folders]
        self._known: dict[str, Module | None] = {}

    def module(self, name: str) -> Module | None:
        """The module of that dotted name, if its source is installed."""
        if name not in self._known:
            self._known[name] = self._search(name)
        return self._known[name]

    def _search(self, name: str) -> Module | None:
        inside = name.replace(".", "/")
        for folder in self._folders:
            for path, is_package in (
                (f"{folder}/{inside}/__init__.py", True),
                (f"{folder}/{inside}.py", False),
            ):
                if os.path.isfile(path):  # noqa: PTH113 - asked often
                    return Module(path, name, is_package, installed=True)
        return None

    def has(self, top: str) -> bool:
        """Whether a top-level package or module is there, compiled ones and Python's included."""
        if top in sys.stdlib_module_names or self.module(top) is not None:
            return True
        return any(_holds(folder, top) for folder in self._folders)

    def split(self, qualified: str) -> tuple[Module, list[str]] | None:
        """The module in which a qualified name begins, and the attributes that are left."""
        parts = qualified.split(".")
        for length in range(len(parts), 0, -1):
            module = self.module(".".join(parts[:length]))
            if module is not None:
                return module, parts[length:]
        return None

    def resolve(self, importer: Module, name: str, level: int = 0) -> Module | None:
        """What an import inside a library finds in the same library; None for another one."""
        if level:
            package = importer.name.split(".")
            package = package[: len(package) - level + importer.is_package]
            name = ".".join([*package, name] if name else package)
        if name.partition(".")[0] != importer.name.partition(".")[0]:
            return None
        return self.module(name)

    def submodule(self, package: Module | str, name: str) -> Module | None:
        """The module `name` inside a package."""
        if isinstance(package, str) or not package.is_package:
            return None
        return self.module(f"{package.name}.{name}")

    def packages_above(self, _module: Module) -> list[Module]:
        """None: a library's packages are not loaded, only looked into."""
        return []


def _holds(folder: str, top: str) -> bool:
    """Whether a folder has a namespace package or a compiled module of that name."""
    base = f"{folder}/{glob.escape(top)}"
    return bool(glob.glob(base) or glob.glob(f"{base}.*so") or glob.glob(f"{base}.*pyd"))  # noqa: PTH207
