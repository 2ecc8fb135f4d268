"""The Tensor: a NumPy array, or a value of the Snapshot being captured, behind PyTorch's methods.

Most methods are generated from the op table (`hodu._methods`); here stand the operators, the
properties and the ways in and out of Hodu.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NoReturn, overload

import numpy as np

import hodu.functional as f
from hodu._gradients import TensorGradients
from hodu.devices import CPU, Device
from hodu.dims import Dim
from hodu.dispatch.base import bind_tensor_class, type_of, wrap
from hodu.dtypes import FROM_NUMPY, DType, Number, python_value
from hodu.errors import ArgumentError, CaptureError, GradientError
from hodu.ops._rules import axis_of
from hodu.shapes import Shape, numel
from hodu.source import location

if TYPE_CHECKING:
    import numpy.typing as npt


class Tensor(TensorGradients):
    """An n-dimensional array of one dtype, or a stand-in for one during capture.

    `Tensor(data)` copies its argument, as `hodu.tensor(data)` does.
    """

    __slots__ = ()
    __array_priority__ = 1000.0
    __hash__ = object.__hash__

    def __init__(self, data: Any, dtype: DType | str | None = None) -> None:
        self._data = f.tensor(data, dtype=dtype)._data
        self._node = None

    def _self(self) -> Tensor:
        """`self`, for the generated methods, which are written for its base."""
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

    @overload
    def size(self, dim: None = None) -> Shape: ...
    @overload
    def size(self, dim: builtins.int) -> Dim: ...
    def size(self, dim: builtins.int | None = None) -> Shape | Dim:
        """The shape, or the size of one dimension."""
        return self.shape if dim is None else self.shape[axis_of(dim, self.ndim)]

    def dim(self) -> builtins.int:
        """The number of dimensions."""
        return self.ndim

    def numel(self) -> Dim:
        """The number of elements."""
        return numel(self.shape)

    ndimension = dim
    nelement = numel

    def element_size(self) -> builtins.int:
        """Bytes of one element."""
        return self.itemsize

    def stride(self, dim: builtins.int | None = None) -> Any:
        """Strides in elements, or the stride of one dimension."""
        array = self._array("stride()")
        strides = tuple(s // array.itemsize for s in array.strides)
        return strides if dim is None else strides[axis_of(dim, len(strides))]

    def is_contiguous(self) -> builtins.bool:
        """Whether the elements lie in row-major order without gaps."""
        return self._data is None or self._data.flags.c_contiguous

    def is_floating_point(self) -> builtins.bool:
        """Whether the dtype is a float."""
        return self.dtype.is_float

    def is_signed(self) -> builtins.bool:
        """Whether the dtype holds negative values."""
        return self.dtype.is_signed

    def data_ptr(self) -> builtins.int:
        """The address of the first element."""
        return int(self._array("data_ptr()").__array_interface__["data"][0])

    # -- out of Hodu ------------------------------------------------------------------------

    def numpy(self) -> npt.NDArray[Any]:
        """The data as a NumPy array that shares memory.

        Raises GradientError for a tensor that requires grad: its gradient would not follow.
        """
        if self._node is not None:
            raise GradientError(
                "numpy() of a tensor that requires grad: what NumPy computes has no gradient",
                where=location(),
                hint="call .detach() first",
            )
        return self._array("numpy()")

    def _array(self, what: str) -> npt.NDArray[Any]:
        if self._data is None:
            self._no_data(what)
        return self._data

    def cpu(self) -> Tensor:
        """The tensor itself: eager tensors live in host memory."""
        return self

    def item(self) -> Number:
        """The value of a tensor of one element."""
        array = self._array("item()")
        if array.size != 1:
            raise ArgumentError(
                f"item() needs one element, this tensor has shape {list(self.shape)}",
                where=location(),
            )
        return python_value(array)

    def tolist(self) -> Any:
        """The data as nested lists of Python numbers."""
        array = self._array("tolist()")
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

    def __array_wrap__(
        self,
        array: npt.NDArray[Any],
        context: Any = None,
        return_scalar: builtins.bool = False,
    ) -> Any:
        return wrap(array) if array.dtype in FROM_NUMPY else array

    def __dlpack__(self, **options: Any) -> Any:
        from hodu.interop import to_dlpack

        return to_dlpack(self.numpy(), **options)

    def __dlpack_device__(self) -> tuple[builtins.int, builtins.int]:
        return (1, 0)

    def __buffer__(self, flags: builtins.int) -> memoryview:
        return memoryview(self.numpy())  # type: ignore[arg-type]

    def __reduce__(self) -> Any:
        self._require_leaf("pickling")
        return (_restored, (self._array("pickling"), self.requires_grad))

    def __deepcopy__(self, memo: dict[builtins.int, Any]) -> Tensor:
        self._require_leaf("a deep copy")
        copied = wrap(self._array("a deep copy").copy()).requires_grad_(self.requires_grad)
        if self.grad is not None:
            copied.grad = wrap(self.grad._array("a deep copy").copy())
        return copied

    def _require_leaf(self, what: str) -> None:
        if not self.is_leaf:
            raise GradientError(
                f"{what} of a tensor that was computed from others that require grad",
                where=location(),
                hint="call .detach() first",
            )

    # -- conversions and containers ---------------------------------------------------------

    def __bool__(self) -> builtins.bool:
        if self._data is None:
            if self._dims is None:
                self._no_data("a decision in Python")
            return bool(self._dims.item())
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


def _restored(array: npt.NDArray[Any], requires_grad: builtins.bool) -> Tensor:
    """A tensor that was pickled."""
    return wrap(array).requires_grad_(requires_grad)


bind_tensor_class(Tensor)
