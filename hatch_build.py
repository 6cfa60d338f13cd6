"""The catalogue in a wheel: one file of JSON, read in a fiftieth of the time of its TOML."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FOLDER = "reloadlint/effects/catalog"


class CatalogueHook(BuildHookInterface):  # type: ignore[type-arg]
    """Adds `entries.json`, which `effects.catalogue.load` prefers; a checkout does without."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the file, unless the checkout itself is to be imported."""
        if version == "editable":
            return
        self._scratch = TemporaryDirectory(prefix="catalogue-")
        made = Path(self._scratch.name, "entries.json")
        made.write_text(json.dumps(self._tables(), sort_keys=True), "utf-8")
        build_data["force_include"][str(made)] = f"{FOLDER}/entries.json"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002 - hatchling's signature
        """Take the file away again."""
        if version != "editable":
            self._scratch.cleanup()

    def _tables(self) -> list[dict[str, Any]]:
        files = sorted(Path(self.root, "src", FOLDER).glob("*.toml"))
        documents = (tomllib.loads(file.read_text("utf-8")) for file in files)
        return [table for document in documents for table in document["callable"]]
