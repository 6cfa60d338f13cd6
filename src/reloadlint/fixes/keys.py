"""Keys on `g`: one namespace for all modules that may be loaded together."""

from __future__ import annotations

import re

from reloadlint.effects.hazards import Hazard
from reloadlint.fixes.draft import Refusal
from reloadlint.fixes.names import free_name, stem_of
from reloadlint.fixes.object import made_by
from reloadlint.fixes.project import Project

_USED = re.compile(
    r"""\bg\.(?:(?:get|pop|setdefault)\(\s*["'](\w+)|(\w+))"""
    r"""|["'](\w+)["']\s+(?:not\s+)?in\s+(?:flask\.)?g\b"""
    r"""|(?:set|get|has)attr\(\s*(?:flask\.)?g\s*,\s*["'](\w+)"""
)


def free_key(stem: str, hazard: Hazard, project: Project) -> str:
    """The name itself; with its module's where another has it or will have it."""
    together = project.connected_with(hazard.path)
    used = {key for path in together for key in _keys(project.texts.get(path, ""))}
    used |= _reserved()
    hazards = (other for other in project.hazards if other.path in together and other != hazard)
    others = (other for other in hazards if other.cure == "g")
    used |= {other_stem for other in others if (other_stem := _stem(other, project))}
    name = project.module(hazard.path).name.replace("__init__", "").strip(".")
    module = name.rpartition(".")[2] or "app"
    whole = name.replace(".", "_") or "app"
    return free_name((stem, f"{module}_{stem}", f"{whole}_{stem}"), used.__contains__)


def _keys(text: str) -> set[str]:
    if "g" not in text:
        return set()
    return {key for groups in _USED.findall(text) for key in groups if key}


def _reserved() -> set[str]:
    """What `flask.g` has of its own."""
    return {"get", "pop", "setdefault"}


def _stem(hazard: Hazard, project: Project) -> str:
    try:
        return stem_of(made_by(hazard, project).name)
    except Refusal:
        return ""
