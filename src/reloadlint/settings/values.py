"""From a table of a configuration file to values, each checked against its field's type."""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec

from reloadlint.errors import UsageError, did_you_mean
from reloadlint.settings.record import INNER, Settings

#: The fields that are keys of the file, by key.
FIELDS = {
    field.encode_name: field
    for field in msgspec.structs.fields(Settings)
    if field.name not in INNER
}

#: A key that says where to read on, and is no setting itself.
EXTEND = "extend"

_PHRASES: dict[Any, str] = {
    bool: "true or false",
    int: "a whole number from 1 on",
    str: "a string",
    tuple: 'a list of strings, such as ["one", "two"]',
    dict: "a table",
}
_SELECTORS = ("select", "extend-select", "ignore")


def values_of(
    shown: str, table: Mapping[str, Any], codes: Sequence[str], formats: Sequence[str]
) -> dict[str, Any]:
    """The table's values by field name; `UsageError` in one line, with `shown` and the key."""
    values = {}
    for key, value in table.items():
        if key not in FIELDS:
            known = did_you_mean(key.replace("_", "-"), (*FIELDS, EXTEND))
            raise UsageError(f"{shown}: unknown key `{key}`{known}")
        values[FIELDS[key].name] = _value(shown, key, value)
    _check_words(shown, table, codes, formats)
    return values


def check_selectors(selectors: Iterable[str], codes: Sequence[str], where: str) -> None:
    """`UsageError` if a selector is neither `ALL` nor a known code nor the beginning of one."""
    for selector in selectors:
        known = selector.startswith("RL") and any(code.startswith(selector) for code in codes)
        if selector != "ALL" and not known:
            hint = did_you_mean(selector.upper(), codes) or f"; known: {', '.join(codes)}"
            raise UsageError(f"{where}: unknown rule code `{selector}`{hint}")


def _value(shown: str, key: str, value: Any) -> Any:
    expected = FIELDS[key].type
    try:
        return msgspec.convert(value, expected)
    except msgspec.ValidationError as error:
        kind = _kind(expected)
        if kind is dict and isinstance(value, dict):
            raise UsageError(f"{shown}: {_inner(key, value, expected)}") from error
        raise UsageError(f"{shown}: `{key}` must be {_PHRASES[kind]}") from error


def _inner(key: str, table: Mapping[str, Any], expected: Any) -> str:
    """What is wrong inside a table: the first entry that isn't as it should be."""
    inner = get_args(_plain(expected))[1]
    name = next(name for name, value in table.items() if not _is(inner, value))
    return f'`{key}."{name}"` must be {_phrase(inner, table[name])}'


def _is(expected: Any, value: Any) -> bool:
    try:
        msgspec.convert(value, expected)
    except msgspec.ValidationError:
        return False
    return True


def _phrase(expected: Any, value: Any) -> str:
    if get_origin(expected) is Literal:
        words = get_args(expected)
        return f"one of {', '.join(words)}{did_you_mean(str(value), words)}"
    return _PHRASES[_kind(expected)]


def _plain(expected: Any) -> Any:
    """A type without its annotation, and without the None that it may also be."""
    while get_origin(expected) in (Annotated, Union, types.UnionType):
        expected = get_args(expected)[0]
    return expected


def _kind(expected: Any) -> Any:
    plain = _plain(expected)
    return get_origin(plain) or plain


def _check_words(
    shown: str, table: Mapping[str, Any], codes: Sequence[str], formats: Sequence[str]
) -> None:
    """Rule codes and the output format are words that others know."""
    for key in _SELECTORS:
        check_selectors(table.get(key, ()), codes, f"{shown}: `{key}`")
    for pattern, ignored in table.get("per-file-ignores", {}).items():
        check_selectors(ignored, codes, f'{shown}: `per-file-ignores."{pattern}"`')
    wanted = table.get("output-format", formats[0])
    if wanted not in formats:
        hint = did_you_mean(wanted, formats) or f"; known: {', '.join(formats)}"
        raise UsageError(f"{shown}: `output-format`: unknown format `{wanted}`{hint}")
