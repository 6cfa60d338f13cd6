"""Reading the settings: the nearest file or one that was named, what it extends, and overrides."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from reloadlint.errors import UsageError
from reloadlint.settings.files import File, named, nearest
from reloadlint.settings.lines import line_of
from reloadlint.settings.record import Settings
from reloadlint.settings.values import EXTEND, FIELDS, values_of

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_PATHS = ("python", "baseline", "cache_dir")
_LISTS_OF_PATHS = ("src", "catalog_files")
_OPTION = "--config"
_PAIR = re.compile(r"\s*[\w-]+\s*(?:\.[^=]*)?=")

_Words = tuple[Sequence[str], Sequence[str]]


def load_settings(
    start: Path,
    *,
    codes: Sequence[str],
    formats: Sequence[str],
    config: Sequence[str] = (),
    isolated: bool = False,
) -> Settings:
    """Settings of the nearest configuration file in `start` or above; defaults without one.

    Args:
        codes: the known rule codes.
        formats: the known output formats, the default first.
        config: what `--config` was given: a file to read instead, or `KEY=VALUE` in TOML.
        isolated: look for no file.

    Raises:
        UsageError: in one line, with file and key: broken TOML, an unknown key or value, a wrong
            type, a file that isn't there.
    """
    words = (codes, formats)
    files, pairs = _sorted_out(config)
    if isolated and files:
        raise UsageError("--isolated reads no configuration file; leave it out, or the file")
    file = named(Path(files[-1]).absolute(), _OPTION) if files else None
    if file is None and not isolated:
        file = nearest(start)
    values = _of_file(file, words, ()) if file else {}
    here = Path.cwd() if files or file is None else file.path.parent
    if file is not None:
        values |= {"config": file.path, "root": here}
    for pair in pairs:
        overridden = values_of(f"{_OPTION} {pair}", _table_of(pair), *words)
        values = _merged(values, _anchored(overridden, Path.cwd()))
    return Settings(**values)


def _sorted_out(config: Iterable[str]) -> tuple[list[str], list[str]]:
    """Which of these name a file, and which are `KEY=VALUE`."""
    files: list[str] = []
    pairs: list[str] = []
    for each in config:
        is_pair = _PAIR.match(each) and not Path(each).exists()
        (pairs if is_pair else files).append(each)
    if len(files) > 1:
        raise UsageError(f"{_OPTION}: one file at a time; `extend` in it names another")
    return files, pairs


def _table_of(pair: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(pair)
    except ValueError as error:
        key = pair.partition("=")[0].strip()
        hint = f"; a string needs quotes: {key}='…'" if key in FIELDS else ""
        raise UsageError(f"{_OPTION} {pair}: not valid TOML: {error}{hint}") from error


def _of_file(file: File, words: _Words, seen: tuple[Path, ...]) -> dict[str, Any]:
    """The values of a file over those of the one that it extends, with absolute paths."""
    table = dict(file.table)
    base = table.pop(EXTEND, None)
    values = _anchored(values_of(file.shown, table, *words), file.path.parent)
    if names := values.get("catalog"):
        values["catalog_lines"] = {name: _lines(file, name) for name in names}
    return values if base is None else _merged(_extended(file, base, words, seen), values)


def _extended(file: File, base: Any, words: _Words, seen: tuple[Path, ...]) -> dict[str, Any]:
    where = f"{file.shown}: `{EXTEND}`"
    if not isinstance(base, str):
        raise UsageError(f"{where} must be a string")
    chain = (*seen, file.path.resolve())
    path = file.path.parent / Path(base).expanduser()
    if path.resolve() in chain:
        raise UsageError(f"{where}: {base} extends this file in turn; remove one of the two")
    return _of_file(named(path, where), words, chain)


def _lines(file: File, name: str) -> dict[str, str]:
    """Where the catalogue's entry `name` and its keys stand, as `file:line`."""
    around = ("tool", "reloadlint") if file.path.name == "pyproject.toml" else ()
    keys = {"": (*around, "catalog", name)}
    keys |= {key: (*keys[""], key) for key in file.table["catalog"][name]}
    found = {key: line_of(file.text, path) for key, path in keys.items()}
    return {key: f"{file.shown}:{line}" if line else file.shown for key, line in found.items()}


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """The values of `over` over those of `base`: tables and what extends are added to."""
    merged = {**base, **over}
    for name in base.keys() & over.keys():
        if isinstance(over[name], dict):
            merged[name] = base[name] | over[name]
        elif name.startswith("extend_"):
            merged[name] = (*base[name], *over[name])
    return merged


def _anchored(values: dict[str, Any], folder: Path) -> dict[str, Any]:
    """`values` with the paths in them made absolute from `folder`."""
    anchored: dict[str, Any] = {
        name: str(folder / Path(values[name]).expanduser()) for name in _PATHS if values.get(name)
    }
    for name in _LISTS_OF_PATHS:
        if name in values:
            anchored[name] = tuple(str(folder / each) for each in values[name])
    return {**values, **anchored}
