"""Eager tensors that are written while a function is captured, which a run would not do again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np

from hodu.dispatch.writes import owner_of
from hodu.ops._table import Array


class EagerWrites:
    """The eager tensors that were written, each with its memory and what that held before."""

    def __init__(self) -> None:
        self._entries: dict[int, tuple[Any, Array, Array]] = {}

    def __bool__(self) -> bool:
        return bool(self._entries)

    def add(self, tensor: Any) -> None:
        """Note that a tensor is about to be written."""
        owner = owner_of(tensor._data)
        if id(tensor) not in self._entries:
            self._entries[id(tensor)] = (tensor, owner, owner.copy())

    def tensors_in(self, others: EagerWrites) -> list[Any]:
        """The tensors that are among others too."""
        return [tensor for key, (tensor, _, _) in self._entries.items() if key in others._entries]

    def memory_in(self, others: EagerWrites) -> list[Any]:
        """The tensors that are not, but whose memory others have and no tensor that is."""
        whole = {id(tensor._data) for tensor in self.tensors_in(others)}
        memory = {id(owner) for _, owner, _ in others._entries.values()} - whole
        return [
            tensor
            for key, (tensor, owner, _) in self._entries.items()
            if key not in others._entries and id(owner) in memory
        ]

    def restore(self, tensors: Sequence[Any]) -> None:
        """Give the memory of these tensors the contents that it had before the first write."""
        memory = {id(owner_of(tensor._data)) for tensor in tensors}
        for _, owner, before in reversed(self._entries.values()):
            if id(owner) in memory:
                np.copyto(owner, before)


_noted: ContextVar[EagerWrites | None] = ContextVar("hodu_eager_writes", default=None)


@contextmanager
def noting() -> Iterator[EagerWrites]:
    """Note the eager tensors that are written in the block."""
    writes = EagerWrites()
    token = _noted.set(writes)
    try:
        yield writes
    finally:
        _noted.reset(token)


def note(tensor: Any) -> None:
    """Say that an eager tensor is about to be written."""
    writes = _noted.get()
    if writes is not None:
        writes.add(tensor)
