"""Files beside the source that name an application: `gunicorn app:app` in a Procfile."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from reloadlint.fixes.reading.project import Project

_NAMES = re.compile(
    r"(Procfile|Dockerfile|Makefile|justfile|README|gunicorn|uwsgi|nginx|supervisord|vercel|zappa"
    r"|serverless|(docker-)?compose|\.flaskenv|\.env|setup|pyproject|tox|runtime|package).*"
    r"|.*\.(service|sh|ini|cfg|toml|ya?ml|md|rst|txt|bat|ps1|conf|wsgi|Dockerfile)"
)
_LARGEST = 200_000


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
    for file in _files(project, path):
        if served.search(_text(file)):
            return file.relative_to(project.root).as_posix()
    return None


def _files(project: Project, path: str) -> Iterator[Path]:
    """The files that say how programs are started: at the root, beside the module, above it."""
    beside = (project.root / path).parent
    folders = [project.root, *(f for f in beside.parents if f.is_relative_to(project.root)), beside]
    for folder in dict.fromkeys(folders):
        try:
            entries = sorted(folder.iterdir())
        except OSError:
            continue
        for entry in entries:
            named = _NAMES.fullmatch(entry.name) is not None
            if named and entry.is_file() and (entry.suffix != ".py" or "gunicorn" in entry.name):
                yield entry


def _text(file: Path) -> str:
    """What stands in a file; nothing if it is large or can't be read."""
    try:
        return file.read_text("utf-8", "replace") if file.stat().st_size <= _LARGEST else ""
    except OSError:
        return ""
