"""What a module says, made of its text: here, or in several processes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from reloadlint.facts.extract import facts_of
from reloadlint.facts.records import ModuleFacts
from reloadlint.linter.parallel import mapped
from reloadlint.project.imports import ImportFacts, import_facts, imports_of
from reloadlint.syntax import TOO_DEEP, InvalidSyntax, parse

Written = tuple[str, bool]
"""A text, and whether its facts are wanted: most likely they will be asked for then."""


class Said(NamedTuple):
    """What a module imports and says; `facts` may still be packed; or why it is no Python."""

    imports: ImportFacts | None = None
    facts: ModuleFacts | Packed | None = None
    problem: InvalidSyntax | None = None


class Packed(msgspec.Struct, frozen=True):
    """Facts as they are handed from one process to another, and to the next run."""

    data: bytes | msgspec.Raw

    def open(self) -> ModuleFacts:
        """The facts.

        Raises:
            MsgspecError: they are none.
        """
        return _FACTS.decode(self.data)

    @classmethod
    def of(cls, facts: ModuleFacts) -> Packed:
        """Raises: RecursionError: they are nested too deeply for that."""
        return cls(_ENCODER.encode(facts))


class _Letter(msgspec.Struct, array_like=True):
    """What a child says of a module; empty if it is too deep to be sent."""

    imports: ImportFacts | None = None
    facts: bytes | None = None
    problem: tuple[str, int, int] | None = None


_ENCODER = msgspec.msgpack.Encoder()
_FACTS = msgspec.msgpack.Decoder(ModuleFacts)
_LETTER = msgspec.msgpack.Decoder(_Letter)


def said_by(modules: Sequence[Written], processes: int) -> Iterator[Said]:
    """What these modules say, in order."""
    if processes <= 1:
        yield from map(_said, modules)
        return
    letters = mapped(_letter, modules, processes)
    for module, letter in zip(modules, letters, strict=True):
        yield _read(_LETTER.decode(letter), module)


def parsed(text: str) -> tuple[ImportFacts, ModuleFacts]:
    """What a module imports and what it says, of one parse.

    Raises:
        InvalidSyntax: the text is no Python, or is nested too deeply to be analysed.
    """
    return parse(text, lambda tree: (imports_of(tree), facts_of(tree, text)))


def _said(module: Written) -> Said:
    text, is_wanted = module
    try:
        return Said(*parsed(text)) if is_wanted else Said(import_facts(text))
    except InvalidSyntax as error:
        return Said(problem=error)


def _letter(module: Written) -> bytes:
    imports, facts, problem = _said(module)
    if problem is not None:
        return _ENCODER.encode(_Letter(problem=(str(problem), problem.line, problem.column)))
    try:
        packed = None if facts is None else _ENCODER.encode(facts)
    except RecursionError:
        return _ENCODER.encode(_Letter())
    return _ENCODER.encode(_Letter(imports, packed))


def _read(letter: _Letter, module: Written) -> Said:
    if letter.problem is not None:
        return Said(problem=InvalidSyntax(*letter.problem))
    if letter.imports is None:
        return _said(module)
    return Said(letter.imports, None if letter.facts is None else Packed(letter.facts))


def opened(facts: ModuleFacts | Packed) -> ModuleFacts:
    """Facts, unpacked if they are packed.

    Raises:
        InvalidSyntax: they are nested too deeply.
    """
    try:
        return facts.open() if isinstance(facts, Packed) else facts
    except RecursionError:
        raise InvalidSyntax(TOO_DEEP) from None
