"""The settings of one run, and which rules they select."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import Meta

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

#: Fields that are no key of the file.
INNER = frozenset({"catalog_lines", "config", "root"})

Strategy = Literal["auto", "g", "pool", "lazy", "defer", "guard"]

# Each key with what the configuration reference and the schema say of it.
Select = Annotated[
    tuple[str, ...] | None,
    Meta(
        description="Rules to run: codes, their beginnings, or `ALL`. Without it, all but those"
        " that are off unless selected.",
        examples=[["RL1", "RL401"]],
    ),
]
ExtendSelect = Annotated[
    tuple[str, ...],
    Meta(description="Rules to run besides the selected ones.", examples=[["RL107"]]),
]
Ignore = Annotated[
    tuple[str, ...],
    Meta(
        description="Rules not to run. The longest selector that fits decides; at a tie, this.",
        examples=[["RL202"]],
    ),
]
PerFileIgnores = Annotated[
    dict[str, tuple[str, ...]],
    Meta(
        description="Rules not to report in the files that a gitignore pattern fits; patterns are"
        " relative to the configuration file's folder.",
        examples=[{"scripts/*.py": ["RL401"]}],
    ),
]
Exclude = Annotated[
    tuple[str, ...],
    Meta(
        description="Names and gitignore patterns of what is not read; takes the place of the"
        " default. `.gitignore` files count besides.",
        examples=[["legacy/"]],
    ),
]
ExtendExclude = Annotated[
    tuple[str, ...], Meta(description="The same besides the default.", examples=[["legacy/"]])
]
ForceExclude = Annotated[
    bool,
    Meta(description="Leave out excluded files even if they are named, as pre-commit does."),
]
Src = Annotated[
    tuple[str, ...],
    Meta(
        description="Folders where imports start, if not at the root, in `src` or in `lib`.",
        examples=[["backend"]],
    ),
]
AllModules = Annotated[bool, Meta(description="Take every file for a Flask module.")]
FollowInstalled = Annotated[
    bool, Meta(description="Look into the source of installed libraries that have no entry.")
]
Python = Annotated[
    str | None,
    Meta(
        description="Interpreter or environment whose installed libraries are meant; by default"
        " the active virtual environment.",
        examples=[".venv"],
    ),
]
Jobs = Annotated[
    Annotated[int, Meta(ge=1)] | None,
    Meta(
        description="Processes that read files, at most. By default one, and for large projects as"
        " many as there are processors, from four on. Without `fork()` (Windows) always one."
    ),
]
Baseline = Annotated[
    str | None,
    Meta(
        description="File with known findings, which are not reported; see `--write-baseline`.",
        examples=["reloadlint-baseline.json"],
    ),
]
OutputFormat = Annotated[
    str, Meta(description="How `check` writes its report.", examples=["concise"])
]
UnsafeFixes = Annotated[
    bool, Meta(description="Let `fix` also make fixes that may change what the program does.")
]
Strategies = Annotated[
    dict[str, Strategy],
    Meta(
        description="Which cure to take for what a callable makes, by its qualified name. It is"
        " your word on the role, and on nothing else.",
        examples=[{"shop.mail.Mailer": "lazy"}],
    ),
]
Catalog = Annotated[
    dict[str, dict[str, Any]],
    Meta(
        description="What callables do that the catalogue doesn't know, or other than it says:"
        " a table for each qualified name.",
        examples=[{"mycompany.queue.Client": {"effects": ["thread"], "closers": ["stop"]}}],
    ),
]
CatalogFiles = Annotated[
    tuple[str, ...],
    Meta(
        description="TOML files with more entries, as the catalogue's own files have them: a"
        " `[[callable]]` table each, with `name`, `library`, `when`, `effects`, `role`, `cure`.",
        examples=[["reloadlint-catalog.toml"]],
    ),
]
Cache = Annotated[bool, Meta(description="Keep what was learnt of installed libraries.")]
CacheDir = Annotated[
    str | None, Meta(description="Where that is kept; by default `.reloadlint_cache`.")
]


class Settings(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """What one run goes by; every field is a key of the file, but for those in `INNER`.

    `exclude`, `extend_exclude` and `per_file_ignores` are relative to `root`, the folder of the
    file read (None: none was read). Other paths are absolute when they come from `load_settings`.
    `catalog_lines` tells for each entry in `catalog` where it and its keys were written.
    """

    select: Select = None
    extend_select: ExtendSelect = ()
    ignore: Ignore = ()
    per_file_ignores: PerFileIgnores = msgspec.field(default_factory=dict)
    exclude: Exclude = DEFAULT_EXCLUDE
    extend_exclude: ExtendExclude = ()
    force_exclude: ForceExclude = False
    src: Src = ()
    all_modules: AllModules = False
    python: Python = None
    follow_installed: FollowInstalled = True
    jobs: Jobs = None
    baseline: Baseline = None
    output_format: OutputFormat = "full"
    unsafe_fixes: UnsafeFixes = False
    strategy: Strategies = msgspec.field(default_factory=dict)
    catalog: Catalog = msgspec.field(default_factory=dict)
    catalog_files: CatalogFiles = ()
    cache: Cache = True
    cache_dir: CacheDir = None
    catalog_lines: dict[str, dict[str, str]] = msgspec.field(default_factory=dict)
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


def covers(selectors: Iterable[str], code: str) -> bool:
    """Whether one of the selectors is about that code."""
    return _best(code, selectors) >= 0


def _best(code: str, selectors: Iterable[str]) -> int:
    """Length of the longest selector that covers `code`: 0 for `ALL`, -1 for none."""
    lengths = (
        0 if selector == "ALL" else len(selector)
        for selector in selectors
        if selector == "ALL" or code.startswith(selector)
    )
    return max(lengths, default=-1)
