"""Filling tensors in place, as layers begin.

All return the tensor that they fill. Random numbers come from `generator`, or the default one.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import hodu.functional as f
from hodu._tensor import Tensor
from hodu.dtypes import f64
from hodu.errors import ShapeError, ValueRangeError
from hodu.nn._writing import write
from hodu.shapes import format_shape
from hodu.source import location

if TYPE_CHECKING:
    from hodu.random import Generator

_LINEAR = ("linear", "sigmoid", *(f"conv{t}{n}d" for n in (1, 2, 3) for t in ("", "_transpose")))


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """The factor that keeps the variance of what passes through a nonlinearity.

    `param` is the negative slope of "leaky_relu", 0.01 by default.
    """
    gains = dict.fromkeys(_LINEAR, 1.0) | {"tanh": 5 / 3, "relu": math.sqrt(2.0), "selu": 0.75}
    if nonlinearity == "leaky_relu":
        return math.sqrt(2.0 / (1 + (0.01 if param is None else param) ** 2))
    if nonlinearity not in gains:
        known = ", ".join([*gains, "leaky_relu"])
        raise ValueRangeError(f"nonlinearity={nonlinearity!r}", hint=f"it is one of {known}")
    return gains[nonlinearity]


def uniform_(
    tensor: Tensor, a: float = 0.0, b: float = 1.0, generator: Generator | None = None
) -> Tensor:
    """Uniform numbers in [a, b)."""
    return write(tensor, f.uniform(a, b, *tensor.shape, dtype=tensor.dtype, generator=generator))


def normal_(
    tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator: Generator | None = None
) -> Tensor:
    """Normal numbers of this mean and standard deviation."""
    size, dtype = tensor.shape, tensor.dtype
    return write(tensor, f.normal(mean, std, size, dtype=dtype, generator=generator))


def trunc_normal_(
    tensor: Tensor,
    mean: float = 0.0,
    std: float = 1.0,
    a: float = -2.0,
    b: float = 2.0,
    generator: Generator | None = None,
) -> Tensor:
    """Normal numbers of which those outside [a, b] are drawn anew, by the inverse distribution."""
    if not a < b or std <= 0:
        raise ValueRangeError(f"trunc_normal_() in [{a}, {b}] of std={std}", hint="a < b, std > 0")
    low, high = (math.erf((edge - mean) / std / math.sqrt(2)) for edge in (a, b))
    if low == high:
        raise ValueRangeError(
            f"trunc_normal_() in [{a}, {b}], which no number of mean {mean} and std {std} reaches"
        )
    drawn = f.uniform(low, high, *tensor.shape, dtype=f64, generator=generator)
    numbers = f.erfinv(drawn) * (std * math.sqrt(2)) + mean
    return write(tensor, f.clamp(numbers, a, b).to(tensor.dtype))


def constant_(tensor: Tensor, val: float) -> Tensor:
    """One number everywhere."""
    return write(tensor, f.full(tuple(tensor.shape), val, dtype=tensor.dtype))


def ones_(tensor: Tensor) -> Tensor:
    """Ones."""
    return constant_(tensor, 1.0)


def zeros_(tensor: Tensor) -> Tensor:
    """Zeros."""
    return constant_(tensor, 0.0)


def eye_(tensor: Tensor) -> Tensor:
    """Ones on the diagonal of a matrix, else zeros."""
    if tensor.ndim != 2:
        raise _rank("eye_", tensor, "two dimensions")
    return write(tensor, f.eye(*tensor.shape, dtype=tensor.dtype))


def dirac_(tensor: Tensor, groups: int = 1) -> Tensor:
    """A convolution's weight [out, in, ...] that passes its input through, group by group."""
    if tensor.ndim not in (3, 4, 5):
        raise _rank("dirac_", tensor, "three to five dimensions")
    out, inner, *kernel = (int(n) for n in tensor.shape)
    if groups < 1 or out % groups:
        raise ValueRangeError(f"groups={groups} does not divide {out} output channels")
    weight = f.zeros((out, inner, *kernel), dtype=tensor.dtype)
    centre = tuple(k // 2 for k in kernel)
    each = out // groups
    for group in range(groups):
        for channel in range(min(each, inner)):
            weight[(group * each + channel, channel, *centre)] = 1
    return write(tensor, weight)


def _rank(name: str, tensor: Tensor, wanted: str) -> ShapeError:
    return ShapeError(
        f"{name}() of a tensor {format_shape(tensor.shape)}",
        where=location(),
        hint=f"it takes {wanted}",
    )


def _fans(tensor: Tensor) -> tuple[int, int]:
    """How many numbers go into one output of a weight [out, in, ...], and out of one input."""
    if tensor.ndim < 2:
        raise _rank("fan-in", tensor, "two dimensions or more")
    out, inner, *kernel = (int(n) for n in tensor.shape)
    return inner * math.prod(kernel), out * math.prod(kernel)


def _fan(tensor: Tensor, mode: str) -> int:
    if mode not in ("fan_in", "fan_out"):
        raise ValueRangeError(f"mode={mode!r}", hint="it is 'fan_in' or 'fan_out'")
    return _fans(tensor)[mode == "fan_out"]


def xavier_uniform_(
    tensor: Tensor, gain: float = 1.0, generator: Generator | None = None
) -> Tensor:
    """Uniform numbers of variance gain² * 2 / (fan_in + fan_out).

    X. Glorot and Y. Bengio, "Understanding the difficulty of training deep feedforward neural
    networks" (2010).
    """
    bound = gain * math.sqrt(6.0 / sum(_fans(tensor)))
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor: Tensor, gain: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Normal numbers of variance gain² * 2 / (fan_in + fan_out); see `xavier_uniform_`."""
    return normal_(tensor, 0.0, gain * math.sqrt(2.0 / sum(_fans(tensor))), generator)


def _kaiming_std(tensor: Tensor, a: float, mode: str, nonlinearity: str) -> float:
    return calculate_gain(nonlinearity, a) / math.sqrt(_fan(tensor, mode))


def kaiming_uniform_(
    tensor: Tensor,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
) -> Tensor:
    """Uniform numbers of variance gain² / fan, for layers before rectifiers of slope `a`.

    K. He et al., "Delving deep into rectifiers" (2015).
    """
    if 0 in tensor.shape:
        return tensor
    bound = math.sqrt(3.0) * _kaiming_std(tensor, a, mode, nonlinearity)
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(
    tensor: Tensor,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
) -> Tensor:
    """Normal numbers of variance gain² / fan; see `kaiming_uniform_`."""
    if 0 in tensor.shape:
        return tensor
    return normal_(tensor, 0.0, _kaiming_std(tensor, a, mode, nonlinearity), generator)


def lecun_uniform_(tensor: Tensor, generator: Generator | None = None) -> Tensor:
    """Uniform numbers of variance 1 / fan_in (Y. LeCun et al., "Efficient BackProp", 1998)."""
    bound = math.sqrt(3.0 / _fan(tensor, "fan_in"))
    return uniform_(tensor, -bound, bound, generator)


def lecun_normal_(tensor: Tensor, generator: Generator | None = None) -> Tensor:
    """Normal numbers of variance 1 / fan_in; see `lecun_uniform_`."""
    return normal_(tensor, 0.0, math.sqrt(1.0 / _fan(tensor, "fan_in")), generator)


def orthogonal_(tensor: Tensor, gain: float = 1, generator: Generator | None = None) -> Tensor:
    """Orthonormal rows or columns, times `gain`; further dimensions count as columns.

    A. Saxe et al., "Exact solutions to the nonlinear dynamics of learning in deep linear neural
    networks" (2013).
    """
    if tensor.ndim < 2:
        raise _rank("orthogonal_", tensor, "two dimensions or more")
    if 0 in tensor.shape:
        return tensor
    rows = int(tensor.shape[0])
    columns = math.prod(int(n) for n in tensor.shape[1:])
    drawn = f.normal(0.0, 1.0, (max(rows, columns), min(rows, columns)), generator=generator)
    q, r = f.qr(drawn)
    q = q * f.sign(f.diagonal(r))  # makes the distribution uniform
    q = q.T if rows < columns else q
    return write(tensor, (f.reshape(q, tuple(tensor.shape)) * gain).to(tensor.dtype))


def sparse_(
    tensor: Tensor, sparsity: float, std: float = 0.01, generator: Generator | None = None
) -> Tensor:
    """Normal numbers, of which the part `sparsity` of each column of a matrix is 0.

    J. Martens, "Deep learning via Hessian-free optimization" (2010).
    """
    if tensor.ndim != 2:
        raise _rank("sparse_", tensor, "two dimensions")
    rows, columns = (int(n) for n in tensor.shape)
    order = f.argsort(f.rand(rows, columns, generator=generator), 0)
    numbers = f.normal(0.0, std, (rows, columns), generator=generator)
    kept = f.argsort(order, 0) >= math.ceil(sparsity * rows)
    return write(tensor, f.where(kept, numbers, 0.0).to(tensor.dtype))
