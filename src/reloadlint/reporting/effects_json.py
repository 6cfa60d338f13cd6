"""What loading each module does, as one JSON object for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from reloadlint.effects.survey import Happening, Survey, SurveyedModule
    from reloadlint.reporting.style import Style

#: Grows when a key changes its meaning or goes, not when one is added.
VERSION = 1


def render(survey: Survey, style: Style, *, verbose: bool = False) -> str:  # noqa: ARG001 - the same in every style
    """The object, indented; in ASCII, so it is valid JSON in whatever encoding it is written.

    Args:
        verbose: also give the calls that are known to be harmless.
    """
    content = {
        "version": VERSION,
        "modules": [_module(module, verbose=verbose) for module in survey.modules],
        "summary": _summary(survey),
    }
    return json.dumps(content, indent=2) + "\n"


def _module(module: SurveyedModule, *, verbose: bool) -> dict[str, Any]:
    loading = module.loading
    calls = [c for c in loading.calls if verbose or c.knowledge != "harmless"] if loading else []
    problem = {"line": module.line, "message": module.problem} if module.problem else None
    return {
        "path": module.path,
        "name": module.name,
        "followed": loading is not None,
        "complete": loading is not None and loading.complete,
        "problem": problem,
        "effects": [] if loading is None else [_happening(each) for each in loading.happenings],
        "calls": msgspec.to_builtins(calls),
    }


def _happening(happening: Happening) -> dict[str, Any]:
    values: dict[str, Any] = msgspec.to_builtins(happening)
    values["confidence"] = "certain" if values.pop("certain") else "likely"
    values["evidence"] = values.pop("steps")
    return values


def _summary(survey: Survey) -> dict[str, int]:
    return {
        "files": len(survey.modules),
        "followed": len(survey.followed),
        **{str(state): count for state, count in survey.counts.items()},
        "unknown": len(survey.unknown),
    }
