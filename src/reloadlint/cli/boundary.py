"""Where every failure becomes one line on standard error and an exit status."""

from __future__ import annotations

import logging
import os
import sys
import warnings
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reloadlint.errors import UsageError
from reloadlint.reporting.wording import harmless

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FINDINGS, FAILURE, INTERRUPTED = 1, 2, 130

log = logging.getLogger("reloadlint")


def run(command: click.Command, arguments: Sequence[str]) -> int:
    """The exit status of `command`; never raises, prints no traceback unless asked to log."""
    with _streams(), _logging(), _warnings_left_to_python():
        try:
            return int(command.main(list(arguments), "reloadlint", standalone_mode=False) or 0)
        except UsageError as error:
            return _fail("error", str(error))
        except click.Abort:
            return INTERRUPTED
        except click.ClickException as error:
            return _fail("error", _one_line(error))
        except Exception as error:
            log.info("traceback of the error below:", exc_info=True)
            return _fail("internal error", f"{type(error).__name__}: {_text(error)} - {_REPORT}")


def _text(error: Exception) -> str:
    """What an exception says; its own text may fail, as that of a KeyError with a deep tree."""
    try:
        return str(error)
    except Exception:
        return "(its text cannot be shown)"


def warn(message: str) -> None:
    """A line on standard error that changes nothing about the exit status."""
    click.echo(f"warning: {harmless(message)}", err=True)


def write(text: str) -> None:
    """Write a report to standard output; quiet if the reader (`| head`) has gone."""
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        # A path or a source line may hold what the stream's encoding does not have.
        reconfigure(errors="backslashreplace")
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        # The interpreter flushes once more at exit, and would complain then.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def write_bytes(data: bytes) -> None:
    """Write bytes as they are to standard output; quiet if the reader has gone."""
    sys.stdout.flush()
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


_REPORT = "this is a fault of reloadlint; please report it with the output of --verbose"


def _fail(kind: str, message: str) -> int:
    click.echo(f"{kind}: {harmless(' '.join(message.split()))}", err=True)
    return FAILURE


def _one_line(error: click.ClickException) -> str:
    """Click's message, with a pointer to the help of the command that was misused."""
    message = error.format_message().rstrip(".")
    context = getattr(error, "ctx", None)
    return f"{message}; see `{context.command_path} --help`" if context else message


@contextmanager
def _streams() -> Iterator[None]:
    """What is written goes nowhere if the shell has closed the stream (`>&-`)."""
    missing = [name for name in ("stdout", "stderr") if getattr(sys, name) is None]
    if not missing:
        yield
        return
    with Path(os.devnull).open("w", encoding="utf-8", errors="replace") as nowhere:
        for name in missing:
            setattr(sys, name, nowhere)
        try:
            yield
        finally:
            for name in missing:
                setattr(sys, name, None)


@contextmanager
def _warnings_left_to_python() -> Iterator[None]:
    """What Python has to say of the code that is read (`"\\d"`), it says where that code is run."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        warnings.filterwarnings("ignore", "invalid ", DeprecationWarning)
        yield


@contextmanager
def _logging() -> Iterator[None]:
    """Messages of this package go to standard error while a command runs, and only then."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(message)s"))
    log.addHandler(handler)
    level = log.level
    log.setLevel(logging.WARNING)
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.setLevel(level)
