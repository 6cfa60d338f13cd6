"""The settings of one run, and which rules they select."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: Rules that run only where a selector names them; `ALL` and their prefixes do.
OFF_BY_DEFAULT = frozenset({"RL107"})

DEFAULT_EXCLUDE = (
    ".bzr",
    ".direnv",
    ".eggs",
    ".git",
    ".git-rewrite",
    ".hg",
    ".hypothesis",
    ".ipynb_checkpoints",
    ".mypy_cache",
    ".nox",
    ".pyenv",
    ".pytest_cache",
    ".pytype",
    ".reloadlint_cache",
    ".ruff_cache",
    ".svn",
    ".tox",
    ".venv",
    ".vscode",
    "__pycache__",
    "__pypackages__",
    "_build",
    "build",
    "dist",
    "node_modules",
    "site-packages",
    "venv",
)


class Settings(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """What one run goes by; every field but `config` and `root` is a key of the file.

    `select` None means the default selection. `exclude` and `extend_exclude` are names or
    gitignore patterns relative to `root`, the folder of the file read (None: none was read).
    `src` (source roots) and `python` (an interpreter or environment) are absolute when they come
    from `load_settings`. `follow_installed`: look into the source of installed libraries.
    """

    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = DEFAULT_EXCLUDE
    extend_exclude: tuple[str, ...] = ()
    src: tuple[str, ...] = ()
    all_modules: bool = False
    follow_installed: bool = True
    python: str | None = None
    output_format: str = "full"
    cache: bool = True
    cache_dir: str | None = None
    config: Path | None = None
    root: Path | None = None

    def selected(self, code: str) -> bool:
        """Whether the rule is on: the longest matching selector decides, `ignore` at a tie."""
        chosen = _best(code, self.extend_select)
        if self.select is not None:
            chosen = max(chosen, _best(code, self.select))
        elif code not in OFF_BY_DEFAULT:
            chosen = max(chosen, 0)
        return chosen > _best(code, self.ignore)

    def overridden(self, select: Sequence[str], ignore: Sequence[str]) -> Settings:
        """These settings under the command line's selectors; empty ones change nothing.

        `select` takes the place of the file's selection, and beats the same selector in the
        file's `ignore`: who types `--select RL101` wants to see it.
        """
        if not select:
            return msgspec.structs.replace(self, ignore=(*self.ignore, *ignore))
        kept = tuple(selector for selector in self.ignore if selector not in select)
        return msgspec.structs.replace(
            self, select=tuple(select), extend_select=(), ignore=(*kept, *ignore)
        )


def _best(code: str, selectors: Iterable[str]) -> int:
    """Length of the longest selector that covers `code`: 0 for `ALL`, -1 for none."""
    lengths = (
        0 if selector == "ALL" else len(selector)
        for selector in selectors
        if selector == "ALL" or code.startswith(selector)
    )
    return max(lengths, default=-1)
