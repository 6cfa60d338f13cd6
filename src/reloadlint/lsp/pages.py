"""The rules' pages as files that an editor can open: diagnostics link to them."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from pathlib import Path

from reloadlint.rules.codes import RULES
from reloadlint.rules.documentation import page_of


class Pages:
    """Pages written, when one is asked for, into a folder that goes with the server."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._uris: dict[str, str] = {}

    def uri(self, code: str) -> str | None:
        """Where the page of a rule is; None if it can't be written."""
        if code not in self._uris:
            with contextlib.suppress(OSError):
                self._uris[code] = self._written(code)
        return self._uris.get(code)

    def _written(self, code: str) -> str:
        return self._put(f"{code}.md", markdown(code))

    def write(self, name: str, text: str) -> str | None:
        """Write another page; its URI, or None if it can't be written."""
        with contextlib.suppress(OSError):
            return self._put(name, text)
        return None

    def _put(self, name: str, text: str) -> str:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="reloadlint-pages-"))
        file = self._folder / name
        file.write_text(text, encoding="utf-8", errors="replace")
        return file.as_uri()

    def remove(self) -> None:
        """Take the files away."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)


def markdown(code: str) -> str:
    """A rule's page with its title."""
    page = page_of(RULES[code])
    return f"# {page.code}: {page.name}\n\n{page.markdown}"
