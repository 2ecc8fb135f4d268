"""Sample calls of an op: the inputs that drive its tests, gradient checks and docs.

A sample names shapes, not values; `arrays` makes the values from a fixed seed, so that a failing
case can be named by its op, its place in the list and its dtype.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from hodu.dtypes import DType, as_dtype, bool_

if TYPE_CHECKING:
    import numpy.typing as npt

    Array: TypeAlias = npt.NDArray[Any]
else:  # numpy.typing takes its time to import
    Array = np.ndarray
Domain: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class T:
    """A sample tensor: its shape, and what its values are when the defaults do not suit.

    `dtype` pins the dtype (else the sample runs on every dtype of the op); `low` and `high` bound
    the values; `values` gives them outright.
    """

    shape: tuple[int, ...] = ()
    dtype: str | None = None
    low: float | None = None
    high: float | None = None
    values: object = None


Spec: TypeAlias = "T | tuple[int, ...] | Sequence[T | tuple[int, ...]] | None"


@dataclass(frozen=True, slots=True, init=False)
class S:
    """One sample call: tensors in the order of the schema, then attributes by name.

    A tuple is a shape, a list is the value of a list parameter, None an absent optional tensor.
    """

    tensors: tuple[Spec, ...]
    attrs: Mapping[str, Any] = field(default_factory=dict)

    def __init__(self, *tensors: Spec, **attrs: Any) -> None:
        object.__setattr__(self, "tensors", tensors)
        object.__setattr__(self, "attrs", attrs)

    def __str__(self) -> str:
        shown = [_show(t) for t in self.tensors]
        return ", ".join(shown + [f"{k}={v!r}" for k, v in self.attrs.items()])


def _show(spec: Any) -> str:
    if isinstance(spec, list):
        return f"[{', '.join(map(_show, spec))}]"
    if isinstance(spec, T):
        return f"{spec.dtype or ''}{list(spec.shape)}"
    return "None" if spec is None else str(list(spec))


def arrays(sample: S, dtype: DType, domain: Domain = (-3.0, 3.0)) -> list[Any]:
    """The input arrays of `sample`: free tensors in `dtype`, values uniform in `domain`."""
    rng = np.random.default_rng(7)

    def make(spec: Any) -> Any:
        if spec is None:
            return None
        if isinstance(spec, list):
            return [make(s) for s in spec]
        return _make(spec if isinstance(spec, T) else T(tuple(spec)), dtype, domain, rng)

    return [make(spec) for spec in sample.tensors]


def _make(spec: T, dtype: DType, domain: Domain, rng: np.random.Generator) -> Array:
    own = as_dtype(spec.dtype) if spec.dtype else dtype
    if spec.values is not None:
        return np.asarray(spec.values).astype(own.numpy)
    low = domain[0] if spec.low is None else spec.low
    high = domain[1] if spec.high is None else spec.high
    if own is bool_:
        return np.asarray(rng.random(spec.shape) < 0.5)
    if own.kind == "uint":
        low = max(low, 0)
    if own.is_integer:
        return np.asarray(rng.integers(int(np.ceil(low)), int(high) + 1, spec.shape)).astype(
            own.numpy
        )
    return np.asarray(rng.uniform(low, high, spec.shape)).astype(own.numpy)


def shapes(*specs: Sequence[int]) -> list[S]:
    """A sample for each shape, with one tensor of that shape."""
    return [S(tuple(spec)) for spec in specs]
