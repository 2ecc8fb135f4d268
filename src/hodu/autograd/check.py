"""Gradients checked against differences of function values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from hodu.autograd.api import grad
from hodu.dispatch.base import TensorBase, wrap
from hodu.dispatch.tape import require
from hodu.dtypes import FROM_NUMPY, f64
from hodu.errors import ArgumentError, GradientError
from hodu.ops._table import Array


def gradcheck(
    function: Callable[..., Any],
    inputs: Any,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
) -> bool:
    """Whether the gradients of `function` agree with central differences.

    `inputs` is a tensor or a sequence of arguments; those f64 tensors that require grad are
    checked. Every element of every float result is compared, by its gradient with respect to
    each element. Raises GradientError that names the worst place, or returns False.
    """
    args = [inputs] if isinstance(inputs, TensorBase) else list(inputs)
    checked = [i for i, x in enumerate(args) if isinstance(x, TensorBase) and x._node is not None]
    _require_f64([args[i] for i in checked])
    outputs = _floats(function(*args))
    for number, output in enumerate(outputs):
        analytic = _analytic(output, [args[i] for i in checked])
        for i, ours in zip(checked, analytic, strict=True):
            theirs = _numeric(function, args, i, number, eps)
            if not np.allclose(ours, theirs, rtol=rtol, atol=atol, equal_nan=True):
                if raise_exception:
                    raise GradientError(_difference(ours, theirs, number, i))
                return False
    return True


def gradgradcheck(
    function: Callable[..., Any], inputs: Any, *, seed: int = 0, **tolerances: Any
) -> bool:
    """`gradcheck` of the gradient of `function`, for fixed random gradients of its results."""
    args = [inputs] if isinstance(inputs, TensorBase) else list(inputs)
    checked = [i for i, x in enumerate(args) if isinstance(x, TensorBase) and x._node is not None]
    rng = np.random.default_rng(seed)
    weights = [wrap(rng.standard_normal(tuple(o.shape))) for o in _floats(function(*args))]

    def gradients(*given: Any) -> Any:
        outputs = [(o, w) for o, w in zip(_floats(function(*given)), weights, strict=True)]
        live = [(o, w) for o, w in outputs if o._node is not None]
        return grad(
            [o for o, _ in live],
            [given[i] for i in checked],
            [w for _, w in live],
            create_graph=True,
            materialize_grads=True,
        )

    return gradcheck(gradients, args, **tolerances)


def _require_f64(tensors: Sequence[Any]) -> None:
    if not tensors:
        raise ArgumentError(
            "gradcheck() needs an input that requires grad", hint="call .requires_grad_() on it"
        )
    for x in tensors:
        if FROM_NUMPY[x._data.dtype] is not f64:
            raise ArgumentError(
                f"gradcheck() of {x.dtype}: differences need f64", hint="cast it with .double()"
            )


def _floats(result: Any) -> list[Any]:
    results = result if isinstance(result, (tuple, list)) else (result,)
    return [t for t in results if isinstance(t, TensorBase) and t.dtype.is_float]  # type: ignore[attr-defined]


def _analytic(output: Any, inputs: Sequence[Any]) -> list[Array]:
    """The Jacobians, one for each input: a row for each element of the output."""
    count = output._data.size
    found = [np.zeros((count, x._data.size)) for x in inputs]
    if output._node is None:
        return found
    for row in range(count):
        start = np.zeros(count, output._data.dtype)
        start[row] = 1
        weights = wrap(start.reshape(output._data.shape))
        given = grad(output, inputs, weights, retain_graph=True, materialize_grads=True)
        for jacobian, g in zip(found, given, strict=True):
            jacobian[row] = g._data.reshape(-1)
    return found


def _numeric(
    function: Callable[..., Any], args: Sequence[Any], position: int, number: int, eps: float
) -> Array:
    own = args[position]._data

    def value(flat: Array) -> Array:
        given = list(args)
        given[position] = require(wrap(flat.reshape(own.shape)))
        return np.array(_floats(function(*given))[number]._data, np.float64).reshape(-1)

    columns = []
    for i in range(own.size):
        step = np.zeros(own.size)
        step[i] = eps
        flat = own.reshape(-1)
        columns.append((value(flat + step) - value(flat - step)) / (2 * eps))
    count = value(own.reshape(-1).copy()).size
    return np.stack(columns, 1) if columns else np.zeros((count, 0))


def _difference(ours: Array, theirs: Array, output: int, position: int) -> str:
    gap = np.abs(ours - theirs) / (1 + np.abs(theirs))
    row, column = np.unravel_index(np.argmax(np.nan_to_num(gap, nan=np.inf)), gap.shape)
    return (
        f"the gradient of element {row} of result {output} by element {column} of argument "
        f"{position} is {ours[row, column]:.9g}, by differences {theirs[row, column]:.9g}"
    )
