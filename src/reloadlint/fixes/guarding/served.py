"""Who else loads a script, as far as the project's files show: other modules, and servers."""

from __future__ import annotations

import re
from pathlib import Path

from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.start_files import start_file

_NAMES = re.compile(
    r"^(Procfile.*|Dockerfile.*|(docker-)?compose.*|Makefile|justfile|\.flaskenv|\.env.*|README.*"
    r"|gunicorn.*|uwsgi.*|.*\.(service|sh|ini|cfg|toml|ya?ml|md|rst|bat|ps1|conf))$"
)
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
    return start_file(project, path, _NAMES, served)
