"""After each test, nothing that it has traced may still run."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest

from tracing.programs import MARK, left_behind

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True, scope="module")
def _nothing_is_left() -> Iterator[None]:
    mark = uuid.uuid4().hex
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(MARK, mark)
        for name in ("FLASK_APP", "FLASK_DEBUG", "WERKZEUG_RUN_MAIN", "VIRTUAL_ENV"):
            patch.delenv(name, raising=False)
        yield
    assert not list(left_behind(mark))
