"""Tensors whose elements lie in memory at regular steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hodu.kernel.expr import INDEX, Binary, Const, Expr, Load, Ramp, Var
from hodu.lower.index import ZERO, Index
from hodu.lower.moving.locate import NotInMemoryError, locate, locate_moved
from hodu.lower.point import CannotVectorizeError
from hodu.lower.program import Place
from hodu.lower.stage import Stage
from hodu.shapes import static_shape

if TYPE_CHECKING:
    from hodu.lower.lowering import Lowering
    from hodu.snapshot.ir import Value


@dataclass(frozen=True, slots=True)
class Regular:
    """Elements of `place`: element (i, j, ...) lies at base + i * strides[0] + ..."""

    place: Place
    base: int
    strides: tuple[int, ...]


def find_regular(lowering: Lowering, value: Value) -> Regular | None:
    """Where the elements of a tensor lie; None where they are computed or lie irregularly."""
    return _find(lowering, value, locate)


def find_regular_source(lowering: Lowering, value: Value) -> Regular | None:
    """Where the elements are that the result of an op which moves elements consists of."""
    return _find(lowering, value, locate_moved)


def _find(
    lowering: Lowering, value: Value, where: Callable[[Stage, Value, Index], Load]
) -> Regular | None:
    shape = static_shape(value.type.shape)
    if shape is None or 0 in shape:
        return None
    trial = lowering.bare_stage("trial")
    at = tuple(Var(f"a{i}", INDEX, 1, (0, n - 1)) for i, n in enumerate(shape))
    position = tuple(ZERO if n == 1 else v for n, v in zip(shape, at, strict=True))
    try:
        load = where(trial, value, position)
    except (NotInMemoryError, CannotVectorizeError):
        return None
    found = affine(load.index, at)
    return None if found is None else Regular(trial.place_of(load.buf), found.base, found.strides)


@dataclass(frozen=True, slots=True)
class Affine:
    """A position as `base` plus a multiple of each of some variables."""

    base: int
    strides: tuple[int, ...]

    @property
    def constant(self) -> int | None:
        """The number that it is, None where it varies."""
        return None if any(self.strides) else self.base


def affine(x: Expr, variables: Sequence[Expr]) -> Affine | None:
    """`x` as an affine map of variables, None where it is not or its factors are not numbers."""
    match x:
        case Const(value=value):
            return Affine(int(value), (0,) * len(variables))
        case Var() if x in variables:
            return Affine(0, tuple(int(x == v) for v in variables))
        case Ramp(base=base):
            return affine(base, variables)
        case Binary(op="add" | "sub" | "mul" as op, a=a, b=b):
            return _combined(op, affine(a, variables), affine(b, variables))
    return None


def _combined(op: str, a: Affine | None, b: Affine | None) -> Affine | None:
    if a is None or b is None:
        return None
    if op == "mul":
        if a.constant is not None:
            return _scaled(b, a.constant)
        return None if b.constant is None else _scaled(a, b.constant)
    sign = -1 if op == "sub" else 1
    strides = tuple(p + sign * q for p, q in zip(a.strides, b.strides, strict=True))
    return Affine(a.base + sign * b.base, strides)


def _scaled(a: Affine, by: int) -> Affine:
    return Affine(a.base * by, tuple(s * by for s in a.strides))
