"""Bitwise operations and shifts of integers, and the first of bools."""

from __future__ import annotations

from hodu.kernel.expr import Expr, select
from hodu.lower.point import Point
from hodu.lower.rules import scalar


@scalar("bitwise_and")
def bitwise_and(c: Point, x: Expr, y: Expr) -> Expr:
    """The bits set in both."""
    return x & y


@scalar("bitwise_or")
def bitwise_or(c: Point, x: Expr, y: Expr) -> Expr:
    """The bits set in either."""
    return x | y


@scalar("bitwise_xor")
def bitwise_xor(c: Point, x: Expr, y: Expr) -> Expr:
    """The bits set in one of the two."""
    return x ^ y


@scalar("bitwise_not")
def bitwise_not(c: Point, x: Expr) -> Expr:
    """All bits inverted."""
    return ~x


def _is_valid(places: Expr) -> Expr:
    """Whether a shift by so many places leaves anything."""
    below = places < places.dtype.bits
    return below & (places >= 0) if places.dtype.is_signed else below


@scalar("bitwise_left_shift")
def bitwise_left_shift(c: Point, x: Expr, y: Expr) -> Expr:
    """The bits shifted left; 0 where the places are negative or beyond the width."""
    valid = c.k.let(_is_valid(y), "valid")
    return select(valid, x << select(valid, y, 0), 0)


@scalar("bitwise_right_shift")
def bitwise_right_shift(c: Point, x: Expr, y: Expr) -> Expr:
    """The bits shifted right, filled with the sign, of which all consist beyond the width."""
    valid = c.k.let(_is_valid(y), "valid")
    if x.dtype.is_signed:
        return x >> select(valid, y, x.dtype.bits - 1)
    return select(valid, x >> select(valid, y, 0), 0)
