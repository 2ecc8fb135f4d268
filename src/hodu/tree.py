"""Nested tuples, lists and dicts of tensors, taken apart and put together again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hodu.dispatch.base import TensorBase


class Leaf:
    """The place of a tensor in a structure."""

    def __repr__(self) -> str:
        return "*"


LEAF = Leaf()


def flatten(tree: Any) -> tuple[list[Any], Any]:
    """The tensors of `tree` in order, and its structure with `LEAF` in their places.

    What is no tensor, tuple, list or dict stays in the structure.
    """
    leaves: list[Any] = []

    def walk(node: Any) -> Any:
        if isinstance(node, TensorBase):
            leaves.append(node)
            return LEAF
        if isinstance(node, dict):
            return {k: walk(v) for k, v in node.items()}
        if isinstance(node, tuple) and hasattr(node, "_fields"):
            return type(node)(*map(walk, node))
        return type(node)(map(walk, node)) if isinstance(node, (tuple, list)) else node

    return leaves, walk(tree)


def unflatten(structure: Any, leaves: Sequence[Any]) -> Any:
    """The inverse of `flatten`."""
    rest = iter(leaves)

    def walk(node: Any) -> Any:
        if node is LEAF:
            return next(rest)
        if isinstance(node, dict):
            return {k: walk(v) for k, v in node.items()}
        if isinstance(node, tuple) and hasattr(node, "_fields"):
            return type(node)(*map(walk, node))
        return type(node)(map(walk, node)) if isinstance(node, (tuple, list)) else node

    return walk(structure)


def key_of(structure: Any) -> Any:
    """A hashable stand-in for a structure; TypeError if something in it has no hash."""
    if isinstance(structure, dict):
        return ("dict", tuple((k, key_of(v)) for k, v in structure.items()))
    if isinstance(structure, (tuple, list)):
        return (type(structure), tuple(map(key_of, structure)))
    hash(structure)
    return (type(structure), structure)
