"""A teardown that gets to its application through a blueprint."""

from __future__ import annotations

import libcst as cst

from reloadlint.fixes.draft import Draft
from reloadlint.fixes.on_g.hooks import HOOK, OPENING_OF_ALL, Hooks, Registered
from reloadlint.fixes.reading.applications import qualified_name
from reloadlint.fixes.reading.object import Made
from reloadlint.fixes.reading.tree import dotted
from reloadlint.fixes.writing.flask_import import new_import
from reloadlint.fixes.writing.style import Style

_RECORDED = "Have what was opened closed by the application that registers the blueprint."


def blueprint_of(made: Made) -> str | None:
    """The name of a blueprint that is made in the module before the object."""
    for line in made.tree.module.body:
        if line is made.line:
            return None
        small = line.body[0] if isinstance(line, cst.SimpleStatementLine) else None
        value = small.value if isinstance(small, cst.Assign) else None
        if isinstance(value, cst.Call) and isinstance(small, cst.Assign):
            name = qualified_name(made.tree, value.func)
            if name in ("flask.Blueprint", "flask.blueprints.Blueprint"):
                return dotted(small.targets[0].target) or None
    return None


def through_blueprint(
    made: Made, blueprint: str, hooks: Hooks, style: Style, draft: Draft
) -> Registered:
    """Have the hooks registered by whatever application registers the blueprint."""
    closer, gap = hooks.closer, style.newline * style.blank
    state, arrow = ("state: BlueprintSetupState", " -> None") if style.annotated else ("state", "")
    if style.annotated:
        text = "from flask.blueprints import BlueprintSetupState"
        draft.add(made.tree.path, new_import(made.tree, text, "flask", style.newline))
    lines = (
        f"@{blueprint}.record_once",
        f"def register_{closer}({state}){arrow}:",
        *([f"{style.indent}{style.doc_quotes}{_RECORDED}{style.doc_quotes}"] * style.documented),
        f"{style.indent}state.app.{HOOK}({closer})",
    )
    opening = f"@{blueprint}.{OPENING_OF_ALL}" if hooks.opener else None
    return Registered(None, gap + "".join(line + style.newline for line in lines), opening)
