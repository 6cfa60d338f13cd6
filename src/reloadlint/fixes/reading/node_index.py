"""The nodes of one module by their number in the text, and by what they name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property

import libcst as cst

from reloadlint.fixes.reading.nodes import dotted


class NodeIndex:
    """Finds nodes without walking through the module again.

    Args:
        nodes: all of the module, in the order of the text; the module itself is the first.
        parents: the node that holds each of the others.
    """

    def __init__(
        self, nodes: Sequence[cst.CSTNode], parents: Mapping[cst.CSTNode, cst.CSTNode]
    ) -> None:
        self._nodes = nodes
        self._parents = parents
        self._number = {node: number for number, node in enumerate(nodes)}

    def named(self, name: str) -> list[cst.Name | cst.Attribute]:
        """The places where a (dotted) name is written, in the order of the text."""
        return self._by_name.get(name, [])

    def number(self, node: cst.CSTNode) -> int:
        """The place of a node in the order of the text."""
        return self._number[node]

    def is_inside(self, node: cst.CSTNode, outer: cst.CSTNode) -> bool:
        """Whether a node is part of another one, or that itself."""
        return self._number[outer] <= self._number[node] < self._ends[outer]

    @cached_property
    def _by_name(self) -> dict[str, list[cst.Name | cst.Attribute]]:
        found: dict[str, list[cst.Name | cst.Attribute]] = defaultdict(list)
        for node in self._nodes:
            if isinstance(node, (cst.Name, cst.Attribute)):
                found[dotted(node)].append(node)
        return found

    @cached_property
    def _ends(self) -> dict[cst.CSTNode, int]:
        """The number of the first node behind each."""
        found = {node: number + 1 for number, node in enumerate(self._nodes)}
        for node in reversed(self._nodes[1:]):
            parent = self._parents[node]
            found[parent] = max(found[parent], found[node])
        return found
