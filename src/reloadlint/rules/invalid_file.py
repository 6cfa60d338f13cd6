"""RL901: a file that cannot be checked."""

from __future__ import annotations

from reloadlint.findings import Confidence, Finding, Severity
from reloadlint.rules.base import Rule


class InvalidFile(Rule):
    """A file cannot be read, decoded or parsed.

    ## What it does

    Reports a file that the linter could not look into, with the line where the trouble is. The
    other files are still checked.

    ## Why is this bad?

    Nothing is known of such a file: what it starts isn't reported, and a fix over several modules
    cannot be sure that the file doesn't use what it changes.

    ## Known problems

    A file is read as the running Python reads it: syntax newer than the interpreter is invalid.

    ## Example

    ```python
    print "syntax of Python 2"
    ```

    ## Use instead

    ```python
    print("syntax of Python 3")
    ```

    A file that is no part of the application is left out with `extend-exclude`.

    ## Fix safety

    There is no automatic fix.
    """

    code = "RL901"
    name = "invalid-file"


def invalid_file(path: str, line: int, column: int, message: str) -> Finding:
    """The finding for a file that cannot be checked, at the place where the trouble is."""
    return Finding(
        code=InvalidFile.code,
        name=InvalidFile.name,
        severity=Severity.ERROR,
        confidence=Confidence.CERTAIN,
        message=message,
        path=path,
        line=line,
        column=column,
        end_line=line,
        end_column=column,
        consequence="Nothing in this file has been checked.",
    )
