"""What a cure has to know of the project around a hazard."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, TypeVar, cast
from weakref import WeakValueDictionary

from reloadlint.fixes.draft import Refusal
from reloadlint.fixes.reading.tree import Tree, Unparsable
from reloadlint.project.modules import Module
from reloadlint.project.scope import is_test_file

if TYPE_CHECKING:
    from pathlib import Path

    from reloadlint.effects.catalogue import Catalogue
    from reloadlint.effects.closers import Closing
    from reloadlint.effects.hazards import Hazard
    from reloadlint.effects.occurrences import Outcome
    from reloadlint.effects.repeating import Repetition
    from reloadlint.effects.runs import Run
    from reloadlint.facts.records import Span
    from reloadlint.project.imports import ImportedName, ImportFacts
    from reloadlint.project.modules import ModuleIndex
    from reloadlint.project.scope import ImportGraph

_TEST_FOLDER = re.compile(r"(^|/)tests?/")
_WORD = re.compile(r"\w+")
T = TypeVar("T")


_ALIVE: WeakValueDictionary[tuple[str, str], Tree] = WeakValueDictionary()
"""The trees that are in use: those of one round of fixes serve the next as well."""


@lru_cache(maxsize=32)
def _parsed(path: str, text: str) -> Tree:
    """A text's tree; those of the last few texts are kept, whoever uses them."""
    known = _ALIVE.get((path, text))
    if known is None:
        known = _ALIVE[path, text] = Tree(path, text)
    return known


class Project:
    """The texts of a project, who imports whom, and what the solver found.

    Args:
        texts: the text of each module that could be parsed, by path.
        broken: what could be read of the files that could not be parsed (RL901), by path.
        index: from paths to modules and from names to modules.
        imports: what each module imports, by path.
        graph: who imports whom.
        flask_modules: the paths that Flask loads.
        hazards: all that were found.
        outcomes: what is known of each call in a module's body.
        closing: what the closers of a class leave open.
        repeated: what comes of the call of a hazard when it is made once more.
        chosen: the files that may be rewritten.
        runs: how main guards run the application, by the path of the script.
        root: the project's folder.
        catalogue: what is known of libraries, with the user's own entries.
    """

    def __init__(
        self,
        texts: Mapping[str, str],
        broken: Mapping[str, str],
        index: ModuleIndex,
        imports: Mapping[str, ImportFacts],
        graph: ImportGraph,
        flask_modules: frozenset[str],
        hazards: list[Hazard],
        outcomes: Mapping[tuple[str, Span], Outcome],
        closing: Closing,
        repeated: Callable[[Hazard], Repetition],
        chosen: frozenset[str],
        *,
        runs: Mapping[str, list[Run]],
        root: Path,
        catalogue: Catalogue,
    ) -> None:
        self.texts = texts
        self.broken = broken
        self.index = index
        self.imports = imports
        self.graph = graph
        self.flask_modules = flask_modules
        self.hazards = hazards
        self.outcomes = outcomes
        self.closing = closing
        self.repeated = repeated
        self.chosen = chosen
        self.runs = runs
        self.root = root
        self.catalogue = catalogue
        self._trees: dict[str, Tree] = {}
        self._done: dict[Callable[[Project], Any], Any] = {}

    def once(self, work: Callable[[Project], T]) -> T:
        """What `work` returns for this project; it is called the first time only."""
        if work not in self._done:
            self._done[work] = work(self)
        return cast("T", self._done[work])

    def tree(self, path: str) -> Tree:
        """A module's tree, parsed once; `Refusal` if libcst can't read it."""
        if path not in self._trees:
            try:
                self._trees[path] = _parsed(path, self.texts[path])
            except Unparsable as error:
                raise Refusal(f"`{path}` can't be rewritten: {error}") from error
            self._trees[path].own_modules = self._own_imports(path)
        return self._trees[path]

    def _own_imports(self, path: str) -> frozenset[str]:
        """The modules of the project that a module imports, as it writes them."""
        facts = self.imports.get(path)
        items = {(item.module, item.level) for item in (facts.imports if facts is not None else ())}
        return frozenset(
            "." * level + name for name, level in items if self.resolve(path, name, level)
        )

    def module(self, path: str) -> Module:
        """The module in that file."""
        module = self.index.at(path)
        assert module is not None
        return module

    def resolve(self, importer: str, name: str, level: int = 0) -> Module | str | None:
        """What `import name` finds in the module at `importer`; see `ModuleIndex.resolve`."""
        return self.index.resolve(self.module(importer), name, level)

    def mentioning(self, word: str, *more: str) -> list[str]:
        """The modules in whose text all these words stand, in the order of the project."""
        first = self._by_word.get(word, {})
        others = [self._by_word.get(other, {}) for other in more]
        return [path for path in first if all(path in other for other in others)]

    @cached_property
    def _by_word(self) -> dict[str, dict[str, None]]:
        """The modules in which a word stands; their order is kept."""
        found: dict[str, dict[str, None]] = defaultdict(dict)
        for path, text in self.texts.items():
            for word in _WORD.findall(text):
                found[word][path] = None
        return found

    def importers_of(self, path: str, name: str) -> list[str]:
        """The modules that may take `name` from the module at `path`, by whatever way."""
        together = self.connected_with(path)
        stars = self._by_star.get(path, ())
        return [
            other
            for other in dict.fromkeys((*self.mentioning(name), *stars))
            if other != path
            and other in together
            and (path in self.graph.anywhere.get(other, ()) or "TYPE_CHECKING" in self.texts[other])
        ]

    @cached_property
    def _by_star(self) -> dict[str, list[str]]:
        """The modules that have all names of a module, and may hand on what they don't mention."""
        found: dict[str, list[str]] = defaultdict(list)
        for path, facts in self.imports.items():
            for item in facts.imports:
                source = self.resolve(path, item.module, item.level) if item.name == "*" else None
                if isinstance(source, Module) and path in self.texts:
                    found[source.path].append(path)
        return found

    def may_hold(self, holder: str, path: str) -> bool:
        """Whether an import gives `holder` the module at `path`, or a package above it, by name."""
        facts = self.imports.get(holder)
        if facts is None:
            return True
        return any(
            _leads_to(bound, path) for item in facts.imports for bound in self._bound(holder, item)
        )

    def _bound(self, holder: str, item: ImportedName) -> Iterator[Module | str | None]:
        """The modules that an import binds names to: `import a.b` binds `a`, or `b` as another."""
        found = self.resolve(holder, item.module, item.level)
        if item.name is None:
            yield found
            yield self.resolve(holder, item.module.partition(".")[0], item.level)
        elif found is not None:
            yield self.index.submodule(found, item.name)

    def connected_with(self, path: str) -> frozenset[str]:
        """The modules that imports connect with this one, whichever way: its application.

        Applications that share nothing but a folder are never loaded together.
        """
        return self._components.get(path) or frozenset({path})

    @cached_property
    def _components(self) -> dict[str, frozenset[str]]:
        neighbours: dict[str, set[str]] = defaultdict(set)
        for source, targets in self.graph.anywhere.items():
            for target in targets:
                neighbours[source].add(target)
                neighbours[target].add(source)
        found: dict[str, frozenset[str]] = {}
        for path in neighbours:
            if path not in found:
                together = frozenset(_reached(path, neighbours))
                found |= dict.fromkeys(together, together)
        return found

    def reaches(self, start: str, goal: str, *, deferred: bool = False) -> bool:
        """Whether loading one module loads another, directly or through others.

        `deferred`: imports in functions count as well.
        """
        edges = self.graph.anywhere if deferred else self.graph.at_import
        seen, pending = {start}, [start]
        while pending:
            for path in edges.get(pending.pop(), ()):
                if path == goal:
                    return True
                if path not in seen:
                    seen.add(path)
                    pending.append(path)
        return False

    def needs(self, start: str, goal: str) -> bool:
        """Whether loading one module takes something from another, directly or through others.

        Other than `reaches`, that a package is loaded before its submodule doesn't count.
        """
        seen, pending = {start}, [start]
        while pending:
            for path in self._taken_by(pending.pop()):
                if path == goal:
                    return True
                if path not in seen:
                    seen.add(path)
                    pending.append(path)
        return False

    def _taken_by(self, path: str) -> set[str]:
        found: set[str] = set()
        facts = self.imports.get(path)
        for item in facts.imports if facts is not None else ():
            source = None if item.deferred else self.resolve(path, item.module, item.level)
            inner = self.index.submodule(source, item.name) if source and item.name else None
            found |= {m.path for m in (inner or source,) if isinstance(m, Module)}
        return found

    def is_test(self, path: str) -> bool:
        """Whether a module belongs to the project's tests."""
        return is_test_file(path) or _TEST_FOLDER.search(path) is not None


def _leads_to(bound: Module | str | None, path: str) -> bool:
    """Whether a module, or a folder that is a namespace package, is this one or above it."""
    if bound is None:
        return False
    if isinstance(bound, str):
        return path.startswith(f"{bound}/")
    folder = bound.path.removesuffix("__init__.py") if bound.is_package else None
    return bound.path == path or (folder is not None and path.startswith(folder))


def _reached(start: str, edges: Mapping[str, Iterable[str]]) -> set[str]:
    found, pending = {start}, [start]
    while pending:
        for path in edges.get(pending.pop(), ()):
            if path not in found:
                found.add(path)
                pending.append(path)
    return found
