"""Calls that end the program, or the thread that makes them."""

from __future__ import annotations

NEVER_RETURN = frozenset({"sys.exit", "os._exit", "os.abort", "exit", "quit"})
"""After these nothing of the program runs."""

END_A_THREAD = NEVER_RETURN | {"_thread.exit"}
"""After these nothing of the thread does."""
