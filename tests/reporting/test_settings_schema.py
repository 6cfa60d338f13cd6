"""The schema of the configuration says what the program itself accepts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from reloadlint.errors import UsageError
from reloadlint.reporting import FORMATS
from reloadlint.reporting.settings_schema import schema
from reloadlint.rules.codes import RULES
from reloadlint.settings import Settings, load_settings
from reloadlint.settings.values import FIELDS

ROOT = Path(__file__).resolve().parent.parent.parent
VALIDATOR = jsonschema.Draft202012Validator(schema())


def accepted(values: Any) -> bool:
    """Whether the program itself takes these settings."""
    pairs = [f"{key}={json.dumps(value)}" for key, value in values.items()]
    try:
        load_settings(
            Path("gone"), codes=tuple(RULES), formats=tuple(FORMATS), config=pairs, isolated=True
        )
    except UsageError:
        return False
    return True


def test_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


def test_every_key_is_described() -> None:
    properties = schema()["properties"]
    assert set(properties) == {"extend", *FIELDS}
    assert [key for key, value in properties.items() if not value.get("description")] == []


def test_published_file_is_current() -> None:
    published = (ROOT / "docs" / "reloadlint.schema.json").read_text(encoding="utf-8")
    assert published == json.dumps(schema(), indent=2) + "\n"


GOOD: list[dict[str, Any]] = [
    {},
    {"select": ["ALL", "RL1", "RL401"], "ignore": []},
    {"per-file-ignores": {"a/*.py": ["RL1"]}},
    {"jobs": 1, "output-format": "sarif", "python": ".venv"},
    {"strategy": {"a.B": "lazy"}},
    {"all-modules": True, "exclude": ["x"], "src": []},
]
BAD: list[dict[str, Any]] = [
    {"select": ["RL666"]},
    {"select": "RL1"},
    {"exlude": []},
    {"jobs": 0},
    {"jobs": "1"},
    {"output-format": "xml"},
    {"strategy": {"a.B": "lzy"}},
    {"per-file-ignores": {"a.py": "RL1"}},
    {"per-file-ignores": {"a.py": ["RL666"]}},
    {"all-modules": "yes"},
    {"catalog_lines": {}},
    {"root": "x"},
]


@pytest.mark.parametrize("values", GOOD, ids=str)
def test_what_the_program_accepts_is_valid(values: dict[str, Any]) -> None:
    assert VALIDATOR.is_valid(values)
    tables = {k: v for k, v in values.items() if isinstance(v, dict)}
    assert accepted({k: v for k, v in values.items() if k not in tables})


@pytest.mark.parametrize("values", BAD, ids=str)
def test_what_the_program_refuses_is_invalid(values: dict[str, Any]) -> None:
    assert not VALIDATOR.is_valid(values)
    if not any(isinstance(value, dict) for value in values.values()):
        assert not accepted(values)


def test_examples_and_defaults_are_valid() -> None:
    for key, value in schema()["properties"].items():
        for example in value.get("examples", ()):
            assert VALIDATOR.is_valid({key: example}), key
    defaults = {key: getattr(Settings(), field.name) for key, field in FIELDS.items()}
    written = {
        k: list(v) if isinstance(v, tuple) else v for k, v in defaults.items() if v is not None
    }
    assert VALIDATOR.is_valid(written)


@pytest.mark.parametrize(
    ("entry", "valid"),
    [
        ({"lazy": True}, True),
        ({"effects": ["thread"], "closers": ["stop"], "role": "client"}, True),
        ({"effects": ["socket"], "context-manager": "keeps"}, True),
        ({"effects": ["thred"]}, False),
        ({"efects": ["thread"]}, False),
        ({"lazy": 1}, False),
    ],
)
def test_own_entries_are_described(entry: dict[str, Any], valid: bool) -> None:
    assert VALIDATOR.is_valid({"catalog": {"a.B": entry}}) is valid
