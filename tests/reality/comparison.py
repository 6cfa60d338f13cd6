"""Compares what comments expect with what was held, and says each difference in one line."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reality.expectations import Expected
    from reality.harness import Effect, Place

# Before, a frame's line is that of the function for its decorators.
LINES_ARE_EXACT = sys.version_info >= (3, 11)


def by_place(expected: list[Expected], held: Iterable[Effect]) -> str:
    """Compare kind and place of each effect; what is only likely may be there or not."""
    held = list(held)
    found = {(_place(one.place), one.kind) for one in held}
    wanted = _places(want for want in expected if want.definite)
    allowed = _places(expected)
    return _report(
        missing=[f"{place}: {kind}" for place, kind in wanted - found],
        surplus=[one for one in held if (_place(one.place), one.kind) not in allowed],
        misjudged=[want for want in expected if _is_misjudged(want, held)],
    )


def by_way(expected: list[Expected], held: Iterable[Effect]) -> str:
    """Compare kind and way to it: in a function that runs the application, the call is there."""
    held = list(held)
    return _report(
        missing=[want for want in expected if want.definite and not is_held(want, held)],
        surplus=[one for one in held if not any(leads_to(want, one) for want in expected)],
        misjudged=[want for want in expected if _is_misjudged(want, held)],
    )


def is_held(want: Expected, held: Iterable[Effect]) -> bool:
    """Tell whether all effects of what is expected are there."""
    return set(want.effects) <= {one.kind for one in held if leads_to(want, one)}


def leads_to(want: Expected, effect: Effect) -> bool:
    """Tell whether the expected call led to the effect, and names its kind."""
    lines = effect.stack if LINES_ARE_EXACT else {_place(place) for place in effect.stack}
    return effect.kind in want.effects and _place((want.path, want.line)) in lines


def _report(missing: list[object], surplus: list[object], misjudged: list[object]) -> str:
    lines = [f"expected, not held  {one}" for one in missing]
    lines += [f"held, not expected  {one}" for one in surplus]
    lines += [f"wrong severity      {one}" for one in misjudged]
    return "\n".join(sorted(lines))


def _places(expected: Iterable[Expected]) -> set[tuple[Place | None, str]]:
    return {(_place((want.path, want.line)), kind) for want in expected for kind in want.effects}


def _place(place: Place | None) -> Place | None:
    return place if LINES_ARE_EXACT or place is None else (place[0], 0)


def _is_misjudged(want: Expected, held: list[Effect]) -> bool:
    """Tell whether a thread's severity is not what `daemon` makes of it."""
    threads = [one for one in held if one.kind == "thread" and leads_to(want, one)]
    if want.effects != ("thread",) or not want.severity or not threads or not LINES_ARE_EXACT:
        return False
    hangs = any(not thread.daemon for thread in threads)
    return (want.severity == "error") != hangs
