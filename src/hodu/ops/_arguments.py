"""Arguments that several families take in the same way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from hodu.dims import Dim
from hodu.errors import ArgumentError, ShapeError
from hodu.shapes import format_shape

_Entry = TypeVar("_Entry")


def spread(first: Any, more: tuple[Any, ...]) -> Any:
    """What both f(2, 3) and f((2, 3)) mean: a sequence, or the one value given."""
    return (first, *more) if more else first


def non_negative(size: Iterable[Dim], what: str = "size") -> None:
    """Raise ShapeError if a size is known to be negative."""
    size = tuple(size)
    if any(isinstance(d, int) and d < 0 for d in size):
        raise ShapeError(f"{what} {format_shape(size)} has a negative entry")


def pair(value: Sequence[_Entry], name: str) -> tuple[_Entry, _Entry]:
    """One number for each of two axes, from one or two given."""
    if len(value) not in (1, 2):
        raise ArgumentError(f"{name}={tuple(value)} must be one number or two")
    return value[0], value[-1]
