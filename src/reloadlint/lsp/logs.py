"""What the protocol's library says on standard error, which editors show as the server's log."""

from __future__ import annotations

import logging
import sys

from pygls.exceptions import JsonRpcException, JsonRpcInternalError


def begin(*, announced: bool) -> None:
    """Log failures to standard error; `announced`: also say where the server listens."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(message)s"))
    handler.addFilter(_is_news)
    log = logging.getLogger("pygls")
    log.addHandler(handler)
    log.setLevel(logging.ERROR)
    if announced:
        logging.getLogger("pygls.server").setLevel(logging.INFO)


def is_failure(error: BaseException | None) -> bool:
    """Whether it is a fault of ours, and not a request that was refused for a reason."""
    return not isinstance(error, JsonRpcException) or isinstance(error, JsonRpcInternalError)


def _is_news(record: logging.LogRecord) -> bool:
    """Leave out requests that were refused: the client has been told why."""
    return is_failure(record.exc_info[1] if record.exc_info else None)
