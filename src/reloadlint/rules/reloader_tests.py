"""What a test of the reloader's processes comes to, in one of them."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

from reloadlint.effects.truth import RELOADER_VARIABLE
from reloadlint.rules.reloader_ways import Process

_SET_TO = "true"
_DEBUG_FLAGS = frozenset({"FLASK_DEBUG"})
_APPLICATIONS = frozenset({"app", "application", "current_app", "flask_app", "server"})


class _Unknown:
    def __bool__(self) -> bool:
        raise AssertionError("nobody knows")


UNKNOWN: Any = _Unknown()


class Test:
    """Evaluates expressions as one process sees them.

    Args:
        process: what the process sees of itself.
        names: what names stand for: the expression that was assigned, or a function's result.
        asked: the expression that is handed to `app.run(debug=…)`, as `ast.dump` writes it.
        debug: the value that the source itself gives `app.debug`; None if it doesn't.
    """

    __test__ = False

    def __init__(
        self,
        process: Process,
        names: Mapping[str, ast.expr],
        asked: frozenset[str] = frozenset(),
        debug: Any = None,
    ) -> None:
        self._process = process
        self._names = names
        self._asked = asked
        self._debug = debug
        self._depth = 0
        self.reads_reloader = False
        """Whether anything evaluated so far has looked at the reloader's variable."""

    def holds(self, node: ast.expr) -> bool | None:
        """Whether an expression is true; None where it isn't known."""
        value = self.value(node)
        return None if value is UNKNOWN else bool(value)

    def value(self, node: ast.expr) -> Any:
        """The value of an expression; `UNKNOWN` where it isn't known."""
        if ast.dump(node) in self._asked and not isinstance(node, ast.Constant):
            return _known(self._process.asked)
        handler = _KINDS.get(type(node))
        return UNKNOWN if handler is None else handler(self, node)

    def _constant(self, node: ast.Constant) -> Any:
        return node.value

    def _name(self, node: ast.Name) -> Any:
        meant = self._names.get(node.id)
        if meant is None or self._depth > 10:
            return UNKNOWN
        self._depth += 1
        try:
            return self.value(meant)
        finally:
            self._depth -= 1

    def _attribute(self, node: ast.Attribute) -> Any:
        owner = node.value
        name = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
        return self._app_debug() if node.attr == "debug" and name in _APPLICATIONS else UNKNOWN

    def _app_debug(self) -> Any:
        return _known(self._process.debug) if self._debug is None else self._debug

    def _subscript(self, node: ast.Subscript) -> Any:
        return self._entry(node.value, node.slice)

    def _entry(self, container: ast.expr, key: ast.expr) -> Any:
        """What stands under a key in the environment, or in the application's configuration."""
        if isinstance(container, ast.Attribute) and container.attr == "config":
            is_debug = isinstance(key, ast.Constant) and key.value == "DEBUG"
            return self._app_debug() if is_debug else UNKNOWN
        return self._variable(key)

    def _variable(self, key: ast.expr) -> Any:
        """The value of an environment variable."""
        name = self.value(key)
        if name == RELOADER_VARIABLE:
            self.reads_reloader = True
            run_main = _known(self._process.run_main)
            return run_main if run_main is UNKNOWN else (_SET_TO if run_main else None)
        if name in _DEBUG_FLAGS and self._process.flag is not None:
            return "1" if self._process.flag else None
        return UNKNOWN

    def _call(self, node: ast.Call) -> Any:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else _id(node.func)
        if name == "is_running_from_reloader":
            self.reads_reloader = True
            return _known(self._process.run_main)
        if name == "get_debug_flag":
            return UNKNOWN if self._process.flag is None else self._process.flag
        if name in ("get", "getenv") and node.args:
            container = getattr(node.func, "value", node.func)
            return self._default(self._entry(container, node.args[0]), node.args[1:])
        if name in ("lower", "strip") and isinstance(node.func, ast.Attribute):
            text = self.value(node.func.value)
            return text.lower() if isinstance(text, str) else UNKNOWN
        if name in ("bool", "str") and len(node.args) == 1:
            value = self.value(node.args[0])
            return value if value is UNKNOWN else {"bool": bool, "str": str}[name](value)
        return self._name(node.func) if isinstance(node.func, ast.Name) else UNKNOWN

    def _default(self, value: Any, default: list[ast.expr]) -> Any:
        return self.value(default[0]) if value is None and default else value

    def _not(self, node: ast.UnaryOp) -> Any:
        value = self.value(node.operand) if isinstance(node.op, ast.Not) else UNKNOWN
        return UNKNOWN if value is UNKNOWN else not value

    def _bool_op(self, node: ast.BoolOp) -> Any:
        stops_at = isinstance(node.op, ast.Or)
        values = [self.value(part) for part in node.values]
        known = [value for value in values if value is not UNKNOWN]
        if any(bool(value) is stops_at for value in known):
            return stops_at
        return UNKNOWN if len(known) < len(values) else not stops_at

    def _compare(self, node: ast.Compare) -> Any:
        if len(node.ops) != 1:
            return UNKNOWN
        op, right = node.ops[0], node.comparators[0]
        if isinstance(op, (ast.In, ast.NotIn)):
            found = self._contains(right, node.left)
            return found if found is UNKNOWN or isinstance(op, ast.In) else not found
        if "__name__" in (_id(node.left), _id(right)):
            is_script = _known(self._process.is_script)
            return is_script if is_script is UNKNOWN else is_script is isinstance(op, ast.Eq)
        one, other = self.value(node.left), self.value(right)
        compare = _COMPARISONS.get(type(op))
        if one is UNKNOWN or other is UNKNOWN or compare is None:
            return UNKNOWN
        return compare(one, other)

    def _contains(self, container: ast.expr, item: ast.expr) -> Any:
        value = self.value(item)
        if value == RELOADER_VARIABLE:
            self.reads_reloader = True
            return _known(self._process.run_main)
        if value is UNKNOWN or not isinstance(container, (ast.Tuple, ast.List, ast.Set)):
            return UNKNOWN
        values = [self.value(element) for element in container.elts]
        return UNKNOWN if UNKNOWN in values else value in values

    def _if_exp(self, node: ast.IfExp) -> Any:
        found = self.holds(node.test)
        return UNKNOWN if found is None else self.value(node.body if found else node.orelse)


def _known(seen: bool | None) -> Any:
    return UNKNOWN if seen is None else seen


def _id(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""


_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
}
_X = Test
_KINDS: dict[type[ast.expr], Callable[[Test, Any], Any]] = {
    ast.Constant: _X._constant,
    ast.Name: _X._name,
    ast.Attribute: _X._attribute,
    ast.Subscript: _X._subscript,
    ast.Call: _X._call,
    ast.UnaryOp: _X._not,
    ast.BoolOp: _X._bool_op,
    ast.Compare: _X._compare,
    ast.IfExp: _X._if_exp,
}
