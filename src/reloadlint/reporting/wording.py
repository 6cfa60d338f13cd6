"""What the formats for people share: text made harmless, and the summary in words."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reloadlint.findings import Result

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_NO_HAZARDS = {"RL900": "unused suppression", "RL901": "invalid file"}
_JOINERS = "\u200c\u200d"  # part of words and of emoji, and harmless


def harmless(text: str) -> str:
    """`text` with control characters, bidirectional overrides and the like as escapes.

    What a file says must neither steer the terminal nor show other code than there is.
    """
    if text.isprintable():
        return text
    import unicodedata

    return "".join(
        _escape(char) if unicodedata.category(char) in _UNSEEN and char not in _JOINERS else char
        for char in text
    )


def summary(result: Result) -> str:
    """The last line: what was found, or that nothing was, and how much was read."""
    codes = Counter(finding.code for finding in result.findings)
    others = [counted(codes[code], noun) for code, noun in _NO_HAZARDS.items() if codes[code]]
    hazards = len(result.findings) - sum(codes[code] for code in _NO_HAZARDS)
    if not hazards:
        return f"No hazards{', but '.join(['', *others])}: {_read(result)}."
    paths = {finding.path for finding in result.findings if finding.code not in _NO_HAZARDS}
    found = f"Found {counted(hazards, 'hazard')} in {counted(len(paths), 'file')}"
    return f"{', and '.join([found, *others])} ({_read(result)})."


def _read(result: Result) -> str:
    counts = result.summary
    of_them = "" if result.findings else "of them "
    read = f"{counted(counts.files, 'file')} read, "
    read += f"{counts.flask_modules} {of_them}Flask {_plural(counts.flask_modules, 'module')}"
    read += f", {counts.suppressed} suppressed" if counts.suppressed else ""
    return read + (f", {counts.baselined} in the baseline" if counts.baselined else "")


def _escape(char: str) -> str:
    number = ord(char)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def counted(number: int, noun: str) -> str:
    """`1 file`, `2 files`."""
    return f"{number} {_plural(number, noun)}"


def _plural(number: int, noun: str) -> str:
    return noun if number == 1 else f"{noun}s"
