"""Reductions over axes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import hodu.functional as f
from hodu.dispatch.attrs import as_dims
from hodu.formats.onnx.dtypes import limits_of
from hodu.formats.onnx.node import OnnxNode
from hodu.formats.onnx.registry import onnx_op

if TYPE_CHECKING:
    from hodu._tensor import Tensor


def _l1(x: Tensor, axes: Any, keep: bool) -> Tensor:
    return _sum(f.abs(x), axes, keep)


def _l2(x: Tensor, axes: Any, keep: bool) -> Tensor:
    return f.sqrt(_sum_square(x, axes, keep)).to(x.dtype)


def _log_sum(x: Tensor, axes: Any, keep: bool) -> Tensor:
    return f.log(_sum(x, axes, keep)).to(x.dtype)


def _log_sum_exp(x: Tensor, axes: Any, keep: bool) -> Tensor:
    return f.logsumexp(x, axes, keep).to(x.dtype)


def _mean(x: Tensor, axes: Any, keep: bool) -> Tensor:
    if x.dtype.is_float:
        return f.mean(x, axes, keep)
    return f.mean(x, axes, keep, dtype="f64").to(x.dtype)


def _prod(x: Tensor, axes: Any, keep: bool) -> Tensor:
    for axis in sorted((a % x.ndim for a in axes), reverse=True):
        x = f.prod(x, axis, keep).to(x.dtype)
    return x


def _sum(x: Tensor, axes: Any, keep: bool) -> Tensor:
    return f.sum(x, axes, keep).to(x.dtype)


def _sum_square(x: Tensor, axes: Any, keep: bool) -> Tensor:
    return _sum(x * x, axes, keep)


_REDUCE: dict[str, Callable[[Tensor, Any, bool], Tensor]] = {
    "ReduceL1": _l1,
    "ReduceL2": _l2,
    "ReduceLogSum": _log_sum,
    "ReduceLogSumExp": _log_sum_exp,
    "ReduceMax": f.amax,
    "ReduceMean": _mean,
    "ReduceMin": f.amin,
    "ReduceProd": _prod,
    "ReduceSum": _sum,
    "ReduceSumSquare": _sum_square,
}


@onnx_op(*_REDUCE)
def reduce_by_attribute(node: OnnxNode, x: Tensor) -> Tensor:
    """The older form: the axes are an attribute."""
    return _reduced(node, x, node.integers("axes"))


@onnx_op(*(name for name in _REDUCE if name != "ReduceSum"), since=18)
@onnx_op("ReduceSum", since=13)
def reduce_by_input(node: OnnxNode, x: Tensor, axes: Tensor | None = None) -> Tensor:
    """The newer form: the axes are an input."""
    given = None if axes is None else [int(a) for a in as_dims(axes, "axes")]
    return _reduced(node, x, given)


def _reduced(node: OnnxNode, x: Tensor, axes: list[int] | None) -> Tensor:
    if not axes:
        if node.flag("noop_with_empty_axes"):
            return _REDUCE[node.op_type](x.unsqueeze(0), (0,), False)
        axes = list(range(x.ndim))
    if not axes:
        return _REDUCE[node.op_type](x.reshape(1), (0,), False)
    keep = node.flag("keepdims", True)
    if node.op_type in ("ReduceMax", "ReduceMin") and any(x.shape[a] == 0 for a in axes):
        return _extreme_of_nothing(node.op_type == "ReduceMax", x, axes, keep)
    return _REDUCE[node.op_type](x, tuple(axes), keep)


def _extreme_of_nothing(largest: bool, x: Tensor, axes: list[int], keep: bool) -> Tensor:
    """The neutral element: the least value there is for a maximum, the greatest for a minimum."""
    over = {a % x.ndim for a in axes}
    shape = [1 if i in over else s for i, s in enumerate(x.shape) if keep or i not in over]
    if x.dtype.is_float:
        fill = float("-inf") if largest else float("inf")
    elif x.dtype.is_integer:
        fill = limits_of(x.dtype.numpy)[not largest]
    else:
        fill = not largest
    return f.full(shape, fill, dtype=x.dtype)


@onnx_op("ArgMax", "ArgMin")
def arg_extreme(node: OnnxNode, x: Tensor) -> Tensor:
    """The index of the extreme element along an axis, the first or the last of equal ones."""
    choose = f.argmax if node.op_type == "ArgMax" else f.argmin
    axis, keep = node.integer("axis", 0), node.flag("keepdims", True)
    if not node.flag("select_last_index"):
        return choose(x, axis, keepdim=keep)
    last: Any = x.shape[axis] - 1
    return last - choose(f.flip(x, (axis,)), axis, keepdim=keep)
