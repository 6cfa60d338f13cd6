"""Import statements, and the loading of modules that they lead to."""

from __future__ import annotations

from functools import partial

from reloadlint.effects.attributes import Attributes
from reloadlint.effects.frames import Flow, Scope, Site
from reloadlint.effects.values import (
    UNKNOWN,
    External,
    LazyImport,
    Literal,
    ModuleValue,
    Sequence,
    Value,
)
from reloadlint.facts import records as r
from reloadlint.project.modules import Module


class Never(Exception):  # noqa: N818 - no error: what follows is never reached
    """Raised by a call that doesn't come back, such as `sys.exit()`."""


class ImportFails(Never):
    """Raised by a library's import of another one that its environment doesn't have."""


class Imports(Attributes):
    """Follows imports."""

    def import_modules(self, node: r.Import, scope: Scope) -> int:
        """`import a.b.c`, `import a.b.c as x`."""
        importer = scope.module.module
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            load = partial(self._module_named, importer, alias)
            scope.bind(name, LazyImport(load) if node.lazy else load())
        return Flow.FALLS

    def _module_named(self, importer: Module | None, alias: r.Alias) -> Value:
        """What `import` binds: the module, or without another name the package that it is in."""
        value = self._imported(importer, alias.name)
        top = alias.name.partition(".")[0]
        return value if alias.asname or top == alias.name else self._imported(importer, top)

    def import_names(self, node: r.ImportFrom, scope: Scope) -> int:
        """`from a import b`, `from . import c`, `from a import *`."""
        importer = scope.module.module
        if node.lazy:
            return self._import_lazily(node, scope, importer)
        source = self._imported(importer, node.module, node.level)
        for alias in node.names:
            if alias.name == "*":
                self._import_all(source, scope)
            else:
                site = Site(self.module_of(scope), alias.span, alias.name, "implicit")
                scope.bind(alias.asname or alias.name, self._taken(source, alias.name, site))
        return Flow.FALLS

    def _import_lazily(self, node: r.ImportFrom, scope: Scope, importer: Module | None) -> int:
        """`lazy from a import b`."""

        def load(alias: r.Alias) -> Value:
            site = Site(self.module_of(scope), alias.span, alias.name, "implicit")
            return self._taken(self._imported(importer, node.module, node.level), alias.name, site)

        for alias in node.names:
            scope.bind(alias.asname or alias.name, LazyImport(partial(load, alias)))
        return Flow.FALLS

    def import_by_name(self, name: str) -> Value:
        """`importlib.import_module(name)`, called at the site on top of the stack."""
        plain = name.lstrip(".")
        return self._imported(self.stack[-1].module, plain, len(name) - len(plain))

    def _imported(self, importer: Module | None, name: str, level: int = 0) -> Value:
        if importer is None:
            return UNKNOWN
        found = self.index_of(importer).resolve(importer, name, level)
        if found is None:
            if importer.installed and not level and not self.is_importable(name):
                raise ImportFails
            return UNKNOWN if level else External(name)
        if isinstance(found, Module) and not found.installed and not self.guards:
            for package in self.index.loaded_before(found, name, level):
                self.load(package)
        return self._loaded(found)

    def is_importable(self, name: str) -> bool:
        """Whether the libraries' environment has the package in which a name begins."""
        return self.libraries is None or self.libraries.has(name.partition(".")[0])

    def _loaded(self, found: Module | str) -> ModuleValue:
        is_new = isinstance(found, Module) and found.path not in self.modules
        if isinstance(found, Module) and is_new and self.guards and not found.installed:
            # Loaded in one of the reloader's processes only: no hazard from here.
            return ModuleValue(found)
        return self.module_value(found)

    def _taken(self, source: Value, name: str, site: Site | None = None) -> Value:
        if isinstance(source, External):
            return self.attribute(source, name)
        if not isinstance(source, ModuleValue):
            return UNKNOWN
        if name in source.names:
            return self.held_by(source, name)
        inner = self.submodule_of(source, name)
        return self.attribute(source, name, site) if inner is None else self._loaded(inner)

    def _import_all(self, source: Value, scope: Scope) -> None:
        if isinstance(source, External):
            scope.module.stars.append(source.name)
        if not isinstance(source, ModuleValue):
            return
        scope.module.stars += source.stars
        exported = source.names.get("__all__")
        if isinstance(exported, Sequence):
            wanted = [v.value for v in exported.items if isinstance(v, Literal)]
            names = [name for name in wanted if isinstance(name, str)]
        else:
            names = [name for name in source.names if not name.startswith("_")]
        for name in names:
            scope.bind(name, self._taken(source, name))
