"""The records that stand for a module's code: what the solver reads instead of a syntax tree.

They mirror Python's own grammar (names follow `ast`), without positions where none is reported.
Every record can be written to and read from a cache as plain data.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

Span: TypeAlias = tuple[int, int, int, int]
"""Line, column, end line, end column; all start at 1, columns count characters."""


class Record(msgspec.Struct, frozen=True, array_like=True, tag=True, gc=False):
    """A node of the facts."""


# Expressions


class Constant(Record, frozen=True):
    """A literal. Of long texts and bytes only that they are one is kept: `known` is False."""

    value: bool | int | float | str | None
    known: bool = True


class Name(Record, frozen=True):
    id: str


class Attribute(Record, frozen=True):
    value: Expr
    attr: str
    span: Span


class Keyword(Record, frozen=True):
    """A keyword argument; `arg` is None for `**value`."""

    arg: str | None
    value: Expr


class Starred(Record, frozen=True):
    value: Expr


class Call(Record, frozen=True):
    """A call; `text` is the callee as written, shortened (`self._worker.start`)."""

    func: Expr
    args: tuple[Expr, ...]
    keywords: tuple[Keyword, ...]
    span: Span
    text: str


class Subscript(Record, frozen=True):
    value: Expr
    index: Expr
    span: Span


class Display(Record, frozen=True):
    """A list, tuple or set display; `kind` names which."""

    kind: str
    items: tuple[Expr, ...]


class DictDisplay(Record, frozen=True):
    """A dict display; a key of None stands for `**value`."""

    keys: tuple[Expr | None, ...]
    values: tuple[Expr, ...]


class BoolOp(Record, frozen=True):
    """`and` / `or`; `op` is that word."""

    op: str
    values: tuple[Expr, ...]


class Not(Record, frozen=True):
    value: Expr


class Compare(Record, frozen=True):
    """A comparison; `ops` are the names of the `ast` operators (`Eq`, `IsNot`, …)."""

    left: Expr
    ops: tuple[str, ...]
    comparators: tuple[Expr, ...]


class BinOp(Record, frozen=True):
    left: Expr
    op: str
    right: Expr


class IfExp(Record, frozen=True):
    test: Expr
    body: Expr
    orelse: Expr


class Lambda(Record, frozen=True):
    function: FunctionDef


class Generator(Record, frozen=True):
    """One `for target in iter if …` of a comprehension; `span` is that of `iter`."""

    target: Expr
    iter: Expr
    span: Span
    ifs: tuple[Expr, ...]


class Comprehension(Record, frozen=True):
    """A comprehension; `kind` is `list`, `set`, `dict` or `generator`.

    `key` only for `dict`; None there if the element is a mapping that is unpacked.
    """

    kind: str
    key: Expr | None
    element: Expr
    generators: tuple[Generator, ...]


class NamedExpr(Record, frozen=True):
    target: str
    value: Expr


class Await(Record, frozen=True):
    value: Expr


class Yield(Record, frozen=True):
    value: Expr | None
    delegates: bool


class Opaque(Record, frozen=True):
    """An expression whose value is not followed (f-string, slice, arithmetic); its parts are."""

    parts: tuple[Expr, ...]


Expr: TypeAlias = (
    Constant
    | Name
    | Attribute
    | Starred
    | Call
    | Subscript
    | Display
    | DictDisplay
    | BoolOp
    | Not
    | Compare
    | BinOp
    | IfExp
    | Lambda
    | Comprehension
    | NamedExpr
    | Await
    | Yield
    | Opaque
)

# Statements


class ExprStatement(Record, frozen=True):
    value: Expr


class Assign(Record, frozen=True):
    targets: tuple[Expr, ...]
    value: Expr


class AugAssign(Record, frozen=True):
    target: Expr
    value: Expr


class AnnAssign(Record, frozen=True):
    """`target: annotation = value`; `evaluated` says whether the annotation is run."""

    target: Expr
    annotation: Expr
    value: Expr | None
    evaluated: bool


class Return(Record, frozen=True):
    value: Expr | None


class Raise(Record, frozen=True):
    value: Expr | None


class If(Record, frozen=True):
    test: Expr
    body: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...]


class For(Record, frozen=True):
    """A `for` loop; `span` is that of `iter`."""

    target: Expr
    iter: Expr
    span: Span
    body: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...]


class While(Record, frozen=True):
    test: Expr
    body: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...]


class WithItem(Record, frozen=True):
    value: Expr
    target: Expr | None
    span: Span


class With(Record, frozen=True):
    items: tuple[WithItem, ...]
    body: tuple[Stmt, ...]


class Handler(Record, frozen=True):
    """An `except` clause; `exception` is None for a bare one."""

    exception: Expr | None
    name: str | None
    body: tuple[Stmt, ...]


class Try(Record, frozen=True):
    body: tuple[Stmt, ...]
    handlers: tuple[Handler, ...]
    orelse: tuple[Stmt, ...]
    final: tuple[Stmt, ...]


class Case(Record, frozen=True):
    """One `case`; `literal` is its value where it is a plain one, `wildcard` if it always fits."""

    literal: Expr | None
    wildcard: bool
    names: tuple[str, ...]
    guard: Expr | None
    body: tuple[Stmt, ...]


class Match(Record, frozen=True):
    subject: Expr
    cases: tuple[Case, ...]


class Alias(Record, frozen=True):
    """`name`, or `name as asname`, of an import."""

    name: str
    asname: str | None
    span: Span


class Import(Record, frozen=True):
    """`import names`; `lazy` (Python 3.15): a module is loaded when its name is first used."""

    names: tuple[Alias, ...]
    lazy: bool = False


class ImportFrom(Record, frozen=True):
    """`from module import names`; `level` counts the dots; a name may be `*`; `lazy` as above."""

    module: str
    names: tuple[Alias, ...]
    level: int
    lazy: bool = False


class Global(Record, frozen=True):
    names: tuple[str, ...]


class Nonlocal(Record, frozen=True):
    names: tuple[str, ...]


class Delete(Record, frozen=True):
    targets: tuple[Expr, ...]


class Break(Record, frozen=True):
    pass


class Continue(Record, frozen=True):
    pass


class Decorator(Record, frozen=True):
    value: Expr
    span: Span
    text: str


class Parameter(Record, frozen=True):
    """A parameter; `kind` is `positional`, `keyword`, `args` or `kwargs`."""

    name: str
    kind: str
    default: Expr | None
    annotation: Expr | None


class FunctionDef(Record, frozen=True):
    """A function or lambda. `evaluated` says whether its annotations are run at definition."""

    name: str
    span: Span
    parameters: tuple[Parameter, ...]
    body: tuple[Stmt, ...]
    decorators: tuple[Decorator, ...] = ()
    returns: Expr | None = None
    is_async: bool = False
    is_generator: bool = False
    evaluated: bool = True


class ClassDef(Record, frozen=True):
    """A class; `span` reaches from the keyword `class` to the end of its name."""

    name: str
    span: Span
    bases: tuple[Expr, ...]
    keywords: tuple[Keyword, ...]
    body: tuple[Stmt, ...]
    decorators: tuple[Decorator, ...] = ()


Stmt: TypeAlias = (
    ExprStatement
    | Assign
    | AugAssign
    | AnnAssign
    | Return
    | Raise
    | If
    | For
    | While
    | With
    | Try
    | Match
    | Import
    | ImportFrom
    | Global
    | Nonlocal
    | Delete
    | Break
    | Continue
    | FunctionDef
    | ClassDef
)


class ModuleFacts(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A module's whole code as records."""

    body: tuple[Stmt, ...]
