"""Who else loads a script, as far as the project's files show: other modules, and servers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from reloadlint.fixes.reading.project import Project

_NAMES = re.compile(
    r"^(Procfile.*|Dockerfile.*|(docker-)?compose.*|Makefile|justfile|\.flaskenv|\.env.*|README.*"
    r"|gunicorn.*|uwsgi.*|.*\.(service|sh|ini|cfg|toml|ya?ml|md|rst|bat|ps1|conf))$"
)
_LARGEST = 200_000
_LOADED_BY_NAME = frozenset({"wsgi", "asgi", "passenger_wsgi"})
_SERVERS = r"gunicorn|uwsgi|waitress-serve|hypercorn|uvicorn|granian|mod_wsgi\S*|eventlet"


def importers(project: Project, path: str) -> list[str]:
    """The modules that import this one, the tests last."""
    found = [other for other, targets in project.graph.anywhere.items() if path in targets]
    return sorted((other for other in found if other != path), key=project.is_test)


def serving_file(project: Project, path: str) -> str | None:
    """A file of the project that has a server load this module; None if there is none.

    That may be the module itself, by its name.
    """
    if Path(path).stem in _LOADED_BY_NAME:
        return path
    name = re.escape(project.module(path).name)
    short = re.escape(Path(path).stem)
    plain = r"|flask\s+(--debug\s+)?run\b" if Path(path).stem in ("app", "wsgi") else ""
    served = re.compile(
        rf"(?:{_SERVERS}|flask)\b[^\n]*[\s\"'/]({name}|{short})(\.py)?(:\w+|[\s\"']|$)"
        rf"|FLASK_APP\s*[=:]\s*[\"']?(\S*/)?({name}|{short})\b{plain}",
        re.MULTILINE,
    )
    for file in _files(project, path):
        if served.search(_text(file)):
            return file.relative_to(project.root).as_posix()
    return None


def _text(file: Path) -> str:
    """What stands in a file; nothing if it is large or can't be read."""
    try:
        return file.read_text("utf-8", "replace") if file.stat().st_size <= _LARGEST else ""
    except OSError:
        return ""


def _files(project: Project, path: str) -> Iterator[Path]:
    """The files that say how programs are started: at the root, beside the script, and below."""
    folders = dict.fromkeys((project.root, (project.root / path).parent))
    for folder in folders:
        try:
            entries = sorted(folder.iterdir())
        except OSError:
            continue
        for entry in entries:
            if entry.is_file() and _NAMES.match(entry.name):
                yield entry
