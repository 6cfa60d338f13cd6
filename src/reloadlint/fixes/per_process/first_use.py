"""Uses at module level of what will be made once, at its first use: what moves along with it."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from reloadlint.effects.hazards import Hazard
from reloadlint.effects.values import Instance
from reloadlint.fixes.draft import Refusal
from reloadlint.fixes.reading.configuring import METHODS, configures
from reloadlint.fixes.reading.exits import closed_at_exit
from reloadlint.fixes.reading.guards import in_main_guard
from reloadlint.fixes.reading.object import Made, made_at, made_by, receiver_made
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.references import Use, references
from reloadlint.fixes.reading.things import HANDLES, Thing, at_module_level, reported, values_of
from reloadlint.fixes.reading.tree import Tree, descendants, last_name
from reloadlint.fixes.reading.troubles import line_in

_SETTING = (
    "add_", "configure", "connect", "declare", "enable", "max_", "on_", "open", "prepare",
    "reconnect_", "register", "schedule", "set", "start", "subscribe", "tls_", "username_", "will_",
)  # fmt: skip
_ASKING = (
    "client_id", "client_info", "client_list", "config_get", "connect", "count", "dbsize", "echo",
    "estimated_document_count", "exists", "find_one", "get", "hget", "index_information", "info",
    "keys", "list_", "lrange", "mget", "open", "ping", "role", "scard", "server_info", "smembers",
    "time", "ttl", "type",
)  # fmt: skip
"""How commands to a server begin that leave it as it is."""
_TAKING = frozenset({"getdel", "getex", "getset"})
_ASKED = frozenset({"buildinfo", "connectionstatus", "hello", "ismaster", "ping", "serverstatus"})
_OTHERS_CURE = frozenset({"g", "guard"})


def origin(hazard: Hazard, project: Project) -> Made:
    """Where the object is made that has to be closed: `cluster` for `cluster.connect()`.

    Raises:
        Refusal: it is no plain assignment to a name of the module.
    """
    made = made_by(hazard, project)
    outcome = project.outcomes.get((hazard.path, hazard.span))
    if outcome is None or not isinstance(outcome.receiver, Instance):
        return made
    if isinstance(outcome.result, Instance) or not isinstance(made.value, cst.Call):
        return made
    earlier = receiver_made(made.tree, made.value)
    return made if earlier is None else made_at(project, made.tree, earlier)


class FirstUse:
    """Settles uses at module level for `things`; `doubts` are why the result may not hold."""

    def __init__(self) -> None:
        self.doubts: list[str] = []

    def __call__(self, thing: Thing, use: Use, hazard: Hazard, project: Project) -> Iterator[Thing]:
        """Settle one use.

        Raises:
            Refusal: it would make the object while the module is loaded.
        """
        if in_main_guard(use.tree, use.node) or not _is_loaded(project, use.tree):
            return
        if _decorates(use):
            raise Refusal(
                f"it decorates what stands in {use.where} while the module is loaded; such an "
                "object has to stay where it is"
            )
        line = _plain_line(use)
        if line is not None and line in thing.statements:
            return
        if line is not None and self._goes_along(thing, use, line, hazard, project):
            return
        made = _made_from(use, line)
        other = _hazard_of(made, project) if made is not None else None
        if made is None or (other is not None and other.cure in _OTHERS_CURE):
            yield from at_module_level(thing, use, hazard, project)
            return
        if not _is_sure(made.value) and other is None:
            self._later(use.tree, made.value)
        yield Thing(made, references(project, use.tree.path, made.name), use)

    def _goes_along(
        self,
        thing: Thing,
        use: Use,
        line: cst.SimpleStatementLine,
        hazard: Hazard,
        project: Project,
    ) -> bool:
        """Note a line that needs no accessor: it is done where the object is made."""
        if use.tree is not thing.made.tree:
            return False
        if thing.source is None and closed_at_exit(use, hazard.closers) is line:
            thing.dropped.append(line)
            return True
        known = configures(thing.made, use) or reported(use, hazard)
        if known is None and not _is_called(use, line):
            return False
        call = line.body[0].value if isinstance(line.body[0], cst.Expr) else None
        if isinstance(call, cst.Call) and _changes_data(call, hazard, project):
            self._later(use.tree, call)
        elif known is None and call is not None and not _is_effect(use.tree, call, project):
            name = _first_method(use)
            if name not in METHODS and not name.startswith(_SETTING):
                self._later(use.tree, call)
        thing.lines.append(line)
        thing.values += values_of(line)
        return True

    def _later(self, tree: Tree, node: cst.CSTNode) -> None:
        source = tree.source(node).partition("\n")[0]
        self.doubts.append(
            f"`{source}` in {line_in(tree, node)} would run at first use, and no longer while the "
            "module is loaded"
        )


def _is_loaded(project: Project, tree: Tree) -> bool:
    return tree.path in project.flask_modules and not project.is_test(tree.path)


def _decorates(use: Use) -> bool:
    return any(isinstance(node, cst.Decorator) for node in use.tree.ancestors(use.node))


def _plain_line(use: Use) -> cst.SimpleStatementLine | None:
    """The statement of a use, if it stands at module level and alone on its line."""
    line = use.tree.statement_of(use.node)
    if not isinstance(line, cst.SimpleStatementLine) or len(line.body) > 1:
        return None
    return line if use.tree.parent(line) is use.tree.module else None


def _is_called(use: Use, line: cst.SimpleStatementLine) -> bool:
    """Whether a line does nothing but call a method of the object, or of what it hands out."""
    call = line.body[0].value if isinstance(line.body[0], cst.Expr) else None
    return isinstance(call, cst.Call) and use.node in _chain(call)


def _changes_data(call: cst.Call, hazard: Hazard, project: Project) -> bool:
    """Whether a call is a command to a server that does more than ask: `cache.set("visits", 0)`."""
    name = last_name(call)
    asks = name.startswith(_ASKING) and name not in _TAKING
    if asks or name not in _commands(hazard, project):
        return False
    first = call.args[0].value if call.args else None
    asked = first.raw_value.lower() if isinstance(first, cst.SimpleString) else ""
    return name != "command" or asked not in _ASKED


def _commands(hazard: Hazard, project: Project) -> tuple[str, ...]:
    """The methods by which a library's lazy object asks its server for something."""
    outcome = project.outcomes.get((hazard.path, hazard.span))
    for value in (outcome.receiver, outcome.result) if outcome is not None else ():
        client = value.origin or value if isinstance(value, Instance) else None
        if client is not None and client.entry is not None:
            return client.entry.forced_by
    return ()


def _is_effect(tree: Tree, call: cst.CSTNode, project: Project) -> bool:
    """Whether a call is reported itself."""
    position = tree.position(call)
    return any(h.path == tree.path and h.span == position for h in project.hazards)


def _chain(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The expressions that a chain of attributes, calls and items begins with."""
    while isinstance(node, (cst.Attribute, cst.Call, cst.Subscript)):
        yield node
        node = node.func if isinstance(node, cst.Call) else node.value
    yield node


def _first_method(use: Use) -> str:
    parent = use.tree.parent(use.node)
    return parent.attr.value if isinstance(parent, cst.Attribute) else ""


def _made_from(use: Use, line: cst.SimpleStatementLine | None) -> Made | None:
    """`orders = client.shop.orders`: the assignment of what is made from the object."""
    assignment = line.body[0] if line is not None else None
    if line is None or not isinstance(assignment, (cst.Assign, cst.AnnAssign)):
        return None
    targets = assignment.targets if isinstance(assignment, cst.Assign) else [assignment]
    target, value = targets[0].target, assignment.value
    if len(targets) > 1 or value is None or not isinstance(target, cst.Name):
        return None
    if use.node not in descendants(value):
        return None
    return Made(use.tree, target.value, assignment, line, value)


def _hazard_of(made: Made, project: Project) -> Hazard | None:
    """What is reported of the call that makes something, if it is."""
    position = made.tree.position(made.value)
    found = (h for h in project.hazards if h.path == made.tree.path and h.span == position)
    return next(found, None)


def _is_sure(value: cst.BaseExpression) -> bool:
    """Whether an expression makes an object that it makes no difference to make later."""
    if isinstance(value, (cst.Attribute, cst.Subscript)):
        return _is_sure(value.value)
    if isinstance(value, cst.Call):
        makes = last_name(value) in HANDLES or last_name(value)[:1].isupper()
        return makes and all(_is_sure(arg.value) for arg in value.args)
    return isinstance(value, (cst.Name, cst.BaseNumber, cst.BaseString))
