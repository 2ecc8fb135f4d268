"""The Tensor: a NumPy array, or a value of the Snapshot being captured, behind PyTorch's methods.

Most methods are generated from the op table (`hodu._methods`); here stand the operators, the
properties and the ways in and out of Hodu.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from typing import Any, NoReturn, TypeAlias

import numpy as np
import numpy.typing as npt

import hodu.functional as f
from hodu._methods import TensorMethods
from hodu.devices import CPU, Device
from hodu.dims import Dim, Sym
from hodu.dispatch.apply import apply
from hodu.dispatch.base import bind_tensor_class, quiet, type_of
from hodu.dispatch.inplace import assign
from hodu.dtypes import FROM_NUMPY, DType, python_value
from hodu.errors import ArgumentError, CaptureError
from hodu.ops._table import REGISTRY, OpDef
from hodu.shapes import Shape, numel
from hodu.source import location

Number: TypeAlias = "builtins.bool | builtins.int | builtins.float"
Operand: TypeAlias = "Tensor | Number | npt.NDArray[Any]"
_EMPTY: dict[str, Any] = {}
_ADD, _SUB, _MUL, _DIV = (REGISTRY[name] for name in ("add", "sub", "mul", "div"))
_FLOOR_DIVIDE = REGISTRY["floor_divide"]
_REMAINDER = REGISTRY["remainder"]
_POW = REGISTRY["pow"]
_MATMUL = REGISTRY["matmul"]
_BITWISE_AND = REGISTRY["bitwise_and"]
_BITWISE_OR = REGISTRY["bitwise_or"]
_BITWISE_XOR = REGISTRY["bitwise_xor"]
_BITWISE_LEFT_SHIFT = REGISTRY["bitwise_left_shift"]
_BITWISE_RIGHT_SHIFT = REGISTRY["bitwise_right_shift"]
_EQ = REGISTRY["eq"]
_NE = REGISTRY["ne"]
_LT = REGISTRY["lt"]
_LE = REGISTRY["le"]
_GT = REGISTRY["gt"]
_GE = REGISTRY["ge"]


def _binary(op: OpDef, a: Any, b: Any) -> Any:
    """`apply` for two operands, with a short way for eager tensors of one dtype."""
    if type(a) is type(b) is Tensor:
        x, y = a._data, b._data
        if x is not None and y is not None and x.dtype is y.dtype:
            kernel = op.same_dtype.get(x.dtype)
            if kernel is not None:
                try:
                    result = quiet.run(kernel, x, y)
                except ValueError:
                    return apply(op, (a, b), _EMPTY)
                tensor = _new(Tensor)
                tensor._data = result if type(result) is np.ndarray else np.asarray(result)
                return tensor
    return apply(op, (a, b), _EMPTY) if _is_operand(b) and _is_operand(a) else NotImplemented


def _is_operand(x: object) -> builtins.bool:
    return isinstance(x, (TensorMethods, bool, int, float, np.ndarray, np.generic, Sym))


class Tensor(TensorMethods):
    """An n-dimensional array of one dtype, or a stand-in for one during capture.

    `Tensor(data)` copies its argument, as `hodu.tensor(data)` does.
    """

    __slots__ = ()
    __array_priority__ = 1000.0
    __hash__ = object.__hash__

    def __init__(self, data: Any, dtype: DType | str | None = None) -> None:
        self._data = f.tensor(data, dtype=dtype)._data

    def _self(self) -> Tensor:
        return self

    # -- what it is -------------------------------------------------------------------------

    @property
    def shape(self) -> Shape:
        """The sizes; symbolic ones only during a capture."""
        return self._data.shape if self._data is not None else type_of(self).shape

    @property
    def dtype(self) -> DType:
        """The data type."""
        return FROM_NUMPY[self._data.dtype] if self._data is not None else type_of(self).dtype

    @property
    def device(self) -> Device:
        """Where the data is: eager tensors live in host memory."""
        return CPU

    @property
    def ndim(self) -> builtins.int:
        """The number of dimensions."""
        return len(self.shape)

    @property
    def is_captured(self) -> builtins.bool:
        """Whether this tensor stands for a value of a capture, so that it has no data."""
        return self._data is None

    @property
    def itemsize(self) -> builtins.int:
        """Bytes of one element."""
        return self.dtype.itemsize

    @property
    def nbytes(self) -> builtins.int:
        """Bytes of all the elements."""
        return int(self.numel()) * self.itemsize

    @property
    def T(self) -> Tensor:
        """The transpose: all dimensions reversed."""
        return f.permute(self, tuple(reversed(range(self.ndim))))

    @property
    def mT(self) -> Tensor:
        """The last two dimensions swapped."""
        return f.transpose(self, -2, -1)

    def size(self, dim: builtins.int | None = None) -> Any:
        """The shape, or the size of one dimension."""
        return self.shape if dim is None else self.shape[dim]

    def dim(self) -> builtins.int:
        """The number of dimensions."""
        return self.ndim

    def numel(self) -> Dim:
        """The number of elements."""
        return numel(self.shape)

    def element_size(self) -> builtins.int:
        """Bytes of one element."""
        return self.itemsize

    def stride(self) -> tuple[builtins.int, ...]:
        """Strides in elements."""
        array = self.numpy()
        return tuple(s // array.itemsize for s in array.strides)

    def is_contiguous(self) -> builtins.bool:
        """Whether the elements lie in row-major order without gaps."""
        return self._data is None or self._data.flags.c_contiguous

    def is_floating_point(self) -> builtins.bool:
        """Whether the dtype is a float."""
        return self.dtype.is_float

    def data_ptr(self) -> builtins.int:
        """The address of the first element."""
        return int(self.numpy().__array_interface__["data"][0])

    # -- out of Hodu ------------------------------------------------------------------------

    def numpy(self) -> npt.NDArray[Any]:
        """The data as a NumPy array that shares memory."""
        if self._data is None:
            self._no_data("numpy()")
        return self._data

    def item(self) -> Number:
        """The value of a tensor of one element."""
        array = self.numpy()
        if array.size != 1:
            raise ArgumentError(
                f"item() needs one element, this tensor has shape {list(self.shape)}",
                where=location(),
            )
        return python_value(array)

    def tolist(self) -> Any:
        """The data as nested lists of Python numbers."""
        array = self.numpy()
        plain = array if array.dtype.kind in "biuf" else array.astype(np.float64)
        return plain.tolist()

    def _no_data(self, what: str) -> NoReturn:
        raise CaptureError(
            f"{what} needs the data of a tensor that is being captured (its type is "
            f"{type_of(self)})",
            where=location(),
            hint="keep to tensor operations inside a capture; use hodu.cond or hodu.while_loop "
            "for decisions that depend on data",
        )

    def __array__(
        self, dtype: npt.DTypeLike | None = None, copy: builtins.bool | None = None
    ) -> npt.NDArray[Any]:
        return np.array(self.numpy(), dtype=dtype, copy=copy)

    def __dlpack__(self, **options: Any) -> Any:
        from hodu.interop import to_dlpack

        return to_dlpack(self.numpy(), **options)

    def __dlpack_device__(self) -> tuple[builtins.int, builtins.int]:
        return (1, 0)

    def __buffer__(self, flags: builtins.int) -> memoryview:
        return memoryview(self.numpy())  # type: ignore[arg-type]

    def __reduce__(self) -> Any:
        return (_rebuild, (self.numpy(),))

    def __deepcopy__(self, memo: dict[builtins.int, Any]) -> Tensor:
        if self._data is None:
            self._no_data("a deep copy")
        return _rebuild(self._data.copy())

    # -- conversions and containers ---------------------------------------------------------

    def __bool__(self) -> builtins.bool:
        if self._data is None and self._dims is None:
            self._no_data("a decision in Python")
        if self._data is None:
            return bool(self._dims.item()) if self._dims is not None else False
        if self._data.size != 1:
            raise ArgumentError(
                f"the truth of a tensor of shape {list(self.shape)} is ambiguous",
                where=location(),
                hint="use .any() or .all()",
            )
        return bool(self._data.reshape(()))

    def __int__(self) -> builtins.int:
        return int(self.item())

    def __float__(self) -> builtins.float:
        return float(self.item())

    def __index__(self) -> builtins.int:
        if self.dtype.is_float:
            raise ArgumentError(f"a tensor of {self.dtype} is not an index", where=location())
        return int(self.item())

    def __len__(self) -> builtins.int:
        if not self.shape:
            raise ArgumentError("a 0-d tensor has no length", where=location())
        return int(self.shape[0].__index__())

    def __iter__(self) -> Iterator[Tensor]:
        return (self[i] for i in range(len(self)))

    def __contains__(self, value: Any) -> builtins.bool:
        return bool((self == value).any())

    def __getitem__(self, key: Any) -> Tensor:
        return f.getitem(self, key)

    def __setitem__(self, key: Any, value: Any) -> None:
        f.setitem(self, key, value)

    def __repr__(self) -> str:
        from hodu.display import text

        return text(self)

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if spec else repr(self)

    def _repr_html_(self) -> str:
        from hodu.display import html

        return html(self)

    # -- operators --------------------------------------------------------------------------

    def __add__(self, other: Operand) -> Tensor:
        return _binary(_ADD, self, other)

    def __radd__(self, other: Operand) -> Tensor:
        return _binary(_ADD, other, self)

    def __sub__(self, other: Operand) -> Tensor:
        return _binary(_SUB, self, other)

    def __rsub__(self, other: Operand) -> Tensor:
        return _binary(_SUB, other, self)

    def __mul__(self, other: Operand) -> Tensor:
        return _binary(_MUL, self, other)

    def __rmul__(self, other: Operand) -> Tensor:
        return _binary(_MUL, other, self)

    def __truediv__(self, other: Operand) -> Tensor:
        return _binary(_DIV, self, other)

    def __rtruediv__(self, other: Operand) -> Tensor:
        return _binary(_DIV, other, self)

    def __floordiv__(self, other: Operand) -> Tensor:
        return _binary(_FLOOR_DIVIDE, self, other)

    def __rfloordiv__(self, other: Operand) -> Tensor:
        return _binary(_FLOOR_DIVIDE, other, self)

    def __mod__(self, other: Operand) -> Tensor:
        return _binary(_REMAINDER, self, other)

    def __rmod__(self, other: Operand) -> Tensor:
        return _binary(_REMAINDER, other, self)

    def __pow__(self, other: Operand) -> Tensor:
        return _binary(_POW, self, other)

    def __rpow__(self, other: Operand) -> Tensor:
        return _binary(_POW, other, self)

    def __matmul__(self, other: Operand) -> Tensor:
        return _binary(_MATMUL, self, other)

    def __rmatmul__(self, other: Operand) -> Tensor:
        return _binary(_MATMUL, other, self)

    def __and__(self, other: Operand) -> Tensor:
        return _binary(_BITWISE_AND, self, other)

    def __rand__(self, other: Operand) -> Tensor:
        return _binary(_BITWISE_AND, other, self)

    def __or__(self, other: Operand) -> Tensor:
        return _binary(_BITWISE_OR, self, other)

    def __ror__(self, other: Operand) -> Tensor:
        return _binary(_BITWISE_OR, other, self)

    def __xor__(self, other: Operand) -> Tensor:
        return _binary(_BITWISE_XOR, self, other)

    def __rxor__(self, other: Operand) -> Tensor:
        return _binary(_BITWISE_XOR, other, self)

    def __lshift__(self, other: Operand) -> Tensor:
        return _binary(_BITWISE_LEFT_SHIFT, self, other)

    def __rlshift__(self, other: Operand) -> Tensor:
        return _binary(_BITWISE_LEFT_SHIFT, other, self)

    def __rshift__(self, other: Operand) -> Tensor:
        return _binary(_BITWISE_RIGHT_SHIFT, self, other)

    def __rrshift__(self, other: Operand) -> Tensor:
        return _binary(_BITWISE_RIGHT_SHIFT, other, self)

    def __eq__(self, other: object) -> Tensor:  # type: ignore[override]
        return _binary(_EQ, self, other)

    def __ne__(self, other: object) -> Tensor:  # type: ignore[override]
        return _binary(_NE, self, other)

    def __lt__(self, other: Operand) -> Tensor:  # type: ignore[misc]
        return _binary(_LT, self, other)

    def __le__(self, other: Operand) -> Tensor:  # type: ignore[misc]
        return _binary(_LE, self, other)

    def __gt__(self, other: Operand) -> Tensor:  # type: ignore[misc]
        return _binary(_GT, self, other)

    def __ge__(self, other: Operand) -> Tensor:  # type: ignore[misc]
        return _binary(_GE, self, other)

    def __neg__(self) -> Tensor:
        return f.neg(self)

    def __abs__(self) -> Tensor:
        return f.abs(self)

    def __invert__(self) -> Tensor:
        return f.bitwise_not(self)

    def __pos__(self) -> Tensor:
        return self

    def __iadd__(self, other: Operand) -> Tensor:
        return _in_place(_ADD, self, other)

    def __isub__(self, other: Operand) -> Tensor:
        return _in_place(_SUB, self, other)

    def __imul__(self, other: Operand) -> Tensor:
        return _in_place(_MUL, self, other)

    def __itruediv__(self, other: Operand) -> Tensor:
        return _in_place(_DIV, self, other)

    def __ifloordiv__(self, other: Operand) -> Tensor:
        return _in_place(_FLOOR_DIVIDE, self, other)

    def __imod__(self, other: Operand) -> Tensor:
        return _in_place(_REMAINDER, self, other)

    def __ipow__(self, other: Operand) -> Tensor:
        return _in_place(_POW, self, other)

    def __iand__(self, other: Operand) -> Tensor:
        return _in_place(_BITWISE_AND, self, other)

    def __ior__(self, other: Operand) -> Tensor:
        return _in_place(_BITWISE_OR, self, other)

    def __ixor__(self, other: Operand) -> Tensor:
        return _in_place(_BITWISE_XOR, self, other)

    def __ilshift__(self, other: Operand) -> Tensor:
        return _in_place(_BITWISE_LEFT_SHIFT, self, other)

    def __irshift__(self, other: Operand) -> Tensor:
        return _in_place(_BITWISE_RIGHT_SHIFT, self, other)


def _in_place(op: OpDef, target: Tensor, other: Any) -> Any:
    result = _binary(op, target, other)
    return NotImplemented if result is NotImplemented else assign(target, result)


def _rebuild(array: npt.NDArray[Any]) -> Tensor:
    tensor = _new(Tensor)
    tensor._data = array
    return tensor


_new = object.__new__
bind_tensor_class(Tensor)
