"""Extensions that can be made first and given their application later, by `init_app`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from reloadlint.fixes.app_factory.body import Piece
from reloadlint.fixes.edits import Edit
from reloadlint.fixes.reading.applications import qualified_name
from reloadlint.fixes.reading.functions import definition_of
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.tree import Tree, descendants, last_name


class Known(NamedTuple):
    """What is known of an extension's class.

    `parameters` are the constructor's after the application, by place; `handed` those that go to
    `init_app` as well as they would to the constructor; `missing` are attributes that the object
    has only with its application.
    """

    parameters: tuple[str, ...] = ()
    handed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


_PLAIN = Known()
KNOWN: dict[str, Known] = {
    "flask_admin.Admin": Known(("name", "url", "subdomain")),
    "flask_assets.Environment": _PLAIN,
    "flask_babel.Babel": _PLAIN,
    "flask_bcrypt.Bcrypt": _PLAIN,
    "flask_bootstrap.Bootstrap": _PLAIN,
    "flask_bootstrap.Bootstrap4": _PLAIN,
    "flask_bootstrap.Bootstrap5": _PLAIN,
    "flask_caching.Cache": Known(("with_jinja2_ext", "config")),
    "flask_ckeditor.CKEditor": _PLAIN,
    "flask_compress.Compress": _PLAIN,
    "flask_cors.CORS": _PLAIN,
    "flask_debugtoolbar.DebugToolbarExtension": _PLAIN,
    "flask_jwt_extended.JWTManager": Known(("add_context_processor",)),
    "flask_limiter.Limiter": Known(("key_func",)),
    "flask_login.LoginManager": Known(("add_context_processor",)),
    "flask_mail.Mail": _PLAIN,
    "flask_marshmallow.Marshmallow": _PLAIN,
    "flask_migrate.Migrate": Known(("db", "directory"), ("db", "directory")),
    "flask_moment.Moment": _PLAIN,
    "flask_mongoengine.MongoEngine": _PLAIN,
    "flask_mysqldb.MySQL": Known(missing=("connection", "connect")),
    "flask_pymongo.PyMongo": Known(("uri",), ("uri",), ("db", "cx")),
    "flask_restx.Api": Known(("version", "title", "description")),
    "flask_seasurf.SeaSurf": _PLAIN,
    "flask_session.Session": _PLAIN,
    "flask_socketio.SocketIO": _PLAIN,
    "flask_sqlalchemy.SQLAlchemy": Known(missing=("engine", "engines")),
    "flask_talisman.Talisman": _PLAIN,
    "flask_wtf.CSRFProtect": _PLAIN,
    "flask_wtf.csrf.CSRFProtect": _PLAIN,
    "flaskext.mysql.MySQL": Known(missing=("connect", "get_db")),
}
"""Extensions whose documentation shows both ways."""


class TwoSteps(NamedTuple):
    """An extension that stays, and is given its application in the factory.

    `edits` take the application out of the constructor's call, `line` hands it over.
    """

    name: str
    edits: tuple[Edit, ...]
    line: str
    missing: tuple[str, ...]


def two_steps(project: Project, tree: Tree, piece: Piece, app: str) -> TwoSteps | None:
    """How the extension that a statement makes can be given its application later, if it can."""
    target, call = assigned_call(piece.node)
    if target is None or call is None:
        return None
    known = _known(project, tree, call)
    given = [arg for arg in call.args if _is(arg.value, app)]
    if known is None or len(given) != 1 or len(piece.now[app]) != 1:
        return None
    place = list(call.args).index(given[0])
    named = given[0].keyword is not None
    if (named and last_name(given[0].keyword) != "app") or (not named and place):
        return None
    rest = [arg for arg in call.args if arg is not given[0]]
    plain = [arg for arg in rest if arg.keyword is None]
    if any(arg.star for arg in rest) or (not named and len(plain) > len(known.parameters)):
        return None
    names = dict(zip(plain, known.parameters, strict=False)) if not named else {}
    handed = [arg for arg in rest if _name(arg, names) in known.handed]
    edits = _without(tree, call, [given[0], *handed])
    edits += [_keyword(tree, arg, names[arg]) for arg in names if arg not in handed]
    arguments = ", ".join([app, *(tree.source(arg) for arg in handed)])
    line = f"{target}.init_app({arguments})"
    return TwoSteps(target, tuple(edits), line, known.missing)


def assigned_call(node: cst.BaseStatement) -> tuple[str | None, cst.Call | None]:
    """The name and the call of `name = call(…)`."""
    small = node.body[0] if isinstance(node, cst.SimpleStatementLine) and len(node.body) == 1 else 0
    if isinstance(small, cst.Assign) and len(small.targets) == 1:
        target: cst.BaseExpression = small.targets[0].target
    elif isinstance(small, cst.AnnAssign):
        target = small.target
    else:
        return None, None
    call = small.value if isinstance(small.value, cst.Call) else None
    return (target.value if isinstance(target, cst.Name) else None), call


def _is(node: cst.CSTNode, name: str) -> bool:
    return isinstance(node, cst.Name) and node.value == name


def _name(arg: cst.Arg, names: dict[cst.Arg, str]) -> str:
    return names.get(arg, "") if arg.keyword is None else arg.keyword.value


def _keyword(tree: Tree, arg: cst.Arg, name: str) -> Edit:
    start, _ = tree.span(arg)
    return Edit(start, start, f"{name}=")


def _without(tree: Tree, call: cst.Call, gone: list[cst.Arg]) -> list[Edit]:
    """The edits that take arguments out of a call, each with its comma."""
    args = list(call.args)
    kept = [arg for arg in args if arg not in gone]
    if not kept:
        return [Edit(tree.span(args[0])[0], _close(tree, call), "")]
    edits = []
    for arg in gone:
        place = args.index(arg)
        following = [a for a in args[place + 1 :] if a in kept]
        if following and args[place + 1] in kept:
            edits.append(Edit(tree.span(arg)[0], tree.span(following[0])[0], ""))
        elif following:
            edits.append(Edit(tree.span(arg)[0], tree.span(args[place + 1])[0], ""))
        else:
            before = tree.span(args[place - 1])[1] if place else tree.span(arg)[0]
            edits.append(Edit(before, tree.span(arg)[1], ""))
    return edits


def _close(tree: Tree, call: cst.Call) -> int:
    """Where a call's closing parenthesis stands."""
    return tree.span(call)[1] - 1


# What a class says of itself


def _known(project: Project, tree: Tree, call: cst.Call) -> Known | None:
    known = KNOWN.get(qualified_name(tree, call.func))
    if known is not None:
        return known
    found = definition_of(project, tree, call.func)
    return _read(found[1]) if found and isinstance(found[1], cst.ClassDef) else None


def _read(cls: cst.ClassDef) -> Known | None:
    """What a class of the project shows, if its constructor calls `init_app` and no more."""
    methods = {node.name.value: node for node in cls.body.body if isinstance(node, cst.FunctionDef)}
    made, init = methods.get("__init__"), methods.get("init_app")
    if made is None or init is None or len(init.params.params) < 2:
        return None
    parameters = [*made.params.posonly_params, *made.params.params][1:]
    if not parameters or not _is(parameters[0].default or parameters[0], "None"):
        return None
    app = parameters.pop(0).name.value
    uses = [n for n in descendants(made.body) if _is(n, app)]
    tests = [node for node in _own(made) if isinstance(node, cst.If) and _hands_on(node, app)]
    kept = [node for node in _own(made) if _keeps(node, app)]
    used = sum(_is(n, app) for node in (*tests, *kept) for n in descendants(node))
    if not tests or used != len(uses) or (kept and not _kept_again(init)):
        return None
    return Known(tuple(parameter.name.value for parameter in parameters))


def _own(function: cst.FunctionDef) -> Iterator[cst.BaseStatement]:
    for node in function.body.body:
        if isinstance(node, cst.BaseStatement):
            yield node


def _hands_on(node: cst.If, app: str) -> bool:
    """`if app is not None: self.init_app(app)`, or the like."""
    body = node.body.body
    line = body[0] if len(body) == 1 else None
    small = line.body[0] if isinstance(line, cst.SimpleStatementLine) else line
    call = small.value if isinstance(small, cst.Expr) else None
    tested = any(_is(n, app) for n in descendants(node.test))
    return (
        tested
        and node.orelse is None
        and isinstance(call, cst.Call)
        and last_name(call.func) == "init_app"
        and len(call.args) == 1
        and _is(call.args[0].value, app)
    )


def _keeps(node: cst.BaseStatement, app: str) -> bool:
    """`self.app = app`."""
    small = node.body[0] if isinstance(node, cst.SimpleStatementLine) else None
    return (
        isinstance(small, cst.Assign)
        and last_name(small.targets[0].target) == "app"
        and _is(small.value, app)
    )


def _kept_again(init: cst.FunctionDef) -> bool:
    app = init.params.params[1].name.value
    return any(_keeps(node, app) for node in _own(init))
