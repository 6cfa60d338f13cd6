"""From files to module names and back, the way Python's path finder would.

A project seldom says where its source roots are. They are tried in the order in which a module
that imports another would find it: its own package's parent, the project's roots, and the
folders between.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath

import msgspec

SOURCE_FOLDERS = ("src", "lib")
"""Folders below a project's root that commonly are a source root themselves."""


class Module(msgspec.Struct, frozen=True):
    """A file of the project.

    `path` is relative to the project's root, with `/`; `name` is the dotted name under which the
    project most likely imports it; `is_package` is true of an `__init__.py`. A module of an
    installed library has its whole path, and `installed` set.
    """

    path: str
    name: str
    is_package: bool
    installed: bool = False


class ModuleIndex:
    """All modules of a project, to be found by path or, from an importing module, by name.

    Args:
        paths: the files, relative to the project's root, with `/`.
        source_roots: configured source roots, relative to the root, in order.
        installed: top-level names that are known to be installed libraries: a folder of that
            name without `__init__.py` does not hide them.
    """

    def __init__(
        self,
        paths: Iterable[str],
        source_roots: Sequence[str] = (),
        installed: frozenset[str] = frozenset(),
    ) -> None:
        self._paths = {path for path in paths if path.endswith(".py")}
        self._folders = _folders_of(self._paths)
        self._installed = installed
        self._roots = [*(root.strip("/") for root in source_roots), *self._usual_roots()]
        self._by_path = {path: self._module(path) for path in sorted(self._paths)}
        self._resolved: dict[tuple[str, str], Module | str | None] = {}

    @property
    def modules(self) -> list[Module]:
        """Every module, ordered by path."""
        return list(self._by_path.values())

    def at(self, path: str) -> Module | None:
        """The module in that file."""
        return self._by_path.get(path)

    def rename(self, names: Mapping[str, str]) -> None:
        """Give modules (by path) the names under which the project really imports them."""
        for path, name in names.items():
            known = self._by_path[path]
            self._by_path[path] = Module(path, name, known.is_package)
        self._resolved.clear()

    def resolve(self, importer: Module, name: str, level: int = 0) -> Module | str | None:
        """What `import name` in `importer` finds.

        Returns:
            The module; the path of a folder where it is a namespace package; None where it is
            not of this project.
        """
        if level:
            return self._relative(importer, name, level)
        key = (_folder(importer.path), name)
        if key not in self._resolved:
            found = self._absolute(self._search_path(importer), name)
            self._resolved[key] = self._beside(importer, name) if found is None else found
        return self._resolved[key]

    def submodule(self, package: Module | str, name: str) -> Module | str | None:
        """The module or namespace folder `name` inside a package (a module or a folder)."""
        folder = package if isinstance(package, str) else _folder(package.path)
        if isinstance(package, Module) and not package.is_package:
            return None
        return self._find(folder, name)

    def loaded_before(self, found: Module, name: str, level: int) -> list[Module]:
        """The packages that importing `found` under this name loads first.

        None for a module that a script inside a package finds beside itself, under its bare name.
        """
        packages = self.packages_above(found)
        if level or not packages:
            return packages
        outermost = _folder(packages[0].path).rpartition("/")[2]
        return packages if outermost == name.partition(".")[0] else []

    def packages_above(self, module: Module) -> list[Module]:
        """The packages that are loaded before this module, outermost first."""
        found = []
        folder = _folder(module.path)
        if module.is_package:
            folder = _folder(folder)
        while folder and (package := self._by_path.get(f"{folder}/__init__.py")):
            found.append(package)
            folder = _folder(folder)
        return found[::-1]

    def _usual_roots(self) -> list[str]:
        packages = [f for f in SOURCE_FOLDERS if f in self._folders and not self._is_package(f)]
        return [*packages, ""]

    def _is_package(self, folder: str) -> bool:
        return _join(folder, "__init__.py") in self._paths

    def _module(self, path: str) -> Module:
        name = PurePosixPath(path)
        is_package = name.name == "__init__.py"
        parts = [] if is_package else [name.stem]
        folder = _folder(path)
        while folder and self._is_package(folder):
            parts.append(folder.rpartition("/")[2])
            folder = _folder(folder)
        return Module(path, ".".join(reversed(parts)) or "__init__", is_package)

    def _relative(self, importer: Module, name: str, level: int) -> Module | str | None:
        folder = _folder(importer.path)
        for _ in range(level - 1):
            if not folder:
                return None
            folder = _folder(folder)
        if not name:
            return self._package(folder)
        return self._walk(folder, name.split("."))

    def _package(self, folder: str) -> Module | str | None:
        init = self._by_path.get(_join(folder, "__init__.py"))
        return init or (folder if folder in self._folders else None)

    def _absolute(self, roots: tuple[str, ...], name: str) -> Module | str | None:
        parts = name.split(".")
        namespace = None
        for root in roots:
            if parts[0] in sys.stdlib_module_names and root != roots[0]:
                return None
            found = self._walk(root, parts)
            if isinstance(found, Module):
                return found
            namespace = namespace if namespace is not None else found
        return None if parts[0] in self._installed else namespace

    def _beside(self, importer: Module, name: str) -> Module | None:
        """A module next to the importer or above it, inside a package.

        It is found if a script is run from there.
        """
        parts = name.split(".")
        if parts[0] in self._installed or parts[0] in sys.stdlib_module_names:
            return None
        folder = _folder(importer.path)
        found = self._walk(folder, parts)
        while not isinstance(found, Module) and folder and self._is_package(folder):
            folder = _folder(folder)
            found = self._walk(folder, parts)
        return found if isinstance(found, Module) else None

    def _walk(self, folder: str, parts: list[str]) -> Module | str | None:
        for part in parts[:-1]:
            step = self._find(folder, part)
            if step is None or (isinstance(step, Module) and not step.is_package):
                return None
            folder = step if isinstance(step, str) else _folder(step.path)
        return self._find(folder, parts[-1])

    def _find(self, folder: str, name: str) -> Module | str | None:
        base = _join(folder, name)
        found = self._by_path.get(f"{base}/__init__.py") or self._by_path.get(f"{base}.py")
        return found or (base if base in self._folders else None)

    def _search_path(self, importer: Module) -> tuple[str, ...]:
        folder = _folder(importer.path)
        while folder and self._is_package(folder):
            folder = _folder(folder)
        roots = [folder, *self._roots]
        while folder:
            folder = _folder(folder)
            roots.append(folder)
        return tuple(dict.fromkeys(roots))


def is_program(path: str) -> bool:
    """Whether a module is only ever run (`python -m package`), so that its body is a main guard."""
    return path.rpartition("/")[2] == "__main__.py"


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def _folders_of(paths: Iterable[str]) -> set[str]:
    folders: set[str] = set()
    for path in paths:
        folder = _folder(path)
        while folder not in folders:
            folders.add(folder)
            folder = _folder(folder)
    return folders
