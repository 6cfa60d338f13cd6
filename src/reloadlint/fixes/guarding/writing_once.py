"""The text of a hook that starts something with the first request of a process."""

from __future__ import annotations

from typing import NamedTuple

from reloadlint.fixes.draft import Refusal
from reloadlint.fixes.edits import Edit
from reloadlint.fixes.reading.tree import Tree
from reloadlint.fixes.writing.flask_import import new_import
from reloadlint.fixes.writing.style import Style

HOLDS = (
    "it is started with the first request that a process answers: no sooner, and with several "
    "workers in each of them"
)


class Once(NamedTuple):
    """What the hook is made of.

    `kept` is the name that what is started is kept under, and None until then; without it, a flag
    says whether that has been done. `what` is said in the docstring.
    """

    app: str
    hook: str
    lock: str
    flag: str
    kept: str | None
    what: str

    @property
    def state(self) -> tuple[str, str, str]:
        """Name, value before the start, and the test that it is still to come."""
        if self.kept is not None:
            return self.kept, "None", f"{self.kept} is None"
        return self.flag, "False", f"not {self.flag}"


def hook_names(tree: Tree, app: str, stem: str, kept: str | None, what: str) -> Once:
    """Names for a hook that the module has no other use for.

    Raises:
        Refusal: there are none.
    """
    for hook in (f"start_{stem}", f"start_{stem}_once"):
        names = (hook, f"_{stem}_lock", f"_{stem}_started")
        if not tree.identifiers & set(names):
            return Once(app, *names, kept, what)
    raise Refusal(f"`start_{stem}` and `start_{stem}_once` are taken in {tree.path}")


def once_text(once: Once, starting: str, style: Style) -> str:
    """The lock, the state and the hook; `starting` are the lines that start, at their margin."""
    name, value, test = once.state
    i, arrow = style.indent, " -> None" if style.annotated else ""
    lines = [
        f"{once.lock} = threading.Lock()",
        f"{name} = {value}",
        *([""] * style.blank),
        f"@{once.app}.before_request",
        f"def {once.hook}(){arrow}:",
    ]
    if style.documented:
        doc = f"Start {once.what} with the first request that this process answers."
        lines.append(f"{i}{style.doc_quotes}{doc}{style.doc_quotes}")
    lines += [f"{i}global {name}", f"{i}with {once.lock}:", f"{i}{i}if {test}:"]
    lines.append(starting.rstrip("\r\n"))
    if once.kept is None:
        lines.append(f"{3 * i}{name} = True")
    return style.newline.join(lines) + style.newline


def import_of_threading(tree: Tree, style: Style) -> list[Edit]:
    """The import of `threading`, unless the module has it under that name."""
    for assignment in tree.global_scope["threading"]:
        if assignment.scope is tree.global_scope:
            return []
    return [new_import(tree, "import threading", "threading", style.newline)]
