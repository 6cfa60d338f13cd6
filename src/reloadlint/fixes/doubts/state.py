"""Whether anything depends on there being one object for the whole life of the process."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import libcst as cst

from reloadlint.effects.hazards import Hazard
from reloadlint.effects.values import Class
from reloadlint.fixes.doubts.changed_by_users import changed_by_users
from reloadlint.fixes.doubts.closing import done_by_closing
from reloadlint.fixes.doubts.containers import put_into
from reloadlint.fixes.doubts.context_data import context_for_ever, taken_as_a_whole
from reloadlint.fixes.doubts.left_working import left_working
from reloadlint.fixes.doubts.memory import in_memory
from reloadlint.fixes.doubts.own_state import finalizer, kept_state
from reloadlint.fixes.doubts.reading_on import asked_afterwards, left_begun, read_on
from reloadlint.fixes.doubts.results import carried_on
from reloadlint.fixes.doubts.teardowns import torn_down_before
from reloadlint.fixes.doubts.transactions import (
    commits_by_itself,
    commits_what_it_writes,
    temporary_table,
    uncommitted,
)
from reloadlint.fixes.reading.configuring import sets_something
from reloadlint.fixes.reading.mutations import is_attribute_target
from reloadlint.fixes.reading.object import Made
from reloadlint.fixes.reading.own_class import Methods
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.references import Use
from reloadlint.fixes.reading.takers import takers
from reloadlint.fixes.reading.things import Thing
from reloadlint.fixes.reading.tree import FunctionNode, Tree, descendants, dotted, last_name

_AFTER_REQUEST = frozenset(
    {"after_request", "after_app_request", "teardown_request", "teardown_app_request"}
)
_EXCLUSIVE = frozenset({"dbm", "leveldb", "lmdb", "plyvel", "rocksdb", "semidbm", "shelve"})
_SETTERS = ("create_", "enable_", "load_extension", "set_", "install_", "autocommit")


def state_doubts(
    hazard: Hazard,
    project: Project,
    found: list[Thing],
    cls: Class | None,
    closer: str,
    *,
    ddl_commits: bool = False,
) -> Iterator[str]:
    """Why one object for each request may not do what one for all does.

    Raises:
        Instead: it can't.
    """
    made = found[0].made
    methods = Methods(project, cls, _set_up(found[0])) if cls is not None else None
    yield from in_memory(hazard, project, made, methods)
    yield from _one_at_a_time(made, methods)
    yield from context_for_ever(project, hazard.path)
    yield from taken_as_a_whole(project, hazard.path)
    yield from other_directory(project, hazard.path)
    gone = [line for thing in found for line in thing.dropped]
    uses = [use for thing in found for use in thing.found.uses]
    uses = [use for use in uses if use.tree.statement_of(use.node) not in gone]
    inside = [use for use in uses if use.tree.function_of(use.node) is not None]
    for use in inside:
        yield from torn_down_before(use, made)
        yield from _changed(use, closer)
    for thing in found[1:]:
        yield from carried_on(thing)
    yield from _temporary(inside, made)
    if methods is not None:
        yield from kept_state(project, methods)
        yield from put_into(inside, methods)
        yield from finalizer(methods)
        yield from read_on(methods)
        yield from left_working(methods)
        yield from done_by_closing(methods, closer)
    yield from changed_by_users(project, inside, methods)
    places = _places(inside, methods)
    yield from asked_afterwards(project, places)
    yield from left_begun(project, places)
    if not commits_by_itself(made.tree, found[0].statements) and not _committed_by_hook(inside):
        yield from _left_open(project, inside, methods, places, ddl_commits=ddl_commits)


def _set_up(thing: Thing) -> set[str]:
    """The methods that are called where the object is made, and nowhere else."""
    moving = [use for use in thing.found.uses if use.tree.statement_of(use.node) in thing.lines]
    others = (use for use in thing.found.uses if use not in moving)
    return {_attribute(use) for use in moving} - {_attribute(use) for use in others}


def _one_at_a_time(made: Made, methods: Methods | None) -> Iterator[str]:
    """Files that are locked, or kept in memory until they are closed."""
    constructing = methods.constructing() if methods is not None else []
    making: list[cst.CSTNode] = [made.value, *(method for _, method in constructing)]
    for node in (inner for outer in making for inner in descendants(outer)):
        if isinstance(node, cst.Call) and dotted(node.func).partition(".")[0] in _EXCLUSIVE:
            name = dotted(node.func)
            yield f"`{name}()` doesn't bear two requests that have the same file open at once"
            return


def other_directory(project: Project, home: str) -> Iterator[str]:
    """A relative path means another file after `os.chdir()`."""
    together = project.connected_with(home) & project.flask_modules
    for path in sorted(together.intersection(project.mentioning("chdir"))):
        if "chdir(" in project.texts[path]:
            line = project.texts[path].partition("chdir(")[0].count("\n") + 1
            yield f"the working directory is changed in line {line} of {path}"


def _changed(use: Use, closer: str) -> Iterator[str]:
    attribute = is_attribute_target(use)
    if attribute is not None:
        yield f"`{attribute}` is assigned in {use.where}, which would last for one request only"
    parent = use.tree.parent(use.node)
    call = use.tree.parent(parent)
    if isinstance(parent, cst.Arg) and isinstance(call, cst.Call) and dotted(call.func) == "id":
        yield f"each request would see another `id()` in {use.where}"
    if _attribute(use) == "total_changes":
        yield f"`total_changes` in {use.where} would count what one request changes"
    if _attribute(use).startswith(_SETTERS):
        yield f"`{_attribute(use)}` in {use.where} would last for one request only"
    if (setting := sets_something(use)) is not None:
        yield f"`{setting}` in {use.where} would last for one request only"
    if _attribute(use) == closer and isinstance(use.tree.parent(parent), cst.Call):
        yield f"{use.where} closes it (`{closer}()`), and the teardown would do so again"


def _temporary(inside: list[Use], made: Made) -> Iterator[str]:
    trees = {made.tree, *(use.tree for use in inside)}
    for tree in sorted(trees, key=lambda tree: tree.path):
        text = temporary_table(tree)
        if text is not None:
            line = tree.line(text)
            yield f"the TEMP table in line {line} of {tree.path} would be gone after each request"


def _committed_by_hook(inside: list[Use]) -> bool:
    """Whether a function that runs after every request commits."""
    for use in inside:
        function = use.tree.function_of(use.node)
        if isinstance(function, cst.FunctionDef) and _attribute(use) == "commit":
            names = {last_name(decorator.decorator) for decorator in function.decorators}
            if names & _AFTER_REQUEST:
                return True
    return False


def _attribute(use: Use) -> str:
    parent = use.tree.parent(use.node)
    return parent.attr.value if isinstance(parent, cst.Attribute) else ""


def _left_open(
    project: Project,
    inside: list[Use],
    methods: Methods | None,
    places: dict[FunctionNode, Tree],
    *,
    ddl_commits: bool,
) -> Iterator[str]:
    committing = _committing(project, methods) if methods is not None else frozenset()
    objects = {use.node for use in inside}
    given = takers(project, inside)

    def settled(function: FunctionNode, call: cst.Call) -> bool:
        owner = call.func.value if isinstance(call.func, cst.Attribute) else None
        known = owner in objects or dotted(owner) == "self" or function not in places
        return last_name(call) in committing and known

    for function, tree in (given | places).items():
        known = partial(settled, function)
        call = uncommitted(project, tree, function, ddl_commits=ddl_commits, settled=known)
        if call is not None:
            yield (
                f"`{last_name(call)}` in line {tree.line(call)} of {tree.path} writes without a "
                "commit in the same function, and closing the connection would drop that"
            )


def _places(inside: list[Use], methods: Methods | None) -> dict[FunctionNode, Tree]:
    """The functions that use the object, and its own methods."""
    places: dict[FunctionNode, Tree] = {}
    for use in inside:
        function = use.tree.function_of(use.node)
        if function is not None:
            places.setdefault(function, use.tree)
    places.update({method: tree for tree, method in methods.serving()} if methods else {})
    return places


def _committing(project: Project, methods: Methods) -> frozenset[str]:
    """The methods of a class that commit all that they hand to the database."""
    found: dict[str, bool] = {}
    for tree, _, method in methods.defined:
        found.setdefault(method.name.value, commits_what_it_writes(project, tree, method))
    return frozenset(name for name, commits in found.items() if commits)
