"""Where a module-level name is used: by scope in its own module, by imports in the others."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst
from libcst.metadata import BaseAssignment, GlobalScope, ImportAssignment

from reloadlint.fixes.reading.captured import captured
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.tree import Tree, dotted
from reloadlint.fixes.reading.uses import Alias, Mention, References, Use
from reloadlint.project.modules import Module

__all__ = ["Alias", "Mention", "References", "Use", "captured", "references"]

_REBINDING = (cst.AssignTarget, cst.Del, cst.NamedExpr, cst.AugAssign, cst.AnnAssign)


def references(project: Project, path: str, name: str) -> References:
    """Everything that refers to the global `name` of the module at `path`.

    Raises:
        Refusal: a module that mentions it can't be parsed by libcst.
    """
    collector = _Collector(project)
    collector.follow(path, name)
    found = collector.found
    found.uses.sort(key=lambda use: (use.tree.path, use.tree.span(use.node)))
    return found


class _Collector:
    """Follows a name through the modules that have it."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self.found = References()

    def follow(self, path: str, name: str) -> None:
        """Collect what refers to a module's global, there and in whoever imports it."""
        if (path, name) in self.found.names:
            return
        self.found.names.add((path, name))
        tree = self._project.tree(path)
        self._inside(tree, name)
        for other in self._project.importers_of(path, name):
            self._from_outside(self._project.tree(other), path, name)

    # In the module itself

    def _inside(self, tree: Tree, name: str) -> None:
        bound = [a for a in tree.bound(tree.module, name) if isinstance(a.scope, GlobalScope)]
        self._note_assignments(tree, bound)
        for node in tree.every(cst.Global):
            names = [item for item in node.names if item.name.value == name]
            self.found.mentions += [Mention(tree, item) for item in names]
        exported = [text for text in _exported(tree) if text.evaluated_value == name]
        self.found.mentions += [Mention(tree, text) for text in exported]

    def _note_assignments(self, tree: Tree, bound: Iterable[BaseAssignment]) -> None:
        bound = list(bound)
        seen: set[cst.CSTNode] = set()
        for assignment in bound:
            for access in tree.in_order(assignment.references):
                if access.node not in seen:
                    seen.add(access.node)
                    self._note_use(tree, access.node)
        nodes = [node for a in bound if (node := getattr(a, "node", None)) is not None]
        nodes.sort(key=tree.line)
        self.found.rebound += [Use(tree, node) for node in nodes[1:]]

    def _note_use(self, tree: Tree, node: cst.CSTNode) -> None:
        if captured(tree, node):
            return
        parent = tree.parent(node)
        if not isinstance(node, (cst.Name, cst.Attribute)):
            line = tree.line(node)
            self.found.obstacles.append(
                f"it is named in an annotation in line {line} of {tree.path}"
            )
        elif isinstance(parent, _REBINDING) and getattr(parent, "target", node) is node:
            self.found.rebound.append(Use(tree, node))
        else:
            self.found.uses.append(Use(tree, node))

    # In others

    def _from_outside(self, tree: Tree, path: str, name: str) -> None:
        for statement in tree.every(cst.ImportFrom):
            self._import_from(tree, statement, path, name)
        for plain in tree.every(cst.Import):
            for alias in plain.names:
                self._import(tree, plain, alias, path, name)

    def _import_from(self, tree: Tree, node: cst.ImportFrom, path: str, name: str) -> None:
        source = self._project.resolve(tree.path, dotted(node.module), len(node.relative))
        if isinstance(node.names, cst.ImportStar):
            if isinstance(source, Module) and source.path == path and not name.startswith("_"):
                self._star(tree, name)
            return
        for alias in node.names:
            if isinstance(source, Module) and source.path == path and alias.evaluated_name == name:
                self._named(tree, node, alias)
            elif source is not None and self._is_module(source, alias.evaluated_name, path):
                local = alias.evaluated_alias or alias.evaluated_name
                self._module_attributes(tree, node, local, name)

    def _is_module(self, source: Module | str, name: str, path: str) -> bool:
        inner = self._project.index.submodule(source, name)
        return isinstance(inner, Module) and inner.path == path

    def _named(self, tree: Tree, node: cst.ImportFrom, alias: cst.ImportAlias) -> None:
        local = alias.evaluated_alias or alias.evaluated_name
        self.found.aliases.append(Alias(tree, node, alias))
        scope = tree.scope(node)
        if isinstance(scope, GlobalScope):
            self.follow(tree.path, local)
        else:
            self._note_assignments(tree, [a for a in tree.bound(node, local) if a.scope is scope])

    def _star(self, tree: Tree, name: str) -> None:
        if (tree.path, name) in self.found.names:
            return
        own = [a for a in tree.bound(tree.module, name) if isinstance(a.scope, GlobalScope)]
        if own:
            nodes = [node for a in own if (node := getattr(a, "node", None)) is not None]
            self.found.rebound += [Use(tree, node) for node in nodes if _in_block(tree, node)]
            return
        scopes = dict.fromkeys(tree.scope(n) for n in tree.every(cst.Name) if n.value == name)
        for scope in scopes:
            for access in tree.in_order(scope.accesses):
                if getattr(access.node, "value", None) == name and not access.referents:
                    self._note_use(tree, access.node)
        self.found.names.add((tree.path, name))
        for other in self._project.importers_of(tree.path, name):
            self._from_outside(self._project.tree(other), tree.path, name)

    def _import(
        self, tree: Tree, node: cst.Import, alias: cst.ImportAlias, path: str, name: str
    ) -> None:
        parts = alias.evaluated_name.split(".")
        for length in range(len(parts), 0, -1):
            module = ".".join(parts[:length])
            found = self._project.resolve(tree.path, module)
            if isinstance(found, Module) and found.path == path:
                whole = length == len(parts)
                local = alias.evaluated_alias if whole and alias.evaluated_alias else module
                if alias.evaluated_alias is None or whole:
                    self._module_attributes(tree, node, local, name)

    def _module_attributes(self, tree: Tree, node: cst.CSTNode, local: str, name: str) -> None:
        for assignment in tree.bound(node, local):
            if not isinstance(assignment, ImportAssignment) or assignment.node is not node:
                continue
            for access in tree.in_order(assignment.references):
                self._through_module(tree, access.node, name)

    def _through_module(self, tree: Tree, module: cst.CSTNode, name: str) -> None:
        parent = tree.parent(module)
        if not isinstance(parent, cst.Attribute) or parent.value is not module:
            return
        if parent.attr.value == name:
            self._note_use(tree, parent)


def _in_block(tree: Tree, node: cst.CSTNode) -> bool:
    """Whether a binding may be none: it stands in a block, or in a function with `global`."""
    return any(isinstance(above, cst.BaseCompoundStatement) for above in tree.ancestors(node))


def _exported(tree: Tree) -> list[cst.SimpleString]:
    """The texts in what is assigned or added to `__all__`."""
    found = []
    for text in tree.every(cst.SimpleString):
        for node in tree.ancestors(text):
            if isinstance(node, cst.SimpleStatementLine):
                if "__all__" in tree.source(node).partition("=")[0].partition("(")[0]:
                    found.append(text)
                break
    return found
