"""Nested tuples, lists and dicts of tensors, taken apart and put together again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

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

    def visit(node: Any) -> Any:
        if isinstance(node, TensorBase):
            leaves.append(node)
            return LEAF
        return with_children(node, visit)

    return leaves, visit(tree)


def unflatten(structure: Any, leaves: Sequence[Any]) -> Any:
    """The inverse of `flatten`."""
    rest = iter(leaves)

    def visit(node: Any) -> Any:
        return next(rest) if node is LEAF else with_children(node, visit)

    return visit(structure)


def with_children(node: Any, visit: Callable[[Any], Any]) -> Any:
    """A container of the same type over what `visit` makes of its entries; else `node` itself."""
    if isinstance(node, dict):
        return {k: visit(v) for k, v in node.items()}
    if isinstance(node, tuple) and hasattr(node, "_fields"):
        return type(node)(*map(visit, node))
    return type(node)(map(visit, node)) if isinstance(node, (tuple, list)) else node


def key_of(structure: Any) -> Any:
    """A hashable stand-in for a structure; TypeError if something in it has no hash."""
    if isinstance(structure, dict):
        return ("dict", tuple((k, key_of(v)) for k, v in structure.items()))
    if isinstance(structure, (tuple, list)):
        return (type(structure), tuple(map(key_of, structure)))
    if isinstance(structure, (float, complex, np.inexact)):
        return (type(structure), repr(structure))  # 0.0 is not -0.0, and NaN is NaN
    hash(structure)
    return (type(structure), structure)
