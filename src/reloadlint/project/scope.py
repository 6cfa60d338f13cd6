"""Which modules Flask loads: the contract's *Flask modules*."""

from __future__ import annotations

import re
from collections.abc import Mapping

from reloadlint.project.imports import ImportedName, ImportFacts
from reloadlint.project.modules import Module, ModuleIndex

_FLASK = re.compile(r"(flask|flask_\w+|quart)(\.|$)")
_BUILT_ON_IT = re.compile(r"(apiflask|connexion|dash)(\.|$)")
"""Frameworks whose application is one of Flask's; own modules are often so named, too."""
_TEST_FILE = re.compile(r"(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$")
_TEST_FOLDER = re.compile(r"(^|/)tests?/")
_TOOLS_FILE = re.compile(r"(^|/)(docs?|sphinx)/([^/]+/)*conf\.py$|(^|/)setup\.py$")
"""What Sphinx and setuptools run: like a test, no server loads it."""


class ImportGraph:
    """Who imports whom inside a project.

    Args:
        index: the project's modules.
        imports: what each module imports, by path; a module without facts imports nothing.
    """

    def __init__(self, index: ModuleIndex, imports: Mapping[str, ImportFacts]) -> None:
        self._index = index
        self._imports = imports
        self.at_import: dict[str, set[str]] = {}
        self.anywhere: dict[str, set[str]] = {}
        for module in index.modules:
            if module.path in imports:
                self._note_targets(module)

    def loaded_by(self, path: str) -> set[str]:
        """The modules that loading this one loads, itself included."""
        return _reached(self.at_import, frozenset({path}))

    def uses_framework(self, path: str) -> bool:
        """Whether a module imports a framework that is built on Flask, and no own module for it."""
        importer = self._index.at(path)
        return importer is not None and any(
            not item.level
            and _BUILT_ON_IT.match(item.module)
            and self._index.resolve(importer, item.module, 0) is None
            for item in self._imports[path].imports
        )

    def components(self) -> dict[str, int]:
        """For each module, a number that it shares with all that it is connected to by imports."""
        numbers: dict[str, int] = {}
        edges = {path: set(targets) for path, targets in self.anywhere.items()}
        for path, targets in self.anywhere.items():
            for target in targets:
                edges.setdefault(target, set()).add(path)
        for path in edges:
            if path not in numbers:
                number = len(numbers)
                numbers.update(dict.fromkeys(_reached(edges, frozenset({path})), number))
        return numbers

    def connected_with(self, paths: frozenset[str]) -> frozenset[str]:
        """These modules and all that imports connect with them, whichever way."""
        numbers = self.components()
        wanted = {numbers[path] for path in paths if path in numbers}
        return paths | {path for path, number in numbers.items() if number in wanted}

    def _note_targets(self, module: Module) -> None:
        at_import: set[str] = set()
        deferred: set[str] = set()
        for imported in self._imports[module.path].imports:
            targets = deferred if imported.deferred else at_import
            targets |= self._modules_loaded(module, imported)
        self.at_import[module.path] = at_import - {module.path}
        self.anywhere[module.path] = (at_import | deferred) - {module.path}

    def _modules_loaded(self, module: Module, imported: ImportedName) -> set[str]:
        found = self._index.resolve(module, imported.module, imported.level)
        named = [found]
        if found is not None and imported.name:
            named.append(self._index.submodule(found, imported.name))
        modules = [module for module in named if isinstance(module, Module)]
        above = [
            package
            for module in modules
            for package in self._index.loaded_before(module, imported.module, imported.level)
        ]
        return {module.path for module in [*modules, *above]}


def imports_flask(facts: ImportFacts) -> bool:
    """Whether a module imports Flask, one of its extensions, or Quart."""
    return any(not item.level and _FLASK.match(item.module) for item in facts.imports)


def is_test_file(path: str) -> bool:
    """Whether pytest would load this file, and so no server does."""
    return _TEST_FILE.search(path) is not None


def flask_modules(
    graph: ImportGraph, imports: Mapping[str, ImportFacts], *, all_modules: bool = False
) -> tuple[frozenset[str], frozenset[str]]:
    """The paths of the Flask modules.

    Returns:
        The roots, that is modules that import Flask and the entry points that lead to them; and
        the roots with everything that they load in turn.
    """
    if all_modules:
        everything = frozenset(imports)
        return everything, everything
    direct = {
        path
        for path, facts in imports.items()
        if (imports_flask(facts) or graph.uses_framework(path)) and not is_test_file(path)
    }
    above = _reaching(graph.anywhere, direct)
    entries = {path for path in above if not (_is_test(path) or _TOOLS_FILE.search(path))} | direct
    roots = frozenset(direct | entries)
    return roots, frozenset(_reached(graph.at_import, roots))


def load_order(graph: ImportGraph, roots: frozenset[str]) -> list[str]:
    """The roots in the order in which to load them: those that nobody imports first.

    A circle of imports is thus entered where a server would enter it, as far as one can tell.
    """
    imported = set().union(*graph.at_import.values()) if graph.at_import else set()
    return sorted(roots, key=lambda path: (path in imported, path))


def imported_names(index: ModuleIndex, imports: Mapping[str, ImportFacts]) -> dict[str, str]:
    """By path, the longest dotted name under which the project's own files import a module."""
    names: dict[str, str] = {}
    for module in index.modules:
        for item in imports[module.path].imports if module.path in imports else ():
            if not item.level:
                _note_name(index, module, item, names)
    return names


def _note_name(
    index: ModuleIndex, module: Module, item: ImportedName, names: dict[str, str]
) -> None:
    found = index.resolve(module, item.module)
    if isinstance(found, Module):
        names[found.path] = max(names.get(found.path, ""), item.module, key=len)
    if found is not None and item.name:
        inner = index.submodule(found, item.name)
        if isinstance(inner, Module):
            full = f"{item.module}.{item.name}"
            names[inner.path] = max(names.get(inner.path, ""), full, key=len)


def _is_test(path: str) -> bool:
    return is_test_file(path) or _TEST_FOLDER.search(path) is not None


def _reaching(edges: Mapping[str, set[str]], goals: set[str]) -> set[str]:
    backwards: dict[str, set[str]] = {}
    for source, targets in edges.items():
        for target in targets:
            backwards.setdefault(target, set()).add(source)
    return _reached(backwards, frozenset(goals))


def _reached(edges: Mapping[str, set[str]], starts: frozenset[str]) -> set[str]:
    reached = set(starts)
    pending = list(starts)
    while pending:
        for target in edges.get(pending.pop(), ()):
            if target not in reached:
                reached.add(target)
                pending.append(target)
    return reached
