"""The text of a hook that starts something with the first request of a process."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from reloadlint.fixes.draft import Refusal
from reloadlint.fixes.guarding.keeping import Kept
from reloadlint.fixes.reading.tree import Tree
from reloadlint.fixes.writing.style import Style

HOLDS = (
    "it is started with the first request that a process answers: no sooner, and with several "
    "workers in each of them"
)


class Once(NamedTuple):
    """What the hook is made of.

    `app` is what it is decorated with, None where another module registers it. `kept` are the names
    that others need; the only one tells whether it has been started, unless that may be None.
    `annotations` are those that names had where they were bound; `threading` is the module's name
    for that of the standard library.
    """

    app: str | None
    hook: str
    lock: str
    flag: str
    kept: Kept
    what: str
    annotations: Mapping[str, str] = MappingProxyType({})
    threading: str = "threading"

    @property
    def state(self) -> list[tuple[str, str]]:
        """The names that are bound beforehand, and their values until then."""
        flag = [] if self.kept.tells else [(self.flag, "False")]
        return [*((name, "None") for name in self.kept.new), *flag]

    def annotation(self, name: str, style: Style) -> str:
        """What stands behind a name that is None until then; never run."""
        kind = self.annotations.get(name)
        if kind is None or style.quote in kind:
            return ""
        return f": {style.optional(kind)}"

    @property
    def changed(self) -> str:
        """The names that the hook binds."""
        return ", ".join([*self.kept.names, *([] if self.kept.tells else [self.flag])])

    @property
    def test(self) -> str:
        """Whether the start is still to come."""
        return f"{self.kept.only} is None" if self.kept.tells else f"not {self.flag}"


def hook_names(tree: Tree, app: str | None, stem: str, kept: Kept) -> Once:
    """Names for a hook that the module has no other use for.

    Raises:
        Refusal: there are none.
    """
    for number in ("", "_once", *(f"_{n}" for n in range(2, 10))):
        own = "" if number == "_once" else number
        names = (f"start_{stem}{number}", f"_{stem}{own}_lock", f"_{stem}{own}_started")
        if not tree.identifiers & set(names):
            return Once(app, *names, kept, f"`{kept.only or stem}`")
    raise Refusal(f"`start_{stem}` and the like are taken in {tree.path}")


def once_text(once: Once, starting: str, style: Style, margin: str = "") -> str:
    """The lock, the state and the hook; `starting` are the lines that start, at their margin."""
    i, arrow = style.indent, " -> None" if style.annotated else ""
    blank = 1 if margin else style.blank
    lines = [
        f"{once.lock} = {once.threading}.Lock()",
        *(f"{name}{once.annotation(name, style)} = {value}" for name, value in once.state),
        *([""] * blank),
        *([f"@{once.app}.before_request"] if once.app else []),
        f"def {once.hook}(){arrow}:",
    ]
    if style.documented:
        doc = f"Start {once.what} with the first request that this process answers."
        lines.append(f"{i}{style.doc_quotes}{doc}{style.doc_quotes}")
    lines.append(f"{i}{once.kept.keyword} {once.changed}")
    lines += [f"{i}with {once.lock}:", f"{i}{i}if {once.test}:"]
    lines = [margin + line if line else line for line in lines]
    lines.append(starting.rstrip("\r\n"))
    if not once.kept.tells:
        lines.append(f"{margin}{3 * i}{once.flag} = True")
    return style.newline.join(lines) + style.newline
