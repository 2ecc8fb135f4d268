"""Tensors that a module owns: parameters, which are trained, and buffers, which are not."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import hodu.functional as f
from hodu._tensor import Tensor
from hodu.dispatch.base import type_of
from hodu.errors import CaptureError


class _Owned(Tensor):
    """A tensor over the memory of the one that it is made of."""

    __slots__ = ()

    def _take(self, data: Any) -> None:
        given = f.empty((0,)) if data is None else f.as_tensor(data)
        if given._data is None:
            raise CaptureError(
                f"a {type(self).__name__} of a tensor that is being captured ({type_of(given)})",
                hint="make modules outside of captures",
            )
        self._data = given._data
        self._node = None


class Parameter(_Owned):
    """A tensor that is trained: assigned to an attribute of a module, it is its parameter.

    Shares memory with `data`; without it, empty.
    """

    __slots__ = ()

    def __init__(self, data: Any = None, requires_grad: bool = True) -> None:
        self._take(data)
        self.requires_grad_(requires_grad)

    def __repr__(self) -> str:
        return f"Parameter containing:\n{super().__repr__()}"

    def __reduce__(self) -> tuple[Callable[..., Parameter], tuple[Any, ...]]:
        return Parameter, (self.detach().numpy(), self.requires_grad)

    def __deepcopy__(self, memo: dict[int, Any]) -> Parameter:
        copied = Parameter(self.detach().numpy().copy(), self.requires_grad)
        copied.grad = copy.deepcopy(self.grad, memo)
        return copied


class Buffer(_Owned):
    """A tensor that belongs to the state of a module but is not trained.

    A buffer that is not `persistent` is left out of `state_dict`.
    """

    __slots__ = ("persistent",)
    persistent: bool

    def __init__(self, data: Any = None, *, persistent: bool = True) -> None:
        self._take(data)
        self.persistent = persistent

    def __reduce__(self) -> tuple[Callable[..., Buffer], tuple[Any, ...]]:
        return _buffer, (self.detach().numpy(), self.persistent)

    def __deepcopy__(self, memo: dict[int, Any]) -> Buffer:
        return _buffer(self.detach().numpy().copy(), self.persistent)


def _buffer(data: Any, persistent: bool) -> Buffer:
    return Buffer(data, persistent=persistent)
