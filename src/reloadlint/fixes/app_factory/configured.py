"""Whether Flask's configuration takes the upper-case names of a module."""

from __future__ import annotations

import re

from reloadlint.fixes.reading.project import Project

_FROM_OBJECT = r"\bfrom_object\(\s*(__name__\s*[,)]|(\w+\.)?modules\[__name__\])"
_NAMED = r"\bfrom_object\(\s*['\"]{}['\"]"


def is_configuration(project: Project, path: str) -> bool:
    """Whether `from_object` is given this module: by itself, or by its name from anywhere."""
    if re.search(_FROM_OBJECT, project.texts[path]):
        return True
    named = re.compile(_NAMED.format(re.escape(project.module(path).name)))
    return any(named.search(project.texts[other]) for other in project.mentioning("from_object"))
