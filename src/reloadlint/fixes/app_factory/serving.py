"""Files beside the source that name an application: `gunicorn app:app` in a Procfile."""

from __future__ import annotations

import re
from pathlib import Path

from reloadlint.discovery.start_files import START_FILE
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.start_files import start_file

_NAMES = re.compile(
    r"(?!(?!.*gunicorn).*\.py$)"  # of Python files only gunicorn's configuration
    rf"({START_FILE.pattern})"
)


def serving_file(project: Project, path: str, app: str) -> str | None:
    """A file of the project that names the application of a module; None if there is none."""
    dotted = project.module(path).name
    names = {re.escape(dotted), re.escape(Path(path).stem)}
    names |= {re.escape(Path(path).parent.name)} if Path(path).stem == "__init__" else set()
    either = "|".join(sorted(names, key=len, reverse=True))
    name = re.escape(app)
    served = re.compile(
        rf"(?<![\w:])(?:[\w./-]*[./])?(?:{either})(?:\.py)?:{name}\b"
        rf"|\bcallable\s*=\s*{name}\b"
        rf"|[\"'](?:[\w.]*\.)?(?:{either})\.{name}[\"']"
        rf"|(?:^|\s)from\s+(?:[\w.]*\.)?(?:{either})\s+import\s+[^\n]*\b{name}\b",
        re.MULTILINE,
    )
    return start_file(project, path, _NAMES, served)
