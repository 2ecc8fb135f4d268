"""Functions that see the gradients of a module's results and inputs.

The inputs and the results pass through a function that changes nothing; what comes back through it
are the gradients.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from hodu._tensor import Tensor
from hodu.autograd.function import Function
from hodu.autograd.modes import is_grad_enabled
from hodu.errors import ValueRangeError

Gradients = tuple[Any, ...]


class _Through(Function):
    """The tensors as they are; their gradients are what `change` makes of them."""

    @staticmethod
    def forward(ctx: Any, change: Callable[[Gradients], Gradients], *tensors: Any) -> Gradients:
        ctx.change = change
        ctx.set_materialize_grads(False)
        return tensors

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Gradients:
        return (None, *ctx.change(gradients))


class Watch:
    """One call of a module whose gradients hooks see.

    `before(module, outputs)` may return other gradients of the results, and
    `after(module, inputs, outputs)` other ones of the inputs.
    """

    def __init__(
        self, module: Any, before: Iterable[Callable[..., Any]], after: Iterable[Callable[..., Any]]
    ) -> None:
        self._module, self._before, self._after = module, list(before), list(after)
        self._outputs: Gradients | None = None
        self._sees_inputs = False

    def inputs(self, args: Gradients) -> Gradients:
        """The arguments, whose gradients are seen."""
        passed, self._sees_inputs = _passed(args, self._input_gradients)
        return passed

    def results(self, result: Any) -> Any:
        """The result, whose gradients are seen: a tensor, or a tuple or list with tensors."""
        several = isinstance(result, (tuple, list))
        passed, _ = _passed(tuple(result) if several else (result,), self._output_gradients)
        if not several:
            return passed[0]
        return type(result)(*passed) if hasattr(result, "_fields") else type(result)(passed)

    def _output_gradients(self, gradients: Gradients) -> Gradients:
        for hook in self._before:
            gradients = _changed(hook(self._module, gradients), gradients)
        self._outputs = gradients
        if not self._sees_inputs:
            for hook in self._after:
                hook(self._module, (), gradients)
        return gradients

    def _input_gradients(self, gradients: Gradients) -> Gradients:
        if self._outputs is None:  # they flow past the results, as those of gradients do
            return gradients
        for hook in self._after:
            gradients = _changed(hook(self._module, gradients, self._outputs), gradients)
        return gradients


def _passed(values: Gradients, change: Callable[[Gradients], Gradients]) -> tuple[Gradients, bool]:
    """The values with their tensors passed through; whether gradients will come back."""
    places = [i for i, v in enumerate(values) if isinstance(v, Tensor)]
    if not is_grad_enabled() or not any(values[i].requires_grad for i in places):
        return values, False

    def spread(gradients: Gradients) -> Gradients:
        at = dict(zip(places, gradients, strict=True))
        new = change(tuple(at.get(i) for i in range(len(values))))
        return tuple(new[i] for i in places)

    passed = dict(zip(places, _Through.apply(spread, *(values[i] for i in places)), strict=True))
    return tuple(passed.get(i, v) for i, v in enumerate(values)), True


def _changed(returned: Any, gradients: Gradients) -> Gradients:
    if returned is None:
        return gradients
    new: Sequence[Any] = returned if isinstance(returned, (tuple, list)) else (returned,)
    if len(new) != len(gradients):
        raise ValueRangeError(
            f"a backward hook returned {len(new)} gradients for {len(gradients)}",
            hint="return None, or one for each",
        )
    return tuple(new)
