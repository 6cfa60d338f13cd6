"""From a module's text to its facts, over the standard library's `ast`.

Nothing is judged here: the extractor writes down what the code says, the solver decides.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterable
from typing import Any

from reloadlint.facts import records as r
from reloadlint.source import split_lines
from reloadlint.syntax import parse

LONGEST_CONSTANT = 300
LONGEST_TEXT = 60

_ANNOTATIONS_WAIT = sys.version_info >= (3, 14)
"""Whether annotations are evaluated when they are asked for only (PEP 649)."""
_SURROGATE = re.compile("[\ud800-\udfff]")
"""Half a character: such a text can't be written anywhere, not even to the cache."""


def module_facts(text: str) -> r.ModuleFacts:
    """The facts of a module with this source text.

    Raises:
        InvalidSyntax: the text is no Python, or is nested too deeply to be analysed.
    """
    return parse(text, lambda tree: facts_of(tree, text))


def facts_of(tree: ast.Module, text: str) -> r.ModuleFacts:
    """The same of a tree and the text that it was made from."""
    return r.ModuleFacts(_Extractor(text, tree).block(tree.body))


class _Extractor:
    """Turns `ast` nodes into records, one method per kind of node, found by its class name."""

    def __init__(self, text: str, tree: ast.Module) -> None:
        self._lines = None if text.isascii() else split_lines(text)
        self._lazy_annotations = _ANNOTATIONS_WAIT or any(
            isinstance(node, ast.ImportFrom)
            and node.module == "__future__"
            and any(alias.name == "annotations" for alias in node.names)
            for node in tree.body
        )
        self._function_depth = 0
        self._yields = False

    # Positions

    def _column(self, line: int, offset: int) -> int:
        if self._lines is None or line > len(self._lines):
            return offset + 1
        return len(self._lines[line - 1].encode()[:offset].decode(errors="replace")) + 1

    def span(self, node: Any) -> r.Span:
        """Where a node stands, in characters."""
        return (
            node.lineno,
            self._column(node.lineno, node.col_offset),
            node.end_lineno,
            self._column(node.end_lineno, node.end_col_offset),
        )

    def _text(self, node: ast.expr) -> str:
        text = _written(node)
        return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"

    # Blocks and statements

    def block(self, statements: Iterable[ast.stmt]) -> tuple[r.Stmt, ...]:
        """The records of some statements; those without meaning (`pass`) are left out."""
        made = []
        for statement in statements:
            handler = _STATEMENTS.get(type(statement))
            if handler is not None:
                made.append(handler(self, statement))
        return tuple(made)

    def _expr_statement(self, node: ast.Expr) -> r.Stmt:
        return r.ExprStatement(self.expr(node.value))

    def _assign(self, node: ast.Assign) -> r.Stmt:
        return r.Assign(self.exprs(node.targets), self.expr(node.value))

    def _aug_assign(self, node: ast.AugAssign) -> r.Stmt:
        return r.AugAssign(self.expr(node.target), self.expr(node.value))

    def _ann_assign(self, node: ast.AnnAssign) -> r.Stmt:
        evaluated = not self._lazy_annotations and not self._function_depth
        value = None if node.value is None else self.expr(node.value)
        return r.AnnAssign(self.expr(node.target), self.expr(node.annotation), value, evaluated)

    def _return(self, node: ast.Return) -> r.Stmt:
        return r.Return(None if node.value is None else self.expr(node.value))

    def _raise(self, node: ast.Raise) -> r.Stmt:
        return r.Raise(None if node.exc is None else self.expr(node.exc))

    def _assert(self, node: ast.Assert) -> r.Stmt:
        return r.ExprStatement(self.expr(node.test))

    def _if(self, node: ast.If) -> r.Stmt:
        # A long `elif` chain is a deep tree: walk it in a loop.
        chain = [node]
        while len(chain[-1].orelse) == 1 and isinstance(chain[-1].orelse[0], ast.If):
            chain.append(chain[-1].orelse[0])
        tests = [(self.expr(link.test), self.block(link.body)) for link in chain]
        orelse = self.block(chain[-1].orelse)
        for test, body in reversed(tests):
            orelse = (r.If(test, body, orelse),)
        made = orelse[0]
        assert isinstance(made, r.If)
        return made

    def _for(self, node: ast.For | ast.AsyncFor) -> r.Stmt:
        body, orelse = self.block(node.body), self.block(node.orelse)
        return r.For(
            self.expr(node.target), self.expr(node.iter), self.span(node.iter), body, orelse
        )

    def _while(self, node: ast.While) -> r.Stmt:
        return r.While(self.expr(node.test), self.block(node.body), self.block(node.orelse))

    def _with(self, node: ast.With | ast.AsyncWith) -> r.Stmt:
        items = tuple(
            r.WithItem(
                self.expr(item.context_expr),
                None if item.optional_vars is None else self.expr(item.optional_vars),
                self.span(item.context_expr),
            )
            for item in node.items
        )
        return r.With(items, self.block(node.body))

    def _try(self, node: Any) -> r.Stmt:
        handlers = tuple(
            r.Handler(
                None if handler.type is None else self.expr(handler.type),
                handler.name,
                self.block(handler.body),
            )
            for handler in node.handlers
        )
        return r.Try(
            self.block(node.body), handlers, self.block(node.orelse), self.block(node.finalbody)
        )

    def _match(self, node: ast.Match) -> r.Stmt:
        return r.Match(self.expr(node.subject), tuple(self._case(case) for case in node.cases))

    def _case(self, case: ast.match_case) -> r.Case:
        pattern = case.pattern
        literal = None
        if isinstance(pattern, ast.MatchValue):
            literal = self.expr(pattern.value)
        elif isinstance(pattern, ast.MatchSingleton):
            literal = r.Constant(pattern.value)
        wildcard = isinstance(pattern, ast.MatchAs) and pattern.pattern is None
        names = tuple(
            node.name
            for node in ast.walk(pattern)
            if isinstance(node, (ast.MatchAs, ast.MatchStar)) and node.name
        )
        guard = None if case.guard is None else self.expr(case.guard)
        return r.Case(literal, wildcard, names, guard, self.block(case.body))

    def _import(self, node: ast.Import) -> r.Stmt:
        return r.Import(self._aliases(node), _is_lazy(node))

    def _import_from(self, node: ast.ImportFrom) -> r.Stmt:
        module = node.module or ""
        return r.ImportFrom(module, self._aliases(node), node.level, _is_lazy(node))

    def _aliases(self, node: ast.Import | ast.ImportFrom) -> tuple[r.Alias, ...]:
        return tuple(r.Alias(alias.name, alias.asname, self.span(alias)) for alias in node.names)

    def _global(self, node: ast.Global) -> r.Stmt:
        return r.Global(tuple(node.names))

    def _nonlocal(self, node: ast.Nonlocal) -> r.Stmt:
        return r.Nonlocal(tuple(node.names))

    def _delete(self, node: ast.Delete) -> r.Stmt:
        return r.Delete(self.exprs(node.targets))

    def _break(self, _node: ast.Break) -> r.Stmt:
        return r.Break()

    def _continue(self, _node: ast.Continue) -> r.Stmt:
        return r.Continue()

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> r.FunctionDef:
        decorators = self._decorators(node.decorator_list)
        parameters = self._parameters(node.args)
        returns = None if node.returns is None else self.expr(node.returns)
        outer, self._yields = self._yields, False
        self._function_depth += 1
        body = self.block(node.body)
        self._function_depth -= 1
        is_generator, self._yields = self._yields, outer
        line, column, _, _ = self.span(node)
        return r.FunctionDef(
            node.name,
            (line, column, line, column + len("def ") + len(node.name)),
            parameters,
            body,
            decorators,
            returns,
            isinstance(node, ast.AsyncFunctionDef),
            is_generator,
            not self._lazy_annotations,
        )

    def _class(self, node: ast.ClassDef) -> r.Stmt:
        line, column, _, _ = self.span(node)
        depth, self._function_depth = self._function_depth, 0
        body = self.block(node.body)
        self._function_depth = depth
        return r.ClassDef(
            node.name,
            (line, column, line, column + len("class ") + len(node.name)),
            self.exprs(node.bases),
            self._keywords(node.keywords),
            body,
            self._decorators(node.decorator_list),
        )

    def _decorators(self, nodes: list[ast.expr]) -> tuple[r.Decorator, ...]:
        return tuple(r.Decorator(self.expr(n), self.span(n), self._text(n)) for n in nodes)

    def _parameters(self, args: ast.arguments) -> tuple[r.Parameter, ...]:
        positional = [*args.posonlyargs, *args.args]
        defaults: list[ast.expr | None] = [None] * (len(positional) - len(args.defaults))
        made = [
            self._parameter(arg, "positional", default)
            for arg, default in zip(positional, [*defaults, *args.defaults], strict=True)
        ]
        if args.vararg is not None:
            made.append(self._parameter(args.vararg, "args", None))
        made += [
            self._parameter(arg, "keyword", default)
            for arg, default in zip(args.kwonlyargs, args.kw_defaults, strict=True)
        ]
        if args.kwarg is not None:
            made.append(self._parameter(args.kwarg, "kwargs", None))
        return tuple(made)

    def _parameter(self, arg: ast.arg, kind: str, default: ast.expr | None) -> r.Parameter:
        return r.Parameter(
            arg.arg,
            kind,
            None if default is None else self.expr(default),
            None if arg.annotation is None else self.expr(arg.annotation),
        )

    # Expressions

    def exprs(self, nodes: Iterable[ast.expr]) -> tuple[r.Expr, ...]:
        """The records of some expressions."""
        return tuple([self.expr(node) for node in nodes])

    def expr(self, node: ast.expr) -> r.Expr:
        """The record of an expression; kinds that are not followed become `Opaque`."""
        handler = _EXPRESSIONS.get(type(node))
        if handler is not None:
            made: r.Expr = handler(self, node)
            return made
        parts = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
        return r.Opaque(self.exprs(parts))

    def _constant(self, node: ast.Constant) -> r.Expr:
        value = node.value
        if isinstance(value, str) and not _is_kept(value):
            return r.Constant(None, known=False)
        if isinstance(value, int) and not -(2**63) <= value < 2**63:
            return r.Constant(None, known=False)
        if value is None or isinstance(value, (bool, int, float, str)):
            return r.Constant(value)
        return r.Constant(None, known=False)

    def _name(self, node: ast.Name) -> r.Expr:
        return r.Name(node.id)

    def _attribute(self, node: ast.Attribute) -> r.Expr:
        return r.Attribute(self.expr(node.value), node.attr, self.span(node))

    def _call(self, node: ast.Call) -> r.Expr:
        return r.Call(
            self.expr(node.func),
            self.exprs(node.args),
            self._keywords(node.keywords),
            self.span(node),
            self._text(node.func),
        )

    def _keywords(self, nodes: list[ast.keyword]) -> tuple[r.Keyword, ...]:
        return tuple([r.Keyword(node.arg, self.expr(node.value)) for node in nodes])

    def _starred(self, node: ast.Starred) -> r.Expr:
        return r.Starred(self.expr(node.value))

    def _subscript(self, node: ast.Subscript) -> r.Expr:
        return r.Subscript(self.expr(node.value), self.expr(node.slice), self.span(node))

    def _display(self, node: ast.List | ast.Tuple | ast.Set) -> r.Expr:
        return r.Display(type(node).__name__.lower(), self.exprs(node.elts))

    def _dict(self, node: ast.Dict) -> r.Expr:
        keys = tuple(None if key is None else self.expr(key) for key in node.keys)
        return r.DictDisplay(keys, self.exprs(node.values))

    def _bool_op(self, node: ast.BoolOp) -> r.Expr:
        return r.BoolOp("and" if isinstance(node.op, ast.And) else "or", self.exprs(node.values))

    def _unary(self, node: ast.UnaryOp) -> r.Expr:
        operand = self.expr(node.operand)
        if isinstance(node.op, ast.Not):
            return r.Not(operand)
        value = operand.value if isinstance(operand, r.Constant) else None
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if isinstance(node.op, ast.USub) and isinstance(value, (int, float)) and is_number:
            return r.Constant(-value)
        return r.Opaque((operand,))

    def _compare(self, node: ast.Compare) -> r.Expr:
        ops = tuple(type(op).__name__ for op in node.ops)
        return r.Compare(self.expr(node.left), ops, self.exprs(node.comparators))

    def _bin_op(self, node: ast.BinOp) -> r.Expr:
        # A long sum is a deep tree on the left: walk it in a loop.
        chain: list[ast.BinOp] = []
        left: ast.expr = node
        while isinstance(left, ast.BinOp):
            chain.append(left)
            left = left.left
        if len(chain) > 50:
            return r.Opaque(self.exprs([left, *(link.right for link in reversed(chain))]))
        made = self.expr(left)
        for link in reversed(chain):
            made = r.BinOp(made, type(link.op).__name__, self.expr(link.right))
        return made

    def _if_exp(self, node: ast.IfExp) -> r.Expr:
        return r.IfExp(self.expr(node.test), self.expr(node.body), self.expr(node.orelse))

    def _lambda(self, node: ast.Lambda) -> r.Expr:
        parameters = self._parameters(node.args)
        outer = self._yields
        self._function_depth += 1
        body = r.Return(self.expr(node.body))
        self._function_depth -= 1
        self._yields = outer
        return r.Lambda(r.FunctionDef("<lambda>", self.span(node), parameters, (body,)))

    def _comprehension(self, node: Any) -> r.Expr:
        generators = tuple(
            r.Generator(
                self.expr(g.target), self.expr(g.iter), self.span(g.iter), self.exprs(g.ifs)
            )
            for g in node.generators
        )
        if isinstance(node, ast.DictComp):
            key, value = (node.key, node.value) if node.value else (None, node.key)  # `**key`
            known = None if key is None else self.expr(key)
            return r.Comprehension("dict", known, self.expr(value), generators)
        return r.Comprehension(_COMPREHENSIONS[type(node)], None, self.expr(node.elt), generators)

    def _named_expr(self, node: ast.NamedExpr) -> r.Expr:
        return r.NamedExpr(node.target.id, self.expr(node.value))

    def _await(self, node: ast.Await) -> r.Expr:
        return r.Await(self.expr(node.value))

    def _yield(self, node: ast.Yield) -> r.Expr:
        self._yields = True
        return r.Yield(None if node.value is None else self.expr(node.value), delegates=False)

    def _yield_from(self, node: ast.YieldFrom) -> r.Expr:
        self._yields = True
        return r.Yield(self.expr(node.value), delegates=True)


_COMPREHENSIONS: dict[type[ast.AST], str] = {
    ast.ListComp: "list",
    ast.SetComp: "set",
    ast.GeneratorExp: "generator",
}

_X = _Extractor
_STATEMENTS: dict[type[ast.AST], Callable[[_Extractor, Any], r.Stmt]] = {
    ast.Expr: _X._expr_statement,
    ast.Assign: _X._assign,
    ast.AugAssign: _X._aug_assign,
    ast.AnnAssign: _X._ann_assign,
    ast.Return: _X._return,
    ast.Raise: _X._raise,
    ast.Assert: _X._assert,
    ast.If: _X._if,
    ast.For: _X._for,
    ast.AsyncFor: _X._for,
    ast.While: _X._while,
    ast.With: _X._with,
    ast.AsyncWith: _X._with,
    ast.Try: _X._try,
    ast.Match: _X._match,
    ast.Import: _X._import,
    ast.ImportFrom: _X._import_from,
    ast.Global: _X._global,
    ast.Nonlocal: _X._nonlocal,
    ast.Delete: _X._delete,
    ast.Break: _X._break,
    ast.Continue: _X._continue,
    ast.FunctionDef: _X._function,
    ast.AsyncFunctionDef: _X._function,
    ast.ClassDef: _X._class,
}
if hasattr(ast, "TryStar"):
    _STATEMENTS[ast.TryStar] = _X._try


def _is_lazy(node: ast.Import | ast.ImportFrom) -> bool:
    return bool(getattr(node, "is_lazy", False))  # since Python 3.15 (PEP 810)


def _is_kept(text: str) -> bool:
    return len(text) <= LONGEST_CONSTANT and not _SURROGATE.search(text)


_EXPRESSIONS: dict[type[ast.AST], Callable[[_Extractor, Any], r.Expr]] = {
    ast.Constant: _X._constant,
    ast.Name: _X._name,
    ast.Attribute: _X._attribute,
    ast.Call: _X._call,
    ast.Starred: _X._starred,
    ast.Subscript: _X._subscript,
    ast.List: _X._display,
    ast.Tuple: _X._display,
    ast.Set: _X._display,
    ast.Dict: _X._dict,
    ast.BoolOp: _X._bool_op,
    ast.UnaryOp: _X._unary,
    ast.Compare: _X._compare,
    ast.BinOp: _X._bin_op,
    ast.IfExp: _X._if_exp,
    ast.Lambda: _X._lambda,
    ast.ListComp: _X._comprehension,
    ast.SetComp: _X._comprehension,
    ast.DictComp: _X._comprehension,
    ast.GeneratorExp: _X._comprehension,
    ast.NamedExpr: _X._named_expr,
    ast.Await: _X._await,
    ast.Yield: _X._yield,
    ast.YieldFrom: _X._yield_from,
}


def _written(node: ast.expr) -> str:
    """A callee as a person would name it: calls without their arguments."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_written(node.value)}.{node.attr}"
    if isinstance(node, ast.Call):
        return f"{_written(node.func)}()"
    if isinstance(node, ast.Subscript):
        return f"{_written(node.value)}[…]"
    return "(…)"
