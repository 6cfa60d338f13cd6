"""All rules by their code. Nothing here needs libcst, so options are read without it."""

from __future__ import annotations

from reloadlint.rules.base import Rule
from reloadlint.rules.before_request import EagerBeforeRequest
from reloadlint.rules.closers import LeakingCloser, MissingCloser
from reloadlint.rules.double_import import LoadedTwice
from reloadlint.rules.exit_handlers import CloserCalledTooEarly
from reloadlint.rules.import_time import BY_GRAVITY
from reloadlint.rules.invalid_file import InvalidFile
from reloadlint.rules.main_guard import RunsTwiceUnderReloader
from reloadlint.rules.program import ProgramRule
from reloadlint.rules.reloader_guard import IneffectiveReloaderGuard
from reloadlint.rules.removed_hook import RemovedBeforeFirstRequest
from reloadlint.rules.teardown import (
    GWithoutTeardown,
    ServiceStoppedByTeardown,
    UnguardedTeardown,
)
from reloadlint.rules.transient import ImportTimeIO
from reloadlint.rules.unused_suppression import UnusedSuppression

PROGRAM_RULES: tuple[type[ProgramRule], ...] = (
    ImportTimeIO,
    MissingCloser,
    LeakingCloser,
    CloserCalledTooEarly,
    GWithoutTeardown,
    EagerBeforeRequest,
    UnguardedTeardown,
    ServiceStoppedByTeardown,
    IneffectiveReloaderGuard,
    LoadedTwice,
    RemovedBeforeFirstRequest,
)

_ALL: tuple[type[Rule], ...] = (
    *BY_GRAVITY,
    *PROGRAM_RULES,
    RunsTwiceUnderReloader,
    UnusedSuppression,
    InvalidFile,
)

RULES: dict[str, type[Rule]] = {rule.code: rule for rule in sorted(_ALL, key=lambda r: r.code)}
