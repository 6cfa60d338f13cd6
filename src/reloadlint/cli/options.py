"""The options that commands share, in groups as the help shows them."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reloadlint.cli.grouping import Option
from reloadlint.reporting import FORMATS
from reloadlint.rules.codes import RULES
from reloadlint.settings import check_selectors

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def with_options(*groups: Sequence[Decorator]) -> Decorator:
    """A decorator that gives a command the options of `groups`, in their order."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        for group in reversed(groups):
            for option in reversed(group):
                function = option(function)
        return function

    return decorate


def _selectors(
    ctx: click.Context,  # noqa: ARG001 - click's signature
    parameter: click.Parameter,
    values: tuple[str, ...],
) -> list[str]:
    """Rule codes out of a repeatable option that takes several, separated by commas."""
    parts = [part.strip() for value in values for part in value.split(",")]
    selectors = [part for part in parts if part]
    check_selectors(selectors, tuple(RULES), parameter.opts[0])
    return selectors


_selection = partial(click.option, cls=Option, group="What is reported")
_reading = partial(click.option, cls=Option, group="What is read")
_output = partial(click.option, cls=Option, group="How it is shown")
_known = partial(click.option, cls=Option, group="What is known already")
_path = click.Path(path_type=Path)

ALL_MODULES = _selection("--all-modules", is_flag=True, help="Take every file for a Flask module.")

#: Which rules run, on what, and whether findings count.
SELECTION = (
    _selection(
        "--select",
        metavar="CODES",
        multiple=True,
        callback=_selectors,
        help="Rules to run: codes, their beginnings, or ALL.",
    ),
    _selection(
        "--extend-select",
        metavar="CODES",
        multiple=True,
        callback=_selectors,
        help="Rules to run besides those.",
    ),
    _selection(
        "--ignore", metavar="CODES", multiple=True, callback=_selectors, help="Rules not to run."
    ),
    ALL_MODULES,
    _selection("--exit-zero", is_flag=True, help="Exit with 0 though there are findings."),
)

CONFIG = (
    _reading(
        "--config",
        metavar="FILE|KEY=VALUE",
        multiple=True,
        help="Configuration file, or one setting in TOML.",
    ),
    _reading("--isolated", is_flag=True, help="Read no configuration file."),
)

CACHE_DIR = _reading(
    "--cache-dir", metavar="DIR", type=_path, help="Where that is kept (.reloadlint_cache)."
)

#: What is read besides the paths.
READING = (
    *CONFIG,
    _reading(
        "--extend-exclude",
        metavar="PATTERN",
        multiple=True,
        help="What else is left out: a name or gitignore pattern.",
    ),
    _reading("--force-exclude", is_flag=True, help="Leave out excluded files that are named, too."),
    _reading("--stdin-filename", metavar="PATH", type=_path, help="The file that `-` stands for."),
    _reading(
        "--python",
        metavar="PATH",
        type=click.Path(path_type=Path, exists=True),
        help="Interpreter or environment with the libraries.",
    ),
    _reading("--no-follow-installed", is_flag=True, help="Don't look into installed libraries."),
    _reading("--no-cache", is_flag=True, help="Keep nothing between runs."),
    CACHE_DIR,
    _reading(
        "--jobs",
        metavar="N",
        type=click.IntRange(min=1),
        help="Processes that read files, at most.",
    ),
)

#: Findings that are known and not reported.
KNOWN = (
    _known("--baseline", metavar="FILE", type=_path, help="Leave out the findings in this file."),
    _known(
        "--write-baseline",
        is_flag=True,
        help="Write what is found there (reloadlint-baseline.json).",
    ),
    _known(
        "--add-ignore",
        metavar="REASON",
        help="Write a suppression comment for each finding.",
    ),
)

COLOR = _output(
    "--color",
    type=click.Choice(("auto", "always", "never")),
    metavar="WHEN",
    default="auto",
    help="auto (default: on a terminal), always or never.",
)

_FIRST, *_FORMATS = FORMATS

#: How the report looks.
OUTPUT = (
    _output(
        "--output-format",
        metavar="FORMAT",
        type=click.Choice(tuple(FORMATS)),
        help=f"{_FIRST} (default), {', '.join(_FORMATS[:-1])} or {_FORMATS[-1]}.",
    ),
    _output("--output-file", metavar="FILE", type=_path, help="Write the report there."),
    _output("--statistics", is_flag=True, help="Count the findings of each rule instead."),
    _output("--diff", is_flag=True, help="Show what `fix` would write instead."),
    _output("--watch", is_flag=True, help="Check again whenever a file changes."),
    _output("--show-settings", is_flag=True, help="Show the settings that count, check nothing."),
    COLOR,
    _output("-q", "--quiet", is_flag=True, help="Findings only, no summary."),
    _output("-v", "--verbose", is_flag=True, help="Tell on standard error what is read and why."),
)
