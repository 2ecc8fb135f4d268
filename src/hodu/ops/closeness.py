"""Equality up to a tolerance, and of whole tensors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hodu.dtypes import f64
from hodu.ops._rules import predicate
from hodu.ops._samples import S, T
from hodu.ops._table import F, Promote, function, op

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_NAN, _INF = float("nan"), float("inf")


@op(
    "isclose(Tensor input, Tensor other, float rtol=1e-05, float atol=1e-08, "
    "bool equal_nan=False) -> Tensor"
)
class Isclose:
    """Whether |input - other| <= atol + rtol * |other|, reckoned in f64."""

    nondiff = "a truth value"
    promote = Promote.COMMON
    infer = predicate(2)
    samples = [
        S((3, 4), (4,)),
        S((), ()),
        S((0,), (0,)),
        S(T(values=[1, 2, 100]), T(values=[1, 3, 101]), rtol=0.011),
        S(T(values=[1, 2, 100]), T(values=[1, 3, 103]), atol=1.5, rtol=0.0),
        *(
            S(
                T(dtype=t, values=[_NAN, _INF, _INF, _INF, 1.0]),
                T(dtype=t, values=[_NAN, _INF, -_INF, 1.0, _INF]),
                equal_nan=True,
            )
            for t in ("f16", "f32", "f64")
        ),
    ]

    def compose(
        x: Tensor, y: Tensor, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
    ) -> Tensor:
        x, y = F.cast(x, f64), F.cast(y, f64)
        distance = F.abs(x - y)
        near = F.isfinite(distance) & (distance <= F.abs(y) * abs(rtol) + atol)
        close = near | (x == y)
        return close | (F.isnan(x) & F.isnan(y)) if equal_nan else close


@function()
def allclose(
    input: Tensor,
    other: Tensor,
    rtol: float = 1e-05,
    atol: float = 1e-08,
    equal_nan: bool = False,
) -> bool:
    """Whether all elements are close, as a Python bool; see `isclose`."""
    return bool(F.isclose(input, other, rtol, atol, equal_nan).all())


@function()
def equal(input: Tensor, other: Tensor) -> bool:
    """Whether two tensors have the same shape and equal elements, as a Python bool."""
    return input.shape == other.shape and bool(F.eq(input, other).all())
