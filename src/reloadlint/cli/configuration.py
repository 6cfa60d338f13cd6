"""From a command's options to the settings of its run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from reloadlint.cli.boundary import log
from reloadlint.reporting import FORMATS
from reloadlint.rules.codes import RULES
from reloadlint.settings import Settings, load_settings
from reloadlint.source import display_path

#: Options that are on if either the file or the command line says so.
_SWITCHES = ("all_modules", "force_exclude", "unsafe_fixes")
#: Options whose value goes before the file's.
_VALUES = ("output_format", "jobs")
_PATHS = ("python", "cache_dir", "baseline")


def settings_from(start: Path, options: dict[str, Any]) -> Settings:
    """The configuration file's settings under those of the command line."""
    settings = load_settings(
        start,
        codes=tuple(RULES),
        formats=tuple(FORMATS),
        config=options.get("config", ()),
        isolated=options["isolated"],
    )
    used = display_path(settings.config) if settings.config else "none"
    log.info("configuration file: %s", used)
    settings = settings.overridden(options.get("select", ()), options.get("ignore", ()))
    settings = msgspec.structs.replace(settings, **_given(settings, options))
    if settings.catalog or settings.catalog_files:
        from reloadlint.effects.own_entries import catalogue_for

        catalogue_for(settings)  # says at once what is wrong with an entry
    return settings


def _given(settings: Settings, options: dict[str, Any]) -> dict[str, Any]:
    """What the command line says, by the name of the field."""
    given: dict[str, Any] = {
        name: getattr(settings, name) or options[name] for name in _SWITCHES if name in options
    }
    given |= {name: options[name] for name in _VALUES if options.get(name) is not None}
    given |= {name: str(options[name].absolute()) for name in _PATHS if options.get(name)}
    given["extend_exclude"] = (*settings.extend_exclude, *options.get("extend_exclude", ()))
    given["extend_select"] = (*settings.extend_select, *options.get("extend_select", ()))
    given["cache"] = settings.cache and not options.get("no_cache")
    given["follow_installed"] = settings.follow_installed and not options.get("no_follow_installed")
    return given
