"""Blocks in an application context: what they put on `flask.g` is torn down at their end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from reloadlint.effects.looping import Looping
from reloadlint.effects.models.application_contexts import pop, push, tear_down
from reloadlint.effects.values import External, Instance, Value

_CONTEXTS = (".app_context", ".test_request_context", ".request_context")


class Contexts(Looping):
    """Enters and leaves application contexts."""

    @contextmanager
    def in_context(self, manager: Value) -> Iterator[None]:
        """While the block of `with manager` is followed; nothing special if it is no context."""
        if not isinstance(manager, Instance) or not _is_context(manager):
            yield
            return
        push(self, manager)
        try:
            yield
            tear_down(self, manager)
        finally:
            pop(self, manager)


def _is_context(manager: Instance) -> bool:
    return isinstance(manager.cls, External) and manager.cls.name.endswith(_CONTEXTS)
