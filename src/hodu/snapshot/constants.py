"""The constants of a Snapshot under construction."""

from __future__ import annotations

from typing import Any

import numpy as np

from hodu.ops._table import Array


class ConstantPool:
    """Arrays by name, each kept once.

    Memory that somebody may still write is copied, so that a Snapshot never changes; read-only
    memory (of a mapped file, say) is shared. The arrays that were offered are kept alive, because
    they are recognised by identity.
    """

    def __init__(self) -> None:
        self.arrays: dict[str, Array] = {}
        self._by_identity: dict[int, tuple[Array, str]] = {}
        self._by_content: dict[tuple[Any, ...], str] = {}

    def find(self, array: Array) -> str | None:
        """The name under which an equal array is kept, or None."""
        if array.size <= 1:
            return self._by_content.get(_content_key(array))
        known = self._by_identity.get(id(array))
        if known is None or not (is_frozen(array) or _same(self.arrays[known[1]], array)):
            return None
        return known[1]

    def add(self, name: str, array: Array) -> Array:
        """Keep `array` under a new name; returns what is kept."""
        kept = array if is_frozen(array) else _frozen_copy(array)
        self.arrays[name] = kept
        if array.size <= 1:
            self._by_content[_content_key(array)] = name
        else:
            self._by_identity[id(array)] = (array, name)
        return kept


def is_frozen(array: Array) -> bool:
    """Whether no NumPy array gives write access to this memory."""
    base: Any = array
    while isinstance(base, np.ndarray):
        if base.flags.writeable:
            return False
        base = base.base
    return True


def _frozen_copy(array: Array) -> Array:
    copy = array.copy()
    copy.flags.writeable = False
    return copy


def _content_key(array: Array) -> tuple[Any, ...]:
    return array.dtype.name, array.shape, array.tobytes()


def _same(a: Array, b: Array) -> bool:
    return a.shape == b.shape and a.dtype == b.dtype and a.tobytes() == b.tobytes()
