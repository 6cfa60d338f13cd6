"""Reading the settings from `[tool.reloadlint]` in pyproject.toml, or from reloadlint.toml."""

from __future__ import annotations

import difflib
import errno
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from reloadlint.errors import UsageError
from reloadlint.settings.record import Settings
from reloadlint.source import display_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_CONFIG_NAMES = ("reloadlint.toml", "pyproject.toml")
_PHRASES = {
    bool: "true or false",
    tuple[str, ...]: 'a list of strings, such as ["one", "two"]',
    tuple[str, ...] | None: 'a list of strings, such as ["one", "two"]',
}


def load_settings(start: Path, *, codes: Sequence[str], formats: Sequence[str]) -> Settings:
    """Settings of the nearest configuration file in `start` or above; defaults without one.

    `codes` are the known rule codes and `formats` the known output formats. `UsageError` with
    one line naming file and key for broken TOML, an unknown key or value, or a wrong type.
    """
    for folder in (start.absolute(), *start.absolute().parents):
        for name in _CONFIG_NAMES:
            table = _table(folder / name)
            if table is not None:
                return _settings(folder / name, table, codes, formats)
    return Settings()


def check_selectors(selectors: Iterable[str], codes: Sequence[str], where: str) -> None:
    """`UsageError` if a selector is neither `ALL` nor a known code nor the beginning of one."""
    for selector in selectors:
        known = selector.startswith("RL") and any(code.startswith(selector) for code in codes)
        if selector != "ALL" and not known:
            hint = _did_you_mean(selector.upper(), codes) or f"; known: {', '.join(codes)}"
            raise UsageError(f"{where}: unknown rule code `{selector}`{hint}")


def _table(path: Path) -> Mapping[str, Any] | None:
    """The settings written in `path`; None if there is no such file or nothing for us in it."""
    try:
        content = tomllib.loads(path.read_bytes().decode("utf-8"))
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    except OSError as error:
        if error.errno == errno.ELOOP:  # a link to itself, which is for the linter to report
            return None
        raise UsageError(f"{display_path(path)}: cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{display_path(path)}: not valid TOML: {error}") from error
    return content if path.name == "reloadlint.toml" else _own_table(path, content)


def _own_table(path: Path, content: Mapping[str, Any]) -> Mapping[str, Any] | None:
    tool = content.get("tool", {})
    own = tool.get("reloadlint") if isinstance(tool, dict) else None
    if own is None or isinstance(own, dict):
        return own
    raise UsageError(f"{display_path(path)}: `tool.reloadlint` must be a table: [tool.reloadlint]")


def _settings(
    path: Path, table: Mapping[str, Any], codes: Sequence[str], formats: Sequence[str]
) -> Settings:
    shown = display_path(path)
    settings = Settings(**_values(shown, table))
    for key in ("select", "extend-select", "ignore"):
        check_selectors(table.get(key, ()), codes, f"{shown}: `{key}`")
    if settings.output_format not in formats:
        hint = _did_you_mean(settings.output_format, formats) or f"; known: {', '.join(formats)}"
        raise UsageError(
            f"{shown}: `output-format`: unknown format `{settings.output_format}`{hint}"
        )
    return _anchored(settings, path)


def _values(shown: str, table: Mapping[str, Any]) -> dict[str, Any]:
    """The table's values by field name, each checked against its field's type."""
    fields = {
        field.encode_name: field
        for field in msgspec.structs.fields(Settings)
        if field.name not in ("config", "root")
    }
    values = {}
    for key, value in table.items():
        if key not in fields:
            raise UsageError(f"{shown}: unknown key `{key}`{_did_you_mean(key, fields)}")
        field = fields[key]
        try:
            values[field.name] = msgspec.convert(value, field.type)
        except msgspec.ValidationError as error:
            phrase = _PHRASES.get(field.type, "a string")
            raise UsageError(f"{shown}: `{key}` must be {phrase}") from error
    return values


def _anchored(settings: Settings, path: Path) -> Settings:
    """`settings` with the paths in them made absolute from the folder of the file `path`."""
    root = path.parent
    return msgspec.structs.replace(
        settings,
        config=path,
        root=root,
        src=tuple(str(root / folder) for folder in settings.src),
        python=settings.python and str(root / Path(settings.python).expanduser()),
    )


def _did_you_mean(word: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(word.replace("_", "-"), list(known), n=1)
    return f"; did you mean `{close[0]}`?" if close else ""
