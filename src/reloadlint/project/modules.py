"""From files to module names and back, the way Python's path finder would.

A project seldom says where its source roots are. They are tried in the order in which a module
that imports another would find it: its own package's parent, the project's roots, and the
folders between.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import PurePosixPath

import msgspec

from reloadlint.project.paths import folder_of, folders_of, is_above, join

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
        self._paths = set(paths)
        self._folders = folders_of(self._paths)
        self._with_modules = {folder_of(path) for path in self._paths}
        self._installed = installed
        self._roots = [*(root.strip("/") for root in source_roots), *self._usual_roots()]
        self._by_path = {path: self._module(path) for path in sorted(self._paths)}
        self._starts: dict[str, str] = {}
        self._resolved: dict[tuple[str, str, str], Module | str | None] = {}

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
            self._starts[path] = _where_name_begins(self._by_path[path])
        self._resolved.clear()

    def resolve(self, importer: Module, name: str, level: int = 0) -> Module | str | None:
        """What `import name` in `importer` finds.

        Returns:
            The module; the path of a folder where it is a namespace package; None where it is
            not of this project.
        """
        if level:
            return self._relative(importer, name, level)
        folder = folder_of(importer.path)
        key = (folder, self._starts.get(importer.path, folder), name)
        if key not in self._resolved:
            found = self._absolute(self._search_path(importer), name)
            found = self._beside(importer, name) if found is None else found
            self._resolved[key] = (
                found if self._is_source(found) else self._elsewhere(name) or found
            )
        found = self._resolved[key]
        is_itself = isinstance(found, Module) and found.path == importer.path
        return None if is_itself and self._means_a_library(importer, name) else found

    def submodule(self, package: Module | str, name: str) -> Module | str | None:
        """The module or namespace folder `name` inside a package (a module or a folder)."""
        folder = package if isinstance(package, str) else folder_of(package.path)
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
        outermost = folder_of(packages[0].path).rpartition("/")[2]
        return packages if outermost == name.partition(".")[0] else []

    def packages_above(self, module: Module) -> list[Module]:
        """The packages that are loaded before this module, outermost first."""
        found = []
        folder = folder_of(module.path)
        if module.is_package:
            folder = folder_of(folder)
        while folder and (package := self._by_path.get(f"{folder}/__init__.py")):
            found.append(package)
            folder = folder_of(folder)
        return found[::-1]

    def _usual_roots(self) -> list[str]:
        packages = [f for f in SOURCE_FOLDERS if f in self._folders and not self._is_package(f)]
        return [*packages, ""]

    def _is_package(self, folder: str) -> bool:
        return join(folder, "__init__.py") in self._paths

    def _module(self, path: str) -> Module:
        name = PurePosixPath(path)
        is_package = name.name == "__init__.py"
        parts = [] if is_package else [name.stem]
        folder = folder_of(path)
        while folder and self._is_package(folder):
            parts.append(folder.rpartition("/")[2])
            folder = folder_of(folder)
        return Module(path, ".".join(reversed(parts)) or "__init__", is_package)

    def _relative(self, importer: Module, name: str, level: int) -> Module | str | None:
        folder = folder_of(importer.path)
        for _ in range(level - 1):
            if not folder:
                return None
            folder = folder_of(folder)
        if not name:
            return self._package(folder)
        return self._walk(folder, name.split("."))

    def _package(self, folder: str) -> Module | str | None:
        init = self._by_path.get(join(folder, "__init__.py"))
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
        folder = folder_of(importer.path)
        found = self._walk(folder, parts)
        while not isinstance(found, Module) and folder and self._is_package(folder):
            folder = folder_of(folder)
            found = self._walk(folder, parts)
        return found if isinstance(found, Module) else None

    def _is_source(self, found: Module | str | None) -> bool:
        """Whether an import has found code, not only a folder that holds other folders."""
        return isinstance(found, Module) or found in self._with_modules

    def _elsewhere(self, name: str) -> Module | None:
        """A package of another part of the project, which is installed where this one runs.

        So it is where services share a library that is kept beside them. Only the one package of
        that name can be meant.
        """
        parts = name.split(".")
        if parts[0] in self._installed or parts[0] in sys.stdlib_module_names:
            return None
        homes = self._homes.get(parts[0], [])
        found = self._walk(homes[0], parts) if len(homes) == 1 else None
        return found if isinstance(found, Module) else None

    @cached_property
    def _homes(self) -> dict[str, list[str]]:
        """The folders in which outermost packages of a name are."""
        found: dict[str, list[str]] = {}
        for folder in self._with_modules:
            home, _, name = folder.rpartition("/")
            if self._is_package(folder) and not self._is_package(home):
                found.setdefault(name, []).append(home)
        return found

    def _means_a_library(self, importer: Module, name: str) -> bool:
        """Whether a module that by this name would import itself means another one."""
        if name != importer.name:
            return True
        is_script = "." not in name and not importer.is_package
        return is_script and (name in self._installed or name in sys.stdlib_module_names)

    def _walk(self, folder: str, parts: list[str]) -> Module | str | None:
        for part in parts[:-1]:
            step = self._find(folder, part)
            if step is None or (isinstance(step, Module) and not step.is_package):
                return None
            folder = step if isinstance(step, str) else folder_of(step.path)
        return self._find(folder, parts[-1])

    def _find(self, folder: str, name: str) -> Module | str | None:
        base = join(folder, name)
        found = self._by_path.get(f"{base}/__init__.py") or self._by_path.get(f"{base}.py")
        return found or (base if base in self._folders else None)

    def _search_path(self, importer: Module) -> tuple[str, ...]:
        """The folders in which to look for what a module imports.

        A module that the project imports by a longer name than its packages give it is looked for
        where that name begins: its neighbours' bare names are then no more than a script's.
        """
        folder = folder_of(importer.path)
        while folder and self._is_package(folder):
            folder = folder_of(folder)
        start = self._starts.get(importer.path, folder)
        roots = [start if is_above(start, folder) else folder, *self._roots]
        while folder:
            folder = folder_of(folder)
            roots.append(folder)
        return tuple(dict.fromkeys(roots))


def is_program(path: str) -> bool:
    """Whether a module is only ever run (`python -m package`), so that its body is a main guard."""
    return path.rpartition("/")[2] == "__main__.py"


def _where_name_begins(module: Module) -> str:
    """The folder from which a module's path spells its name."""
    parts = module.name.split(".")
    path = [*folder_of(module.path).split("/"), *([] if module.is_package else parts[-1:])]
    spelled = path[-len(parts) :] == parts
    return "/".join(path[: -len(parts)]) if spelled else folder_of(module.path)
