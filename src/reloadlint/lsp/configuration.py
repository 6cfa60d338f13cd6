"""What the client says about how to analyse, and what of it is not understood."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from reloadlint.errors import UsageError, did_you_mean
from reloadlint.rules.codes import RULES
from reloadlint.settings import Settings, load_settings
from reloadlint.settings.values import FIELDS

#: The client's settings that are settings of a run, too: named like them, but as `camelCase`.
_SHARED = (
    "select", "extend-select", "ignore", "extend-exclude", "all-modules", "python",
    "follow-installed", "unsafe-fixes", "strategy", "cache",
)  # fmt: skip
_CHOICES = {"run": ("onType", "onSave"), "scope": ("workspace", "openFiles")}
_OWN = (*_CHOICES, "configuration")


class Preferences(NamedTuple):
    """What the client wants.

    `run`: `onType` or `onSave`. `scope`: findings of the whole `workspace`, or of `openFiles`.
    `configuration`: a file to read instead of the nearest. `shared` are settings, by their key.
    """

    run: str = "onType"
    scope: str = "workspace"
    configuration: str | None = None
    shared: Mapping[str, Any] = {}


def preferences(given: object) -> tuple[Preferences, list[str]]:
    """The client's settings, and in a line each what is wrong with them; that is left out."""
    if given is None:
        return Preferences(), []
    if not isinstance(given, dict):
        return Preferences(), ["the client's settings for reloadlint must be an object"]
    known = {_camel(key): key for key in _SHARED}
    problems = [_unknown(name) for name in given if name not in NAMES]
    shared = {known[k]: v for k, v in given.items() if k in known and v is not None}
    own: dict[str, Any] = {k: v for k, v in given.items() if k in _OWN and v is not None}
    for name, words in _CHOICES.items():
        if own.get(name, words[0]) not in words:
            problems.append(f"setting `{name}` must be one of {', '.join(words)}")
            del own[name]
    if not isinstance(own.get("configuration", ""), str):
        problems.append("setting `configuration` must be a string")
        del own["configuration"]
    return Preferences(**own, shared=shared), problems


def settings_of(
    folder: Path, wanted: Preferences, formats: tuple[str, ...]
) -> tuple[Settings, list[str]]:
    """The settings for a folder, and what is wrong with those that the client gives.

    Args:
        folder: where the nearest configuration file is looked for.
        wanted: what the client says.
        formats: the output formats that a file may name; they are of no account here.

    Raises:
        UsageError: the configuration file can't be used.
    """
    load = partial(load_settings, codes=tuple(RULES), formats=formats)
    chosen = [str(folder / wanted.configuration)] if wanted.configuration else []
    pairs, problems = [], []
    for key, value in wanted.shared.items():
        pair = f"{key}={_toml(_anchored(folder, key, value))}"
        try:
            load(folder, config=[pair], isolated=True)
            pairs.append(pair)
        except UsageError as error:
            problems.append(_said_by_client(str(error), pair, key))
    return load(folder, config=[*chosen, *pairs]), problems


def _said_by_client(message: str, pair: str, key: str) -> str:
    return message.replace(f"--config {pair}", f"setting `{_camel(key)}`", 1)


def _anchored(folder: Path, key: str, value: Any) -> Any:
    return str(folder / value) if key == "python" and isinstance(value, str) else value


def _toml(value: Any) -> str:
    """A JSON value as TOML, in one line."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{json.dumps(k)} = {_toml(v)}' for k, v in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value)


def _unknown(name: str) -> str:
    return f"unknown setting `{name}`{did_you_mean(name, NAMES)}"


def _camel(key: str) -> str:
    first, *others = key.split("-")
    return first + "".join(map(str.capitalize, others))


NAMES = (*_OWN, *map(_camel, _SHARED))
"""All settings that a client may give."""

assert set(_SHARED) <= FIELDS.keys()
