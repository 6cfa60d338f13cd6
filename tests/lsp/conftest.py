"""A server for each test, and a client of it."""

import asyncio

import pytest
from lsp_editor import session


@pytest.fixture
def edit(tmp_path):
    """Run a test's coroutine with an `Editor` in an empty project, and end the server after it."""
    return lambda script, **started: asyncio.run(session(tmp_path, script, started))
