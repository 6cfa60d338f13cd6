"""Taking a name from one module of the project into another, for use after an application."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from reloadlint.fixes.draft import Refusal
from reloadlint.fixes.edits import Edit
from reloadlint.fixes.reading.applications import Application
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.tree import Tree, dotted
from reloadlint.fixes.writing.flask_import import extended
from reloadlint.fixes.writing.import_block import first_block, module_of, new_import
from reloadlint.fixes.writing.pieces import whole_lines
from reloadlint.fixes.writing.style import style_of
from reloadlint.project.modules import Module


def imported(
    project: Project, app: Application, source: str, name: str
) -> tuple[str, tuple[Edit, ...]]:
    """How an application's module writes `name` of the module at `source`, and the edits for it.

    Raises:
        Refusal: importing it there would go round in a circle, or it can't be named.
    """
    tree = app.tree
    if project.needs(source, tree.path) and app.function is None:
        raise Refusal(f"`{source}` and `{tree.path}` import each other while they are loaded")
    module = _module_name(project, tree, source, app)
    if module is not None:
        return f"{module}.{name}", ()
    local = name if name not in tree.identifiers else f"{name.partition('_')[0]}_{_short(source)}"
    if local in tree.identifiers:
        raise Refusal(f"`{name}` and `{local}` are taken in {tree.path}")
    wanted = name if local == name else f"{name} as {local}"
    if local == name and _comes_by_star(project, tree, source, app, name):
        return local, ()
    statement = _from_import(project, tree, source, app)
    if statement is not None:
        return local, (extended(tree, statement, wanted),)
    where = _spelling(project, tree, source)
    text = f"from {where} import {wanted}"
    if project.needs(source, tree.path):
        return local, (_inside(app, text),)
    newline = style_of(tree).newline
    own = _own_modules(project, tree)
    below = None if own else _last_below(app)
    if below is not None:
        return local, (Edit(below, below, f"{text}{newline}"),)
    return local, (new_import(tree, text, where, newline, {*own, where}),)


def _last_below(app: Application) -> int | None:
    """The end of the last import above an application that isn't among those at the top.

    What stands between may have to run first: `monkey_patch()`, `sys.path.insert()`.
    """
    tree, top = app.tree, first_block(app.tree)
    limit = tree.span(app.function if app.function is not None else app.statement)[0]
    lines = (n for n in tree.module.body if isinstance(n, cst.SimpleStatementLine))
    imports = (n for n in lines if isinstance(n.body[-1], (cst.Import, cst.ImportFrom)))
    below = [n for n in imports if n not in top and tree.span(n)[1] < limit]
    return tree.line_end(tree.span(below[-1])[1]) if below else None


def all_imported(
    project: Project, app: Application, source: str, names: Sequence[str]
) -> tuple[list[str], list[Edit]]:
    """As `imported`, for several names: where a new statement is due, one brings them all.

    Raises:
        Refusal: as for `imported`.
    """
    found = [imported(project, app, source, name) for name in names]
    edits: list[Edit] = []
    for edit in (edit for _, own in found for edit in own):
        added = edit.text.partition(" import ")[2].strip()
        if added and edits and edits[-1].start == edit.start:
            statement = edits[-1].text.rstrip("\r\n")
            end = edits[-1].text[len(statement) :]
            edits[-1] = Edit(edit.start, edit.end, f"{statement}, {added}{end}")
        else:
            edits.append(edit)
    return [local for local, _ in found], edits


def _short(path: str) -> str:
    parts = path.removesuffix(".py").removesuffix("/__init__").split("/")
    return parts[-1]


def _early_imports(tree: Tree, app: Application) -> list[cst.Import | cst.ImportFrom]:
    """The imports that have run when the application is made."""
    limit = tree.span(app.function if app.function is not None else app.statement)[0]
    return [
        small
        for line in tree.module.body
        if isinstance(line, cst.SimpleStatementLine)
        and (app.function is not None or tree.span(line)[0] < limit)
        for small in line.body
        if isinstance(small, (cst.Import, cst.ImportFrom))
    ]


def _module_name(project: Project, tree: Tree, source: str, app: Application) -> str | None:
    """How the application's module names the other, where it imports it as a module."""
    for statement in _early_imports(tree, app):
        if isinstance(statement, cst.Import):
            for alias in statement.names:
                found = project.resolve(tree.path, alias.evaluated_name)
                if isinstance(found, Module) and found.path == source:
                    return alias.evaluated_alias or alias.evaluated_name
        elif not isinstance(statement.names, cst.ImportStar):
            package = project.resolve(tree.path, dotted(statement.module), len(statement.relative))
            for alias in statement.names:
                inner = package and project.index.submodule(package, alias.evaluated_name)
                if isinstance(inner, Module) and inner.path == source:
                    return alias.evaluated_alias or alias.evaluated_name
    return None


def _from_import(
    project: Project, tree: Tree, source: str, app: Application
) -> cst.ImportFrom | None:
    for statement in _early_imports(tree, app):
        if isinstance(statement, cst.ImportFrom) and not isinstance(
            statement.names, cst.ImportStar
        ):
            found = project.resolve(tree.path, dotted(statement.module), len(statement.relative))
            if isinstance(found, Module) and found.path == source:
                return statement
    return None


def _comes_by_star(project: Project, tree: Tree, source: str, app: Application, name: str) -> bool:
    """Whether `import *` of the module brings the name already."""
    if name.startswith("_") or "__all__" in project.texts[source]:
        return False
    for statement in _early_imports(tree, app):
        if isinstance(statement, cst.ImportFrom) and isinstance(statement.names, cst.ImportStar):
            found = project.resolve(tree.path, dotted(statement.module), len(statement.relative))
            if isinstance(found, Module) and found.path == source:
                return True
    return False


def _own_modules(project: Project, tree: Tree) -> set[str]:
    """The modules among the imports at the top that are the project's, as written."""
    names = {module_of(line) for line in first_block(tree)}
    return {
        name
        for name in names
        if project.resolve(tree.path, name.lstrip("."), len(name) - len(name.lstrip(".")))
    }


def _spelling(project: Project, tree: Tree, source: str) -> str:
    """The name by which to import a module: relative where the importer does so, else absolute."""
    relative = _relative(tree.path, source)
    absolute = project.module(source).name
    package = absolute.partition(".")[0]
    named = any(name.partition(".")[0] == package for name in _own_modules(project, tree))
    uses_relative = not named and any(s.relative for s in tree.every(cst.ImportFrom))
    wishes = (relative, absolute) if uses_relative else (absolute, relative)
    for wish in wishes:
        level = len(wish) - len(wish.lstrip("."))
        found = project.resolve(tree.path, wish[level:], level)
        if isinstance(found, Module) and found.path == source:
            return wish
    raise Refusal(f"`{source}` has no name by which `{tree.path}` could import it")


def _relative(importer: str, source: str) -> str:
    """`..db` for a module seen from another; `.db` from the package's own `__init__`."""
    here = importer.split("/")[:-1]
    there = source.removesuffix(".py").removesuffix("/__init__").split("/")
    shared = 0
    while shared < min(len(here), len(there) - 1) and here[shared] == there[shared]:
        shared += 1
    return "." * (len(here) - shared + 1) + ".".join(there[shared:])


def _inside(app: Application, text: str) -> Edit:
    """The edit that imports at the place where a factory makes its application."""
    tree = app.tree
    start, _ = whole_lines(tree, app.statement)
    indent = tree.data[start : tree.span(app.statement)[0]].decode()
    return Edit(start, start, f"{indent}{text}{style_of(tree).newline}")
