"""Making containers and going through them: `list`, `range`, `map`, `next`."""

from __future__ import annotations

from reloadlint.effects.models.arguments import Model, first
from reloadlint.effects.state import Arguments, State
from reloadlint.effects.values import (
    UNKNOWN,
    Literal,
    Mapping,
    Sequence,
    Suspended,
    Value,
    either,
)


def new_sequence(kind: str) -> Model:
    """`list`, `tuple`, `set`, `sorted`: the model that makes a sequence of that kind."""

    def make(state: State, args: Arguments) -> Value:
        if not args.positional:
            return Sequence(kind, [])
        items, exact = state.items_of(args.positional[0])
        return Sequence(kind, items, exact=exact)

    return make


def new_dict(_state: State, args: Arguments) -> Value:
    """`dict(…)`."""
    made = Mapping()
    source = first(args)
    if isinstance(source, Mapping):
        made.items.update(source.items)
        made.others.extend(source.others)
        made.exact = source.exact
    elif args.positional:
        made.exact = False
    made.items.update({Literal(name): value for name, value in args.keywords.items()})
    return made


def new_range(_state: State, args: Arguments) -> Value:
    """`range(…)`, written out as far as loops are followed."""
    numbers = [v.value for v in args.positional if isinstance(v, Literal)]
    whole = [n for n in numbers if isinstance(n, int)]
    if len(whole) != len(args.positional) or not whole or len(whole) > 2:
        return Sequence("range", [UNKNOWN], exact=False)
    start, stop = (0, whole[0]) if len(whole) == 1 else whole
    return Sequence("range", [Literal(n) for n in range(start, min(stop, start + 100))])


def numbered(state: State, args: Arguments) -> Value:
    """`enumerate(…)`."""
    items, exact = state.items_of(first(args))
    pairs = [Sequence("tuple", [Literal(n), item]) for n, item in enumerate(items)]
    return Sequence("list", pairs, exact=exact)


def zipped(state: State, args: Arguments) -> Value:
    """`zip(…)`."""
    columns = [state.items_of(value) for value in args.positional]
    rows = zip(*[items for items, _ in columns], strict=False)
    exact = all(exact for _, exact in columns)
    return Sequence("list", [Sequence("tuple", row) for row in rows], exact=exact)


def mapped(state: State, args: Arguments) -> Value:
    """`map(…)`: calls happen when the result is gone through."""
    if len(args.positional) < 2:
        return UNKNOWN
    function, source = args.positional[0], args.positional[1]

    def run() -> Value:
        items, exact = state.items_of(source)
        made = []
        for item in items:
            if exact:
                made.append(state.call(function, Arguments([item])))
            else:
                with state.doubting():
                    made.append(state.call(function, Arguments([item])))
        return Sequence("list", made, exact=exact)

    return Suspended("generator", run)


def filtered(state: State, args: Arguments) -> Value:
    """`filter(…)`."""
    return Suspended(
        "generator",
        lambda: Sequence("list", state.items_of(args.positional[1])[0], exact=False),
    )


def next_of(state: State, args: Arguments) -> Value:
    """`next(…)`."""
    items, _ = state.items_of(first(args))
    return either(*items, *args.positional[1:])


def consumed(state: State, args: Arguments) -> Value:
    """A function that goes through its argument: `any`, `all`, `sum`."""
    state.items_of(first(args))
    return UNKNOWN
