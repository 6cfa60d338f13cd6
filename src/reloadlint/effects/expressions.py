"""Evaluating expressions: one method per kind of record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reloadlint.effects.builtins import BUILTINS
from reloadlint.effects.comprehensions import Comprehensions
from reloadlint.effects.frames import Scope, Site
from reloadlint.effects.occurrences import Outcome
from reloadlint.effects.state import Arguments
from reloadlint.effects.values import (
    NONE,
    UNKNOWN,
    Alternatives,
    Class,
    External,
    ExternalMethod,
    Function,
    G,
    LazyImport,
    Literal,
    Mapping,
    Method,
    Super,
    Suspended,
    Value,
    alternatives,
    either,
)
from reloadlint.facts import records as r
from reloadlint.facts.records import Expr

_SUPER, _LOCALS, _GLOBALS = (BUILTINS[name] for name in ("super", "locals", "globals"))


class Expressions(Comprehensions):
    """Evaluates expressions."""

    def evaluate(self, node: Expr, scope: Scope) -> Value:
        """The value of an expression, with its effects."""
        return _KINDS[type(node)](self, node, scope)

    def _constant(self, node: r.Constant, _scope: Scope) -> Value:
        return Literal(node.value) if node.known else UNKNOWN

    def _name(self, node: r.Name, scope: Scope) -> Value:
        found = scope.find(node.id)
        if found is None and scope.module.stars:
            found = self.starred(scope.module, node.id)
        if found is None:
            return BUILTINS.get(node.id, UNKNOWN)
        if type(found) is LazyImport:  # only a module can have one
            found = self.held_by(scope.module, node.id)
        return self._present(found)

    def _present(self, value: Value) -> Value:
        """The `g` of the innermost context for Flask's name of it."""
        return self.contexts[-1] if self.contexts and value in G else value

    def _attribute(self, node: r.Attribute, scope: Scope) -> Value:
        value = self.evaluate(node.value, scope)
        site = Site(self.module_of(scope), node.span, node.attr, "implicit")
        return self._present(self.attribute(value, node.attr, site))

    def _starred(self, node: r.Starred, scope: Scope) -> Value:
        return self.evaluate(node.value, scope)

    def _call(self, node: r.Call, scope: Scope) -> Value:
        callee = self.evaluate(node.func, scope)
        args = self.arguments(node.args, node.keywords, scope)
        site = Site(self.module_of(scope), node.span, node.text)
        if callee is _SUPER:
            return self._super(args, scope)
        if callee is _LOCALS or callee is _GLOBALS:
            return UNKNOWN
        before = len(self.occurrences)
        with self.at(site):
            if callee is UNKNOWN and isinstance(node.func, r.Attribute) and node.func.attr == "run":
                self.note_run(callee, args)
            result = self.call_any(callee, args)
        if len(self.occurrences) > before and len(self.stack) <= self.boundary + 8:
            self._note_outcome(site, callee, args, result)
        return result

    def _note_outcome(self, site: Site, callee: Value, args: Arguments, result: Value) -> None:
        receiver = getattr(callee, "receiver", None)
        outcome = Outcome(qualified_name(callee), callee, args, result, receiver)
        self.outcomes[(site.module.path, site.span)] = outcome

    def note_run(self, callee: Value, args: Arguments) -> None:
        """A method that may run the application was called."""
        raise NotImplementedError

    def call_any(self, callee: Value, args: Arguments) -> Value:
        """Call what may be one of several; None among them would raise, and is left out."""
        if not isinstance(callee, (Alternatives, Literal)):
            return self.call(callee, args)
        options = [option for option in alternatives(callee) if option != NONE]
        if len(options) == 1:
            return self.call(options[0], args)
        results = []
        for option in options:
            with self.doubting():
                results.append(self.call(option, args))
        return either(*results)

    def arguments(
        self, args: tuple[Expr, ...], keywords: tuple[r.Keyword, ...], scope: Scope
    ) -> Arguments:
        """Evaluate a call's arguments, in the order in which Python does."""
        made = Arguments()
        for node in args:
            value = self.evaluate(node, scope)
            if not isinstance(node, r.Starred):
                made.positional.append(value)
                continue
            items, exact = self.items_of(value)
            made.positional.extend(items)
            made.open = made.open or not exact
        for keyword in keywords:
            value = self.evaluate(keyword.value, scope)
            if keyword.arg is not None:
                made.keywords[keyword.arg] = value
            else:
                _spread(value, made)
        return made

    def _super(self, args: Arguments, scope: Scope) -> Value:
        if len(args.positional) == 2 and isinstance(args.positional[0], Class):
            return Super(args.positional[0], args.positional[1])
        inner: Scope | None = scope
        while inner is not None and (inner.function is None or inner.function.owner is None):
            inner = inner.parent
        if inner is None or inner.function is None or inner.function.owner is None:
            return UNKNOWN
        return Super(inner.function.owner, inner.receiver)

    def _lambda(self, node: r.Lambda, scope: Scope) -> Value:
        return self.make_function(node.function, scope)

    def make_function(self, definition: r.FunctionDef, scope: Scope) -> Function:
        """A function object: its defaults and annotations are evaluated now."""
        function = Function(definition, self.module_of(scope), scope)
        for parameter in definition.parameters:
            if parameter.default is not None:
                function.defaults[parameter.name] = self.evaluate(parameter.default, scope)
            if parameter.annotation is not None and definition.evaluated:
                self.evaluate(parameter.annotation, scope)
        if definition.returns is not None and definition.evaluated:
            self.evaluate(definition.returns, scope)
        return function

    def _named_expr(self, node: r.NamedExpr, scope: Scope) -> Value:
        value = self.evaluate(node.value, scope)
        scope.bind(node.target, value)
        return value

    def _await(self, node: r.Await, scope: Scope) -> Value:
        return self.awaited(self.evaluate(node.value, scope))

    def awaited(self, value: Value) -> Value:
        """What awaiting a value gives: a coroutine of the project runs."""
        if isinstance(value, Suspended):
            return value.run() if value.kind == "coroutine" else UNKNOWN
        return value

    def _yield(self, node: r.Yield, scope: Scope) -> Value:
        value = NONE if node.value is None else self.evaluate(node.value, scope)
        inner: Scope | None = scope
        while inner is not None and inner.on_yield is None:
            inner = inner.parent
        if inner is None or inner.on_yield is None:
            return UNKNOWN
        if not node.delegates:
            return inner.on_yield(value)
        for item in self.items_of(value)[0]:
            inner.on_yield(item)
        return UNKNOWN

    def _opaque(self, node: r.Opaque, scope: Scope) -> Value:
        for part in node.parts:
            self.evaluate(part, scope)
        return UNKNOWN


def qualified_name(callee: Value) -> str | None:
    """The qualified name of what is called, where it has one."""
    if isinstance(callee, (External, Class, ExternalMethod)):
        return callee.name
    if isinstance(callee, Method):
        owner = callee.function.owner
        prefix = callee.function.module.name if owner is None else owner.name
        return f"{prefix}.{callee.function.definition.name}"
    if isinstance(callee, Function):
        owner = callee.owner
        prefix = callee.module.name if owner is None else owner.name
        return f"{prefix}.{callee.definition.name}"
    return getattr(callee, "name", None)


def _spread(value: Value, made: Arguments) -> None:
    if not isinstance(value, Mapping):
        made.open = True
        return
    for key, item in value.items.items():
        if isinstance(key, Literal) and isinstance(key.value, str):
            made.keywords[key.value] = item
    made.open = made.open or not value.exact


_X = Expressions
_KINDS: dict[type, Callable[[Any, Any, Scope], Value]] = {
    r.Constant: _X._constant,
    r.Name: _X._name,
    r.Attribute: _X._attribute,
    r.Starred: _X._starred,
    r.Call: _X._call,
    r.Subscript: _X._subscript,
    r.Display: _X._display,
    r.DictDisplay: _X._dict,
    r.BoolOp: _X._bool_op,
    r.Not: _X._not,
    r.Compare: _X._compare,
    r.BinOp: _X._bin_op,
    r.IfExp: _X._if_exp,
    r.Lambda: _X._lambda,
    r.Comprehension: _X._comprehension,
    r.NamedExpr: _X._named_expr,
    r.Await: _X._await,
    r.Yield: _X._yield,
    r.Opaque: _X._opaque,
}
