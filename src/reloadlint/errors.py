"""What goes wrong through the user's input, as opposed to a fault of ours."""

from __future__ import annotations


class UsageError(Exception):
    """Wrong usage or configuration: one clear line for the user, exit status 2.

    The message states the cause, then the remedy, without a trailing full stop being required.
    """
