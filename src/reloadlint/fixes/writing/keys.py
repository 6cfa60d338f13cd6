"""Keys on `g`: one namespace for all modules that may be loaded together."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

from reloadlint.effects.hazards import Hazard
from reloadlint.fixes.draft import Refusal
from reloadlint.fixes.reading.object import made_by
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.writing.names import free_name, stem_of

_USED = (
    r"""\b{g}\.(?:(?:get|pop|setdefault)\(\s*["'](\w+)|(\w+))"""
    r"""|["'](\w+)["']\s+(?:not\s+)?in\s+(?:\w+\.)?{g}\b"""
    r"""|(?:set|get|has)attr\(\s*(?:\w+\.)?{g}\s*,\s*["'](\w+)"""
)
_ALIAS = re.compile(r"""\bg\s+as\s+(\w+)|\b(\w+)\s*=\s*(?:\w+\.)?g\b(?![.(\[])""")

# What `flask.g` has of its own.
_RESERVED = frozenset({"get", "pop", "setdefault"})
# A key that the source uses is taken for every hazard, a hazard's own for all others.
_FOR_GOOD = 2


def free_key(stem: str, hazard: Hazard, project: Project) -> str:
    """The name itself; with its module's where another has it or will have it."""
    taken = project.once(_taken)[project.connected_with(hazard.path)]
    own = _stem(hazard, project) if hazard.cure == "g" else ""
    name = project.module(hazard.path).name.replace("__init__", "").strip(".")
    module = name.rpartition(".")[2] or "app"
    whole = name.replace(".", "_") or "app"
    wishes = (stem, f"{module}_{stem}", f"{whole}_{stem}")
    return free_name(wishes, lambda key: key in _RESERVED or taken[key] > (key == own))


def _taken(project: Project) -> dict[frozenset[str], Counter[str]]:
    """How often each key is used, or will be, by the modules that are loaded together."""
    found: dict[frozenset[str], Counter[str]] = defaultdict(Counter)
    names = {name for text in project.texts.values() for name in _aliases(text)}
    used = re.compile(_USED.format(g=f"(?:{'|'.join(sorted({'g', *names}))})"))
    for path, text in project.texts.items():
        found[project.connected_with(path)].update(dict.fromkeys(_keys(used, text), _FOR_GOOD))
    for hazard in project.hazards:
        if hazard.cure == "g" and (stem := _stem(hazard, project)):
            found[project.connected_with(hazard.path)][stem] += 1
    return found


def _aliases(text: str) -> set[str]:
    """What else `g` is called: by an import, or as the value of a name."""
    if "flask" not in text:
        return set()
    return {name for groups in _ALIAS.findall(text) for name in groups if name}


def _keys(used: re.Pattern[str], text: str) -> set[str]:
    return {key for groups in used.findall(text) for key in groups if key}


def _stem(hazard: Hazard, project: Project) -> str:
    try:
        return stem_of(made_by(hazard, project).name)
    except Refusal:
        return ""
