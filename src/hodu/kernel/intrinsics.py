"""Operations that are neither operators nor written in them: a name, a meaning, a type rule.

Renderers hold a template for each name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hodu.dtypes import DType, i32
from hodu.kernel.algebra import broadcast
from hodu.kernel.expr import Call, Expr


@dataclass(frozen=True, slots=True)
class Intrinsic:
    """What a call computes in NumPy, and whether it makes a scalar of a vector."""

    name: str
    meaning: Callable[..., Any]
    reduces: bool = False


def _fma(a: Any, b: Any, c: Any) -> Any:
    # The product of two f32 is exact in f64, so only the sum rounds (nearly always once).
    return (a.astype(np.float64) * b + c).astype(a.dtype)


def _interleaved(start: int) -> Callable[[Any, Any], Any]:
    """Half of the lanes of two vectors by turns: the first half of each, or from `start` on."""
    return lambda a, b: np.stack([a, b], 1)[len(a) * start // 2 :][: len(a) // 2].reshape(-1)


def _dot4(x: Any, w: Any, c: Any) -> Any:
    products = w.reshape(-1, 4).astype(np.int32) * x.astype(np.int32)
    return c + products.sum(axis=1, dtype=np.int32).reshape(np.shape(c))


def _halves(byte: str, first: int) -> Callable[..., Any]:
    """Every second byte of a word widened to 16 bits, plus the halves of another word."""

    def meaning(x: Any, offset: Any = 0) -> Any:
        chosen = np.array([x]).view(byte)[first::2].astype(np.int16)
        return (chosen + np.array([offset], np.int32).view(np.int16)).view(np.int32)[0]

    return meaning


def _dot_halves(even: Any, odd: Any, w: Any, c: Any) -> Any:
    total = np.asarray(c, np.int64)
    for first, pair in enumerate((even, odd)):
        total = total + np.dot(np.array([pair]).view(np.int16).astype(np.int64), w[first::2])
    return total.astype(np.int32)[()]


def _nearest16(x: Any) -> Any:
    return np.clip(np.rint(x), -(1 << 15), (1 << 15) - 1).astype(np.int32)[()]


def _scaled16(x: Any, scale: Any) -> Any:
    with np.errstate(over="ignore", invalid="ignore"):
        return _nearest16(np.float32(x) * scale)


INTRINSICS = {
    i.name: i
    for i in (
        Intrinsic("fma", _fma),
        Intrinsic("interleave_low", _interleaved(0)),
        Intrinsic("interleave_high", _interleaved(1)),
        Intrinsic("dot4", _dot4),
        Intrinsic("word", lambda x: x.view(np.int32)[0]),
        *(
            Intrinsic(f"{part}_{name}{plus}", _halves(f"{name[0]}1", first))
            for first, part in enumerate(("even", "odd"))
            for name in ("i8", "u8")
            for plus in ("", "_plus")
        ),
        Intrinsic("dot_halves", _dot_halves),
        Intrinsic("nearest16", _nearest16),
        Intrinsic("scaled16", _scaled16),
        Intrinsic("apart", lambda x: x),
        Intrinsic("anew", lambda x: x),
        Intrinsic("reduce_add", np.sum, reduces=True),
        Intrinsic("reduce_mul", np.prod, reduces=True),
        Intrinsic("reduce_max", np.max, reduces=True),
        Intrinsic("reduce_min", np.min, reduces=True),
    )
}


def fma(a: Expr, b: Expr, c: Expr) -> Expr:
    """`a * b + c`, rounded once where the target can; scalars go to all lanes."""
    lanes = max(a.lanes, b.lanes, c.lanes)
    return Call("fma", tuple(broadcast(x, lanes) for x in (a, b, c)), c.dtype, lanes)


def apart(x: Expr) -> Expr:
    """A product that is rounded before it is added to anything."""
    return Call("apart", (x,), x.dtype, x.lanes)


def anew(x: Expr) -> Expr:
    """An element that is loaded here, whatever has been loaded before, or a number.

    Of a number C compilers do not know what it is, and keep nothing that follows from it.
    """
    return Call("anew", (x,), x.dtype)


def dot4(x: Expr, w: Expr, c: Expr) -> Expr:
    """`c` plus, in each lane, the dot product of the four bytes `x` with four bytes of `w`.

    `x` is u8 or i8, `w` four times as many lanes of i8 as `c` has of i32; sums wrap around.
    """
    return Call("dot4", (x, w, c), c.dtype, c.lanes)


def word(x: Expr) -> Expr:
    """Four consecutive bytes that are loaded, as one i32."""
    return Call("word", (x,), i32)


def halves(x: Expr, dtype: DType, offset: Expr | None = None) -> tuple[Expr, Expr]:
    """The four bytes of a word, of a dtype, as 16-bit integers in two: 0 and 2, 1 and 3.

    The halves of the word `offset` are added to both.
    """
    given, plus = ((x,), "") if offset is None else ((x, offset), "_plus")
    even, odd = (Call(f"{part}_{dtype.name}{plus}", given, i32) for part in ("even", "odd"))
    return even, odd


def dot_halves(pairs: tuple[Expr, Expr], w: Expr, c: Expr) -> Expr:
    """`c` plus the products of the `halves` of some bytes with four consecutive ones of i8.

    `w` is the load of those; sums wrap around.
    """
    return Call("dot_halves", (*pairs, w, c), i32)


def nearest16(x: Expr) -> Expr:
    """A number in f32 as the nearest i32, halves to even, of those that fit 16 bits."""
    return Call("nearest16", (x,), i32)


def scaled16(x: Expr, scale: Expr) -> Expr:
    """An i32 times a scale in f32, as the `nearest16` of it, without arithmetic of floats.

    What does not fit 16 bits is some number beyond them.
    """
    return Call("scaled16", (x, scale), i32)


def reduce_lanes(op: str, x: Expr) -> Expr:
    """The lanes of a vector combined by "add", "mul", "max" or "min"."""
    return x if x.lanes == 1 else Call(f"reduce_{op}", (x,), x.dtype)


def transposed(rows: Sequence[Expr], name: Callable[[Expr], Expr]) -> list[Expr]:
    """The columns of a square of vectors, as many as they have lanes, a power of two.

    Each step moves the highest bit of the row's number to the end of the lane's. `name` names what
    is used twice.
    """
    half = len(rows) // 2
    for _ in range(half.bit_length()):
        pairs = [(rows[i], rows[i + half]) for i in range(half)]
        rows = [
            name(Call(f"interleave_{part}", pair, pair[0].dtype, pair[0].lanes))
            for pair in pairs
            for part in ("low", "high")
        ]
    return list(rows)
