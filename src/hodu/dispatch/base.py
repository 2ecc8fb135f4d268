"""What a tensor is to dispatch, and the capture under way.

Three kinds of tensor pass through: eager ones over an array, captured ones that stand for a value
of a Snapshot being built, and i64 ones whose contents are known only as symbolic dimensions.
"""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from typing import Any, Protocol, TypeAlias

import numpy as np

from hodu import dtypes
from hodu.dims import Sym
from hodu.errors import CaptureError
from hodu.ops._table import Array, OpDef
from hodu.shapes import TensorType

Attrs: TypeAlias = Mapping[str, Any]


class TensorBase:
    """What dispatch needs of a tensor.

    Exactly one of these holds: `_data` is an array (eager); `_value` is a value of the capture
    that is under way; `_dims` is an object array of dimensions, at least one of them symbolic,
    for an i64 tensor whose contents are known only by name (`_value` is then made on demand).
    `_node` is what made it, if it is on the tape of gradients, as result number `_index`; a leaf
    that collects a gradient has it in `_grad`. `_origin` and `_version` tie views that are
    captured or on the tape to the tensor they look into; `_place` is set on those that know how a
    write to them becomes a write to it.
    """

    __slots__ = (
        "__weakref__",
        "_data",
        "_dims",
        "_grad",
        "_index",
        "_node",
        "_origin",
        "_place",
        "_value",
        "_version",
    )
    _data: Array | None
    _value: Any
    _dims: Array | None
    _node: Any
    _index: int
    _grad: Any
    _origin: Any
    _place: Place | None
    _version: int


class Place(Protocol):
    """Where a captured view lies in the tensor that it was taken from."""

    def write(self, value: Any) -> None:
        """Write the new contents of the view into that tensor."""


class Recorder(Protocol):
    """The capture that is under way.

    `differentiates` is true while the body of a loop or branch is recorded whose gradient may be
    asked for: it is recorded then where no gradient goes.
    """

    differentiates: bool

    def record(self, op: OpDef, inputs: Sequence[Any], attrs: Attrs) -> Any:
        """Add a node; inputs are tensors, None or lists of them; returns tensor(s) like the op."""

    def rebind(self, target: TensorBase, result: TensorBase) -> None:
        """Make `target` stand for `result` from here on (an in-place write)."""

    def lift_state(
        self, tensor: TensorBase, name: str, lock: threading.Lock | None = None
    ) -> TensorBase:
        """What stands for an eager tensor that is a state: an input aliased to its final value.

        Whoever uses the tensor itself holds `lock`.
        """

    def contents(self, value: Any) -> Array | None:
        """The contents of a value that is a constant here, None of any other."""

    def saw(self, tensor: TensorBase) -> None:
        """Note that an eager tensor is used which may collect a gradient."""

    def stand_in(self, tensor: TensorBase) -> TensorBase:
        """What stands for a state that was lifted; any other tensor itself."""


recorder_var: ContextVar[Recorder | None] = ContextVar("hodu_recorder", default=None)
_tensor_class: type[TensorBase] = TensorBase
_new = object.__new__


class _Quiet(threading.local):
    """A context for each thread in which NumPy's floating-point warnings are off."""

    def __init__(self) -> None:
        context = contextvars.copy_context()
        context.run(np.seterr, all="ignore")
        self.run = context.run


quiet = _Quiet()


def bind_tensor_class(cls: type[TensorBase]) -> None:
    """Name the class of which results are instances."""
    global _tensor_class
    _tensor_class = cls


def recorder() -> Recorder | None:
    """The capture under way, or None."""
    return recorder_var.get()


def recording() -> Recorder:
    """The capture under way; raises CaptureError outside one."""
    active = recorder_var.get()
    if active is None:
        raise CaptureError(
            "this tensor belongs to a capture that has ended",
            hint="use captured tensors only inside the capture; declare results as targets",
        )
    return active


def wrap(array: Any) -> Any:
    """A tensor over `array`, which is not copied."""
    tensor = _new(_tensor_class)
    tensor._data = array if type(array) is np.ndarray else np.asarray(array)
    tensor._node = None
    return tensor


def wrap_value(value: Any) -> Any:
    """A captured tensor that stands for a value of the capture under way."""
    tensor = _new(_tensor_class)
    tensor._data = tensor._dims = tensor._origin = tensor._place = tensor._node = None
    tensor._value = value
    tensor._version = 0
    return tensor


def wrap_dims(dims: Any) -> Any:
    """An i64 tensor with these contents, symbolic or not."""
    array = np.asarray(dims, dtype=object)
    if not any(isinstance(d, Sym) for d in array.flat):
        return wrap(array.astype(np.int64))
    tensor = wrap_value(None)
    tensor._dims = array
    return tensor


def type_of(tensor: TensorBase) -> TensorType:
    """The shape and dtype of any tensor."""
    if tensor._data is not None:
        return TensorType(tensor._data.shape, dtypes.FROM_NUMPY[tensor._data.dtype])
    if tensor._dims is not None:
        return TensorType(tensor._dims.shape, dtypes.i64)
    found: TensorType = tensor._value.type
    return found
