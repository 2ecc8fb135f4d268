"""Reading and writing the places that a parsed subscript names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hodu.dims import Sym
from hodu.dispatch.base import TensorBase, quiet, wrap, wrap_dims
from hodu.dispatch.inplace import assign, check_writable
from hodu.dispatch.writes import wrote
from hodu.dtypes import DType, as_dtype
from hodu.ops._fill_value import fill_value
from hodu.ops._index_key import Advanced, Basic
from hodu.ops._index_rules import check_fits, index_shape
from hodu.ops._index_write import write_at
from hodu.ops._nested import to_tensor
from hodu.ops._table import Array, F
from hodu.shapes import Shape

if TYPE_CHECKING:
    from hodu._tensor import Tensor


def read(x: Tensor, basic: Basic, advanced: Sequence[Advanced]) -> Tensor:
    """`x[key]`, as ops."""
    part = x if _is_whole(x.shape, basic) else F._slice(x, basic.start, basic.size, basic.step)
    if basic.dropped:
        part = F.squeeze(part, basic.dropped)
    for axis in basic.added:
        part = F.unsqueeze(part, axis)
    for step in advanced:
        part = F._index(part, step.indices)
    if part is not x and _is_linked(part):
        part._place = BasicPlace(x, basic)
    return part


def _is_linked(part: Tensor) -> bool:
    return (part._data is None or part._node is not None) and part._origin is not None


@dataclass(frozen=True, slots=True, eq=False)
class BasicPlace:
    """The place of `source[key]` for a captured source and a key without index tensors."""

    source: Tensor
    basic: Basic

    def write(self, value: Tensor) -> None:
        """Make `value` the new contents of this place."""
        assign(self.source, written(self.source, self.basic, (), value))


def is_written(x: Tensor, basic: Basic, value: Tensor) -> bool:
    """Whether `value` is `x[key]` itself after a captured write: the end of `x[key] += 1`."""
    followed = value._data is None or value._node is not None
    place = value._place if followed else None
    if not isinstance(place, BasicPlace) or place.source is not x or place.basic != basic:
        return False
    return value._origin is not None and value._origin._version == value._version


def _is_whole(shape: Shape, basic: Basic) -> bool:
    return basic.size == tuple(shape) and all(
        a == 0 and s == 1 for a, s in zip(basic.start, basic.step, strict=True)
    )


def _is_identity(shape: Shape, basic: Basic) -> bool:
    return not basic.dropped and not basic.added and _is_whole(shape, basic)


def as_value(value: Any, dtype: DType) -> Tensor:
    """What is assigned as a tensor: numbers and arrays in `dtype`, others as they are."""
    if isinstance(value, TensorBase):
        return value  # type: ignore[return-value]
    if isinstance(value, Sym):
        return wrap_dims(value)
    if isinstance(value, (bool, int, float)):
        return wrap(fill_value(value, dtype))
    if not isinstance(value, (np.ndarray, np.generic)):
        return to_tensor(value, dtype if dtype.is_float else None)
    as_dtype(value.dtype)
    return wrap(quiet.run(np.asarray(value).astype, dtype.numpy))


def write_eager(
    target: Array, basic: Basic | None, advanced: Sequence[Advanced], values: Array
) -> None:
    """Write into the array itself; `basic` is None where `target` is already that part."""
    check_writable(target)
    part = target if basic is None or _is_identity(target.shape, basic) else _view(target, basic)
    indices = [None if i is None else i._data for step in advanced for i in step.indices]
    place = index_shape(part.shape, indices) if indices else part.shape
    values = values.reshape(_without_leading_ones(values.shape, len(place)))
    check_fits("setitem", values.shape, place, "value")
    if indices:
        quiet.run(write_at, part, indices, quiet.run(values.astype, part.dtype))
    else:
        quiet.run(np.copyto, part, values, casting="unsafe")
    wrote(part)


def _view(array: Array, basic: Basic) -> Array:
    part = F._slice(wrap(array), basic.start, basic.size, basic.step).numpy()
    return np.expand_dims(np.squeeze(part, basic.dropped), basic.added)


def _without_leading_ones(shape: Shape, rank: int) -> Shape:
    """`shape` cut to `rank` where it only has leading ones too many, as PyTorch allows."""
    extra = max(len(shape) - rank, 0)
    return shape[extra:] if all(d == 1 for d in shape[:extra]) else shape


def written(x: Tensor, basic: Basic, advanced: Sequence[Advanced], value: Tensor) -> Tensor:
    """`x` after `x[key] = value`, as ops; used where something is captured."""
    if value.dtype is not x.dtype:
        value = F.cast(value, x.dtype)
    if advanced:
        value = _written_advanced(read(x, basic, ()), advanced, value)
    return _written_basic(x, basic, value)


def _written_advanced(x: Tensor, steps: Sequence[Advanced], value: Tensor) -> Tensor:
    first, *rest = steps
    if rest:
        value = _written_advanced(F._index(x, first.indices), rest, value)
    shape = _without_leading_ones(value.shape, len(index_shape(x.shape, first.indices)))
    source = value if len(shape) == value.ndim else F.reshape(value, shape)
    return F._index_put(x, first.indices, source)


def _written_basic(x: Tensor, basic: Basic, value: Tensor) -> Tensor:
    kept = [n for axis, n in enumerate(basic.size) if axis not in basic.dropped]
    place = list(kept)
    for axis in basic.added:
        place.insert(axis, 1)
    shape = _without_leading_ones(value.shape, len(place))
    check_fits("setitem", shape, tuple(place), "value")
    aligned = (1,) * (len(place) - len(shape)) + tuple(shape)
    sizes = [n for axis, n in enumerate(aligned) if axis not in basic.added]
    for axis in basic.dropped:
        sizes.insert(axis, 1)
    source = value if tuple(sizes) == value.shape else F.reshape(value, sizes)
    if source.shape == x.shape and _is_whole(x.shape, basic):
        return source
    return F._slice_put(x, source, basic.start, basic.size, basic.step)


def is_known(x: Any) -> bool:
    """Whether `x` is no captured tensor, so that it can be used at once."""
    return not isinstance(x, Sym) and not (isinstance(x, TensorBase) and x._data is None)
