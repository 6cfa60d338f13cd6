"""Files beside the source that may say how a program is started: a Procfile, a README …"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator

START_FILE = re.compile(
    r"(Procfile|Dockerfile|Makefile|justfile|README|gunicorn|uwsgi|nginx|supervisord|vercel|zappa"
    r"|serverless|(docker-)?compose|\.flaskenv|\.env|setup|pyproject|tox|runtime|package).*"
    r"|.*\.(service|sh|ini|cfg|toml|ya?ml|md|rst|txt|bat|ps1|conf|wsgi|Dockerfile)"
)
"""Their names. Which of them counts for what is for others to say."""


def start_files(folders: Iterable[str]) -> Iterator[str]:
    """The paths of such files in these folders, in order; a folder that can't be read has none."""
    for folder in sorted(folders):
        try:
            with os.scandir(folder) as entries:
                found = sorted(e.path for e in entries if START_FILE.fullmatch(e.name))
        except OSError:
            continue
        yield from found
