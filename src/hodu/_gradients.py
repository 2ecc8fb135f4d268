"""What gradients add to `Tensor`: requires_grad, grad, backward, detach, hooks."""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from hodu._operators import TensorOperators
from hodu.dispatch.base import TensorBase, recorder_var, wrap, wrap_value
from hodu.dispatch.tape import Leaf, Node, require
from hodu.errors import ArgumentError, GradientError, ShapeError
from hodu.ops._table import F
from hodu.shapes import format_shape
from hodu.source import location

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_hook_ids = itertools.count()


class RemovableHandle:
    """A hook that was registered; `remove()` takes it away. A context manager too."""

    def __init__(self, hooks: dict[int, Any], hook: Any) -> None:
        self._hooks, self._id = hooks, next(_hook_ids)
        hooks[self._id] = hook

    def remove(self) -> None:
        """Take the hook away."""
        self._hooks.pop(self._id, None)

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()


class TensorGradients(TensorOperators):
    """The part of `Tensor` that is about gradients."""

    __slots__ = ()

    @property
    def requires_grad(self) -> bool:
        """Whether gradients flow to this tensor; set it to make a leaf of a tensor of floats."""
        return self._node is not None

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        if value:
            require(self)
        elif isinstance(self._node, Leaf):
            self._node = None
        elif self._node is not None:
            raise GradientError(
                "requires_grad can be turned off only for leaves, and this tensor was computed "
                f"by {self._node.name()}",
                where=location(),
                hint="use .detach()",
            )

    def requires_grad_(self, requires_grad: bool = True) -> Tensor:
        """Set `requires_grad`; returns the tensor."""
        self.requires_grad = requires_grad
        return self._self()

    @property
    def grad(self) -> Tensor | None:
        """The gradient that backward passes have added up here, or None."""
        return getattr(self, "_grad", None)

    @grad.setter
    def grad(self, value: Tensor | None) -> None:
        if value is not None:
            self._check_gradient(value)
        self._grad = value

    @grad.deleter
    def grad(self) -> None:
        self._grad = None

    def _check_gradient(self, value: Any) -> None:
        own = self._self()
        if not isinstance(value, TensorBase):
            raise ArgumentError(
                f"a gradient is a tensor or None, not {type(value).__name__}", where=location()
            )
        other: Any = value
        if other.shape != own.shape or other.dtype is not own.dtype:
            raise ShapeError(
                f"a gradient of {other.dtype}{format_shape(other.shape)} for a tensor of "
                f"{own.dtype}{format_shape(own.shape)}",
                where=location(),
            )

    @property
    def grad_fn(self) -> Node | None:
        """The node of the tape that made this tensor; None for a leaf."""
        return None if self.is_leaf else self._node

    @property
    def is_leaf(self) -> bool:
        """Whether this tensor was not computed from others that require grad."""
        return self._node is None or isinstance(self._node, Leaf)

    @property
    def retains_grad(self) -> bool:
        """Whether `retain_grad` was called on this tensor, which is no leaf."""
        retained = None if self._node is None else self._node.retained
        return retained is not None and self._index in retained

    def retain_grad(self) -> None:
        """Let a tensor that is no leaf collect its gradient in `.grad` as well."""
        if self._node is None:
            self._no_gradient("retain_grad()")
        if self.is_leaf:
            return
        if self._node.retained is None:
            self._node.retained = {}
        self._node.retained[self._index] = weakref.ref(self)

    def _no_gradient(self, what: str) -> None:
        raise GradientError(
            f"{what} of a tensor that does not require grad",
            where=location(),
            hint="call .requires_grad_() on what it is computed from",
        )

    def detach(self) -> Tensor:
        """The same data without a gradient; memory is shared."""
        if self._data is not None:
            return wrap(self._data)
        recorder = recorder_var.get()
        if self._node is not None and recorder is not None and recorder.differentiates:
            return F._detach(self._self())
        found = wrap_value(self._value)
        found._dims, found._origin, found._version = self._dims, self._origin, self._version
        return found

    def detach_(self) -> Tensor:
        """Take the tensor off the tape; returns it."""
        if self._node is not None and self._data is not None and self._origin is not None:
            raise GradientError(
                "a view cannot be taken off the tape in place",
                where=location(),
                hint="use .detach()",
            )
        if self._data is None:
            self._value = self.detach()._value
        self._node = None
        return self._self()

    def backward(
        self,
        gradient: Tensor | None = None,
        retain_graph: bool | None = None,
        create_graph: bool = False,
        inputs: Tensor | Sequence[Tensor] | None = None,
    ) -> None:
        """Add the gradients of this tensor to `.grad` of the leaves that it was computed from.

        `gradient` weighs its elements, and may be left out where there is one. `inputs` are the
        only leaves to compute gradients of. Raises GradientError, also where the graph was freed
        by an earlier pass without `retain_graph`.
        """
        from hodu.autograd.api import backward

        backward(self._self(), gradient, retain_graph, create_graph, inputs)

    def register_hook(self, hook: Callable[[Tensor], Tensor | None]) -> RemovableHandle:
        """Call `hook` with the gradient of this tensor when it is known; it may return another."""
        if self._node is None:
            self._no_gradient("register_hook()")
        if self._node.hooks is None:
            self._node.hooks = {}
        return RemovableHandle(self._node.hooks.setdefault(self._index, {}), hook)

    def register_post_accumulate_grad_hook(self, hook: Callable[[Tensor], None]) -> RemovableHandle:
        """Call `hook` with this leaf after a gradient was added to its `.grad`."""
        if not isinstance(self._node, Leaf):
            raise GradientError(
                "register_post_accumulate_grad_hook() is for leaves that require grad",
                where=location(),
            )
        return RemovableHandle(self._node.after, hook)
