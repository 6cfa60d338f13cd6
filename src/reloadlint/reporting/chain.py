"""The evidence as a chain from the reported call down to the cause."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len
from rich.text import Text

from reloadlint.findings import Evidence
from reloadlint.reporting.drawing import GUTTER, hanging, prose, wrapped
from reloadlint.reporting.frame import cropped, shown
from reloadlint.reporting.wording import harmless

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reloadlint.findings import Finding
    from reloadlint.reporting.drawing import Pen

_LONGEST = 12
_WIDEST_CODE = 60
_GAP = 2


class _Step(NamedTuple):
    """One link: where, what happens there, and the line of source (empty if seen already)."""

    place: str
    message: Text
    code: str


def chain(
    finding: Finding, sources: Mapping[str, Sequence[str]], margin: int, pen: Pen
) -> Iterator[Text]:
    """The links below one another, hung on the frame's bar, which stands after `margin` cells."""
    steps = [_step(each, finding, sources, pen) for each in _shortened(finding.evidence)]
    room = pen.width - margin - len(pen.glyphs.branch) - 2
    for number, body in enumerate(_bodies(steps, room), 1):
        last = number == len(steps)
        start = pen.glyphs.last if last else pen.glyphs.branch
        further = " " if last else pen.glyphs.bar
        for index, line in enumerate(body):
            lead = start if index == 0 else f"{further:<{len(start)}}"
            yield Text.assemble(" " * (margin + 1), (lead, GUTTER), " ", line)


def _bodies(steps: Sequence[_Step], room: int) -> list[list[Text]]:
    """Each step's lines: in columns where all of them fit, else with the code underneath."""
    places = [cell_len(step.place) + _GAP for step in steps]
    place = max((each for each in places if each <= room // 2), default=0)
    message = max((step.message.cell_len + _GAP for step in steps), default=0)
    code = max((cell_len(step.code) for step in steps), default=0)
    if max(places, default=0) == place and place + message + code <= room:
        return [[_columns(step, place, message)] for step in steps]
    return [
        _underneath(step, place, room) if own <= place else _stacked(step, room)
        for step, own in zip(steps, places, strict=True)
    ]


def _columns(step: _Step, place: int, message: int) -> Text:
    line = _place(step, place) + step.message
    if step.code:
        line.pad_right(place + message - line.cell_len)
        line.append(step.code, "dim")
    return line


def _underneath(step: _Step, place: int, room: int) -> list[Text]:
    lines = hanging(_place(step, place), step.message, room)
    return lines + [Text(" " * place) + line for line in _code(step, room - place)]


def _stacked(step: _Step, room: int) -> list[Text]:
    """For paths so long that nothing fits beside them."""
    below = [*wrapped(step.message, room - _GAP), *_code(step, room - _GAP)]
    return [_place(step, 0), *(Text(" " * _GAP) + line for line in below)]


def _place(step: _Step, width: int) -> Text:
    padding = " " * (width - cell_len(step.place))
    return Text.assemble((step.place, "cyan"), padding)


def _code(step: _Step, room: int) -> list[Text]:
    """The source line if it is short enough to be a help."""
    return [Text(step.code, "dim")] if step.code and cell_len(step.code) <= room else []


def _step(
    evidence: Evidence, finding: Finding, sources: Mapping[str, Sequence[str]], pen: Pen
) -> _Step:
    lines = sources.get(evidence.path, ())
    seen = (evidence.path, evidence.line) == (finding.path, finding.line)
    code = "" if seen or not 0 < evidence.line <= len(lines) else lines[evidence.line - 1]
    place = harmless(f"{evidence.path}:{evidence.line}") if evidence.line else ""
    return _Step(place, prose(evidence.message), cropped(shown(code.strip()), _WIDEST_CODE, pen))


def _shortened(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The chain without its middle if it is very long: both of its ends matter most."""
    if len(evidence) <= _LONGEST:
        return list(evidence)
    head, tail = evidence[: _LONGEST // 2], evidence[-(_LONGEST // 2) + 1 :]
    left_out = len(evidence) - len(head) - len(tail)
    gap = Evidence(path="", line=0, message=f"({left_out} more calls)")
    return [*head, gap, *tail]
