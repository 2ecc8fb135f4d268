"""Functions with a gradient of their own: `hodu.autograd.Function`, as in PyTorch."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from hodu.dispatch import writes
from hodu.dispatch.base import TensorBase, type_of, wrap, wrap_value
from hodu.dispatch.gradients import to_input
from hodu.dispatch.tape import Node, attach, edge_of, grad_enabled, is_tracked, keep, restore
from hodu.errors import GradientError
from hodu.ops._table import F
from hodu.shapes import TensorType


class Context:
    """What `forward` leaves for `backward`: tensors by `save_for_backward`, all else as attributes.

    `needs_input_grad` says for each argument whether its gradient is wanted.
    """

    def __init__(self, needs: tuple[bool, ...]) -> None:
        self.needs_input_grad = needs
        self._saved: Sequence[Any] = ()
        self._without: set[int] = set()
        self._dirty: set[int] = set()
        self._materialize = True
        self._node: FunctionNode | None = None

    def save_for_backward(self, *tensors: Any) -> None:
        """Keep inputs, results or other tensors (or None) for `backward`."""
        self._saved = tensors

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        """The tensors that were kept, in order."""
        return tuple(self._saved) if self._node is None else self._node.saved()

    def mark_non_differentiable(self, *tensors: TensorBase) -> None:
        """Say which results have no gradient."""
        self._without = {id(t) for t in tensors}

    def mark_dirty(self, *tensors: TensorBase) -> None:
        """Say which inputs `forward` wrote in place; they must be returned."""
        self._dirty = {id(t) for t in tensors}

    def set_materialize_grads(self, value: bool) -> None:
        """Whether `backward` is given zeros (the default) or None for results without gradient."""
        self._materialize = value


class Function:
    """A function with a gradient of its own; call it by `apply`.

    Subclasses define the static methods `forward(ctx, *args)` and `backward(ctx, *gradients)`,
    which returns the gradient of each argument, None for those without. Instead of taking `ctx`,
    `forward` may leave it to `setup_context(ctx, inputs, output)`. In `forward` nothing is put on
    the tape; what `backward` does is, when a gradient of the gradient is wanted.
    """

    forward: ClassVar[Callable[..., Any]]
    backward: ClassVar[Callable[..., Any]]
    setup_context: ClassVar[Callable[..., Any] | None] = None

    @classmethod
    def apply(cls, *args: Any) -> Any:
        """Call `forward`, and put its results on the tape."""
        tracked = grad_enabled.get() and is_tracked(args)
        needs = tuple(isinstance(a, TensorBase) and a._node is not None for a in args)
        context = Context(needs if tracked else (False,) * len(args))
        edges = [edge_of(a) if isinstance(a, TensorBase) else None for a in args]
        token = grad_enabled.set(False)
        try:
            result = cls._call(context, args)
        finally:
            grad_enabled.reset(token)
        if not tracked:
            return result
        results = list(result) if isinstance(result, (tuple, list)) else [result]
        node = FunctionNode(cls, context, args, edges, results)
        placed = [_placed(node, i, t, args) for i, t in enumerate(results)]
        node.finish(args, results)
        return type(result)(placed) if isinstance(result, (tuple, list)) else placed[0]

    @classmethod
    def _call(cls, context: Context, args: Sequence[Any]) -> Any:
        if cls.setup_context is None:
            return cls.forward(context, *args)
        result = cls.forward(*args)
        cls.setup_context(context, tuple(args), result)
        return result


def _placed(node: FunctionNode, index: int, result: Any, args: Sequence[Any]) -> Any:
    """A result on the tape: an argument that is returned unwritten is another tensor from then."""
    context = node.context
    if not isinstance(result, TensorBase) or id(result) in context._without:
        return result
    if not type_of(result).dtype.is_float:
        return result
    if id(result) not in context._dirty and any(result is a for a in args):
        result = wrap(result._data) if result._data is not None else wrap_value(result._value)
    return attach(result, node, index)


class FunctionNode(Node):
    """A call of a `Function`."""

    __slots__ = (
        "_edges_kept",
        "_kept",
        "context",
        "function",
        "released",
        "results",
        "time",
        "types",
    )

    def __init__(
        self,
        function: type[Function],
        context: Context,
        args: Sequence[Any],
        edges: Sequence[Any],
        results: Sequence[Any],
    ) -> None:
        super().__init__(edges, len(results))
        self.function, self.context = function, context
        self.types = [type_of(a) if isinstance(a, TensorBase) else None for a in args]
        self.results = [type_of(t) if isinstance(t, TensorBase) else None for t in results]
        self.released = False

    def finish(self, args: Sequence[Any], results: Sequence[Any]) -> None:
        """Keep what was saved as data and places, so that results do not hold themselves."""
        places = {id(t): (self, i) for i, t in enumerate(results)}
        places |= {id(a): e for a, e in zip(args, self.edges, strict=True)}  # type: ignore[misc]
        saved = self.context._saved
        self._edges_kept = [None if t is None else places.get(id(t), edge_of(t)) for t in saved]
        self._kept: Sequence[Any] = [None if t is None else keep(t) for t in saved]
        self.context._saved, self.context._node = (), self
        self.time = writes.now()

    def name(self) -> str:
        return self.function.__name__

    def saved(self) -> tuple[Any, ...]:
        """The tensors that were saved, on the tape where they were."""
        self._check_kept()
        write = writes.written_since(self.time, [k for k in self._kept if _is_array(k)])
        if write is not None:
            raise GradientError(
                f"a tensor that {self.name()} saved was written in place since: by "
                f"{write.call}() at {write}",
                where=None if self.place is None else str(self.place),
                hint="write to a .clone() of it, or after the backward pass",
            )
        pairs = zip(self._kept, self._edges_kept, strict=True)
        return tuple(None if k is None else restore(k, e) for k, e in pairs)

    def _check_kept(self) -> None:
        if self.released:
            raise GradientError(
                f"the tensors that {self.name()} saved are gone: a backward pass went through it "
                "before",
                where=None if self.place is None else str(self.place),
                hint="give retain_graph=True to the first of them",
            )

    def backward(self, cts: Sequence[Any], wanted: Sequence[bool]) -> Sequence[Any]:
        self._check_kept()
        if self.context._materialize:
            pairs = zip(cts, self.results, strict=True)
            cts = [_zeros(t) if ct is None and t is not None else ct for ct, t in pairs]
        found = self.function.backward(self.context, *cts)
        gradients = list(found) if isinstance(found, (tuple, list)) else [found]
        gradients += [None] * (len(self.edges) - len(gradients))
        if len(gradients) > len(self.edges) and any(g is not None for g in gradients):
            raise GradientError(
                f"{self.name()}.backward() returned {len(gradients)} gradients for "
                f"{len(self.edges)} arguments",
                hint="return one for each argument of forward, None for those without",
            )
        triples = zip(gradients, self.types, wanted, strict=False)
        return [self._fitted(g, t) if w else None for g, t, w in triples]

    def _fitted(self, gradient: Any, own: TensorType | None) -> Any:
        if gradient is None or own is None:
            return None
        return to_input(self.name(), gradient, own.shape, own.dtype.numpy)

    def release(self) -> None:
        self.released, self._kept = True, ()


def _zeros(t: TensorType) -> Any:
    return F.zeros(t.shape, dtype=t.dtype)


def _is_array(kept: Any) -> bool:
    return isinstance(kept, writes.ARRAY)


def once_differentiable(backward: Callable[..., Any]) -> Callable[..., Any]:
    """For a `backward` that has no gradient itself: what it computes stays off the tape."""

    @functools.wraps(backward)
    def run(context: Context, *gradients: Any) -> Any:
        token = grad_enabled.set(False)
        try:
            return backward(context, *gradients)
        finally:
            grad_enabled.reset(token)

    return run
