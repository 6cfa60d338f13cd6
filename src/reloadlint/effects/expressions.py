"""Evaluating expressions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from reloadlint.effects.builtins import BUILTINS
from reloadlint.effects.frames import Scope, Site
from reloadlint.effects.occurrences import Outcome
from reloadlint.effects.state import Arguments, State
from reloadlint.effects.truth import Truth, as_value, compare, truth
from reloadlint.effects.values import (
    NONE,
    UNKNOWN,
    Class,
    External,
    ExternalMethod,
    Function,
    Instance,
    Literal,
    Mapping,
    Method,
    ReloaderTest,
    Sequence,
    Super,
    Suspended,
    Value,
    alternatives,
    either,
)
from reloadlint.facts import records as r

if TYPE_CHECKING:
    from reloadlint.facts.records import Expr


HANDLES = ("cursor", "session", "channel", "get_database", "get_collection", "get_default_database")
"""Methods of libraries whose result refers to the object; others are taken to give plain data."""


class Expressions(State):
    """Evaluates expressions: one method per kind of record."""

    def evaluate(self, node: Expr, scope: Scope) -> Value:
        """The value of an expression, with its effects."""
        return _KINDS[type(node)](self, node, scope)

    def _constant(self, node: r.Constant, _scope: Scope) -> Value:
        return Literal(node.value) if node.known else UNKNOWN

    def _name(self, node: r.Name, scope: Scope) -> Value:
        found = scope.find(node.id)
        return BUILTINS.get(node.id, UNKNOWN) if found is None else found

    def _attribute(self, node: r.Attribute, scope: Scope) -> Value:
        value = self.evaluate(node.value, scope)
        site = Site(self._module(scope), node.span, node.attr, "implicit")
        return self.attribute(value, node.attr, site)

    def _starred(self, node: r.Starred, scope: Scope) -> Value:
        return self.evaluate(node.value, scope)

    def _module(self, scope: Scope) -> Any:
        return scope.module.module

    # Calls

    def _call(self, node: r.Call, scope: Scope) -> Value:
        callee = self.evaluate(node.func, scope)
        args = self.arguments(node.args, node.keywords, scope)
        site = Site(self._module(scope), node.span, node.text)
        if callee is BUILTINS["super"]:
            return self._super(args, scope)
        if callee is BUILTINS["locals"] or callee is BUILTINS["globals"]:
            return UNKNOWN
        before = len(self.occurrences)
        with self.at(site):
            if callee is UNKNOWN and isinstance(node.func, r.Attribute) and node.func.attr == "run":
                self.note_run(callee, args)
            result = self.call_any(callee, args)
        if len(self.occurrences) > before and len(self.stack) <= self.boundary + 8:
            self._note_outcome(site, callee, result)
        return result

    def _note_outcome(self, site: Site, callee: Value, result: Value) -> None:
        receiver = getattr(callee, "receiver", None)
        outcome = Outcome(qualified_name(callee), result, receiver)
        self.outcomes[(site.module.path, site.span)] = outcome

    def note_run(self, callee: Value, args: Arguments) -> None:
        """A method that may run the application was called."""
        raise NotImplementedError

    def call_any(self, callee: Value, args: Arguments) -> Value:
        """Call what may be one of several; None among them would raise, and is left out."""
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

    # Containers

    def _subscript(self, node: r.Subscript, scope: Scope) -> Value:
        value = self.evaluate(node.value, scope)
        index = self.evaluate(node.index, scope)
        with self.at(Site(self._module(scope), node.span, "[…]", "implicit")):
            return either(*[self.item(option, index) for option in alternatives(value)])

    def item(self, value: Value, index: Value) -> Value:
        """`value[index]`."""
        if isinstance(value, Sequence):
            return _sequence_item(value, index)
        if isinstance(value, Mapping):
            if index in value.items:
                return value.items[index]
            return either(*value.items.values(), *value.others)
        if isinstance(value, External):
            return self._external_item(value, index)
        if isinstance(value, Class):
            getter = value.lookup("__class_getitem__")
            return value if getter is None else UNKNOWN
        if isinstance(value, (Instance, ExternalMethod)):
            return self._item_of_instance(value, index)
        return value if isinstance(value, ReloaderTest) else UNKNOWN

    def _external_item(self, value: External, index: Value) -> Value:
        if value.name in ("os.environ", "environ"):
            return self.call(External("os.getenv"), Arguments([index]))
        return value

    def _item_of_instance(self, value: Instance | ExternalMethod, index: Value) -> Value:
        if isinstance(value, ExternalMethod):
            return part_of(value)
        if isinstance(value.cls, External):
            is_handle = value.entry is not None or value.class_name.endswith(("[]", *HANDLES))
            return part_of(value) if is_handle else UNKNOWN
        getter = self.attribute(value, "__getitem__")
        return self.call(getter, Arguments([index])) if isinstance(getter, Method) else UNKNOWN

    def _display(self, node: r.Display, scope: Scope) -> Value:
        made = Sequence(node.kind, [])
        for item in node.items:
            value = self.evaluate(item, scope)
            if isinstance(item, r.Starred):
                items, exact = self.items_of(value)
                made.items.extend(items)
                made.exact = made.exact and exact
            else:
                made.items.append(value)
        return made

    def _dict(self, node: r.DictDisplay, scope: Scope) -> Value:
        made = Mapping()
        for key_node, value_node in zip(node.keys, node.values, strict=True):
            key = None if key_node is None else self.evaluate(key_node, scope)
            value = self.evaluate(value_node, scope)
            if key is None:
                merge(made, value)
            else:
                put(made, key, value)
        return made

    # Truth

    def _bool_op(self, node: r.BoolOp, scope: Scope) -> Value:
        stops_at = node.op == "or"
        values: list[Value] = []
        doubts, guards = self.doubts, self.guards
        try:
            for part in node.values:
                value = self.evaluate(part, scope)
                found = truth(value)
                if found is stops_at:
                    values.append(value)
                    break
                if part is node.values[-1]:
                    values.append(value)
                elif not isinstance(found, bool):
                    values.append(value)
                    self.guards += isinstance(found, ReloaderTest)
                    self.doubts += not isinstance(found, ReloaderTest)
        finally:
            self.doubts, self.guards = doubts, guards
        return either(*values)

    def _not(self, node: r.Not, scope: Scope) -> Value:
        found = truth(self.evaluate(node.value, scope))
        return as_value(not found if isinstance(found, bool) else found)

    def _compare(self, node: r.Compare, scope: Scope) -> Value:
        left = self.evaluate(node.left, scope)
        results: list[Truth] = []
        for op, comparator in zip(node.ops, node.comparators, strict=True):
            right = self.evaluate(comparator, scope)
            results.append(compare(left, op, right))
            left = right
        if any(isinstance(result, ReloaderTest) for result in results):
            return next(r for r in results if isinstance(r, ReloaderTest))
        if False in results:
            return as_value(False)
        return as_value(True if all(results) else None)

    def _if_exp(self, node: r.IfExp, scope: Scope) -> Value:
        found = truth(self.evaluate(node.test, scope))
        if isinstance(found, bool):
            return self.evaluate(node.body if found else node.orelse, scope)
        with self.doubting(guarded=isinstance(found, ReloaderTest)):
            return either(self.evaluate(node.body, scope), self.evaluate(node.orelse, scope))

    # The rest

    def _bin_op(self, node: r.BinOp, scope: Scope) -> Value:
        left, right = self.evaluate(node.left, scope), self.evaluate(node.right, scope)
        if isinstance(left, Sequence) and isinstance(right, Sequence) and node.op == "Add":
            exact = left.exact and right.exact
            return Sequence(left.kind, [*left.items, *right.items], exact=exact)
        return _arithmetic(left, node.op, right)

    def _lambda(self, node: r.Lambda, scope: Scope) -> Value:
        return self.make_function(node.function, scope)

    def make_function(self, definition: r.FunctionDef, scope: Scope) -> Function:
        """A function object: its defaults and annotations are evaluated now."""
        function = Function(definition, self._module(scope), scope)
        for parameter in definition.parameters:
            if parameter.default is not None:
                function.defaults[parameter.name] = self.evaluate(parameter.default, scope)
            if parameter.annotation is not None and definition.evaluated:
                self.evaluate(parameter.annotation, scope)
        if definition.returns is not None and definition.evaluated:
            self.evaluate(definition.returns, scope)
        return function

    def _comprehension(self, node: r.Comprehension, scope: Scope) -> Value:
        if node.kind == "generator":
            return Suspended("generator", lambda: self._run_comprehension(node, scope))
        return self._run_comprehension(node, scope)

    def _run_comprehension(self, node: r.Comprehension, scope: Scope) -> Value:
        inner = Scope("function", scope.module, scope)
        inner.function, inner.receiver = scope.function, scope.receiver
        made: Sequence | Mapping = Mapping() if node.kind == "dict" else Sequence(node.kind, [])
        self._run_generators(node, 0, inner, made)
        return made

    def _run_generators(
        self, node: r.Comprehension, depth: int, scope: Scope, made: Sequence | Mapping
    ) -> None:
        if depth == len(node.generators):
            self._add_element(node, scope, made)
            return
        generator = node.generators[depth]
        items, exact = self.iterated(generator.iter, generator.span, scope)
        made.exact = made.exact and exact
        for item in items if exact else [either(*items)]:
            self.store(generator.target, item, scope)
            tests = [truth(self.evaluate(test, scope)) for test in generator.ifs]
            if False in tests:
                continue
            sure = exact and all(test is True for test in tests)
            made.exact = made.exact and sure
            self.doubts += not sure
            self._run_generators(node, depth + 1, scope, made)
            self.doubts -= not sure

    def iterated(self, node: Expr, span: r.Span, scope: Scope) -> tuple[list[Value], bool]:
        """The items over which a loop goes, and whether they are exactly these."""
        value = self.evaluate(node, scope)
        with self.at(Site(self._module(scope), span, "for … in", "implicit")):
            return self.items_of(value)

    def _add_element(self, node: r.Comprehension, scope: Scope, made: Sequence | Mapping) -> None:
        key = None if node.key is None else self.evaluate(node.key, scope)
        value = self.evaluate(node.element, scope)
        if isinstance(made, Sequence):
            made.items.append(value)
        elif key is not None:
            put(made, key, value)

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


def part_of(value: Instance | ExternalMethod) -> Instance:
    """Something that a library's object hands out, and that refers to it."""
    name = value.class_name if isinstance(value, Instance) else value.name
    part = Instance(External(f"{name}[]"))
    part.keeps.append(value)
    source = value.receiver if isinstance(value, ExternalMethod) else value
    part.origin = source.origin or source
    return part


def put(mapping: Mapping, key: Value, value: Value) -> None:
    """`mapping[key] = value`; a key that isn't known may be any."""
    if key is UNKNOWN or not isinstance(key, (Literal, Class, External, Instance)):
        mapping.others.append(value)
        mapping.exact = False
    else:
        mapping.items[key] = value


def merge(mapping: Mapping, other: Value) -> None:
    """`mapping.update(other)`."""
    if isinstance(other, Mapping):
        mapping.items.update(other.items)
        mapping.others.extend(other.others)
        mapping.exact = mapping.exact and other.exact
    else:
        mapping.exact = False


def _spread(value: Value, made: Arguments) -> None:
    if not isinstance(value, Mapping):
        made.open = True
        return
    for key, item in value.items.items():
        if isinstance(key, Literal) and isinstance(key.value, str):
            made.keywords[key.value] = item
    made.open = made.open or not value.exact


def _sequence_item(value: Sequence, index: Value) -> Value:
    if isinstance(index, Literal) and isinstance(index.value, int) and value.exact:
        if -len(value.items) <= index.value < len(value.items):
            return value.items[index.value]
        return UNKNOWN
    return either(*value.items)


def _arithmetic(left: Value, op: str, right: Value) -> Value:
    if not (isinstance(left, Literal) and isinstance(right, Literal)):
        return UNKNOWN
    one, other = left.value, right.value
    if isinstance(one, str) and isinstance(other, str) and op == "Add":
        return Literal(one + other)
    if isinstance(one, int) and isinstance(other, int) and abs(one) + abs(other) < 2**31:
        if op in ("Add", "Sub", "Mult"):
            return Literal({"Add": one + other, "Sub": one - other, "Mult": one * other}[op])
    return UNKNOWN
