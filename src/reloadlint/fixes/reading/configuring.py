"""Statements that configure an object right after it is made: they go where it is made."""

from __future__ import annotations

import re

import libcst as cst

from reloadlint.fixes.reading.object import Made
from reloadlint.fixes.reading.references import Use
from reloadlint.fixes.reading.tree import assigned_values, descendants

METHODS = frozenset(
    {
        "create_aggregate", "create_collation", "create_function", "create_window_function",
        "enable_callback_tracebacks", "enable_load_extension", "exchange_declare", "basic_qos",
        "load_extension", "ping", "queue_bind", "queue_declare", "set_authorizer", "set_charset",
        "set_client_encoding", "set_isolation_level", "set_progress_handler", "set_session",
        "set_trace_callback", "autocommit", "select_db", "setblocking", "settimeout", "setsockopt",
        "set_charset_collation", "set_character_set", "install_extension", "confirm_delivery",
        "starttls", "login", "ehlo", "helo", "set_debuglevel", "set_pasv", "prot_p", "cwd",
        "simple_bind_s", "set_option", "set_keepalive", "set_missing_host_key_policy",
    }
)  # fmt: skip
"""Methods that set something on the one connection and leave nothing behind elsewhere."""

_TEXTS = (cst.SimpleString, cst.FormattedString)
_SETTING = re.compile(r"\s*(PRAGMA|SET|ATTACH|LOAD|USE)\b", re.IGNORECASE)


def sets_something(use: Use) -> str | None:
    """The word with which a use sets something on the connection (`ATTACH`), if it does."""
    call = use.tree.parent(use.tree.parent(use.node))
    if not (isinstance(call, cst.Call) and isinstance(call.func, cst.Attribute) and call.args):
        return None
    given = call.args[0].value
    if call.func.value is not use.node:
        return None
    values = assigned_values(use.tree, given) if isinstance(given, cst.Name) else [given]
    texts = (node for value in values for node in descendants(value) if isinstance(node, _TEXTS))
    return next((word for text in texts if (word := setting_in(text)) is not None), None)


def setting_in(text: cst.SimpleString | cst.FormattedString) -> str | None:
    """The word with which a statement sets something on its connection, if it does."""
    written = _written(text)
    match = _SETTING.match(written)
    if match is None or (match[1].upper() == "PRAGMA" and "=" not in written):
        return None
    return match[1].upper()


def _written(text: cst.SimpleString | cst.FormattedString) -> str:
    """What stands in a text, without the values that are put into it."""
    if isinstance(text, cst.SimpleString):
        return str(text.evaluated_value)
    parts = (part.value for part in text.parts if isinstance(part, cst.FormattedStringText))
    return "".join(parts)


def configures(made: Made, use: Use) -> cst.SimpleStatementLine | None:
    """The statement with which a use at module level configures the object, if it does."""
    tree = use.tree
    line = tree.statement_of(use.node)
    if tree is not made.tree or tree.parent(line) is not tree.module:
        return None
    if not isinstance(line, cst.SimpleStatementLine) or len(line.body) > 1:
        return None
    if tree.span(line)[0] < tree.span(made.line)[0]:
        return None
    small = line.body[0]
    fits = _sets_attribute(small, use.node) or _calls_setter(small, use.node)
    return line if fits else None


def _sets_attribute(small: cst.BaseSmallStatement, use: cst.CSTNode) -> bool:
    if not isinstance(small, cst.Assign) or len(small.targets) != 1:
        return False
    target = small.targets[0].target
    return isinstance(target, cst.Attribute) and target.value is use


def _calls_setter(small: cst.BaseSmallStatement, use: cst.CSTNode) -> bool:
    call = small.value if isinstance(small, cst.Expr) else None
    if not (isinstance(call, cst.Call) and isinstance(call.func, cst.Attribute)):
        return False
    if call.func.value is not use:
        return False
    if call.func.attr.value == "execute" and call.args:
        text = call.args[0].value
        return isinstance(text, cst.SimpleString) and bool(
            _SETTING.match(str(text.evaluated_value))
        )
    return call.func.attr.value in METHODS
