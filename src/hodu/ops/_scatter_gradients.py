"""Gradients of writing to places, whatever names the places and however values are joined.

The formulas are those of PyTorch's scatter_reduce; a product is never divided by zero.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hodu.ops._table import F

if TYPE_CHECKING:
    from hodu._tensor import Tensor


@dataclass(frozen=True, slots=True)
class Written:
    """`out`, the `input` with `source` joined to it at places by `how`.

    `read` picks the elements at the places from a tensor like the input; `write` gives a copy of
    one with values joined to it there, as in the call itself.
    """

    input: Tensor
    source: Tensor
    out: Tensor
    how: str
    include_self: bool
    read: Callable[[Tensor], Tensor]
    write: Callable[[Tensor, Tensor, str], Tensor]

    def by_input(self, ct: Tensor) -> Tensor:
        """The gradient by the input."""
        if self.how == "set":
            return self.write(ct, F.zeros_like(self.source), "set")
        if self.how == "mean":
            found = ct / self._count()
        elif self.how == "prod":
            rest = F.where(self.input == 0, 1, self.input)
            found = ct * self._joined(rest, self.source) / rest
        elif self.how == "sum":
            found = ct
        else:
            found = self._is_extreme() * ct / self._ties()
        return found if self.include_self else F.where(self._untouched(), found, 0)

    def by_source(self, ct: Tensor) -> Tensor:
        """The gradient by the source."""
        if self.how == "set":
            return F.where(self._wins(), self.read(ct), 0)
        if self.how == "sum":
            return self.read(ct)
        if self.how == "mean":
            return self.read(ct / self._count())
        if self.how == "prod":
            return self._by_factor(ct)
        return (self.source == self.read(self.out)) * self.read(ct / self._ties())

    def _wins(self) -> Tensor:
        """Which elements of the source are not overwritten by later ones."""
        order = F._reshape(F.arange(self.source.numel()), self.source.shape)
        places = self.write(F.zeros(self.input.shape, dtype=order.dtype), order, "set")
        return self.read(places) == order

    def _untouched(self) -> Tensor:
        return self._added(F.zeros_like(self.input), F.ones_like(self.source)) == 0

    def _count(self) -> Tensor:
        start = F.ones_like(self.input) if self.include_self else F.zeros_like(self.input)
        return F.clamp(self._added(start, F.ones_like(self.source)), min=1)

    def _added(self, to: Tensor, values: Tensor) -> Tensor:
        return self.write(to, values, "sum")

    def _joined(self, x: Tensor, source: Tensor) -> Tensor:
        """The product, in which the input takes part only if it does in the call."""
        start = x if self.include_self else F.where(self._untouched(), x, 1)
        return self.write(start, source, "prod")

    def _is_extreme(self) -> Tensor:
        found = self.input == self.out
        found = found if self.include_self else F.logical_and(found, self._untouched())
        return found.to(self.input.dtype)

    def _ties(self) -> Tensor:
        """Between how many equal extremes a gradient is shared out."""
        own = (self.source == self.read(self.out)).to(self.input.dtype)
        return F.clamp(self._added(self._is_extreme(), own), min=1)

    def _by_factor(self, ct: Tensor) -> Tensor:
        """The product of the others: without the only zero, or divided by what is not zero."""
        is_zero = self.source == 0
        zeros = self._added(F.zeros_like(self.input), is_zero.to(self.input.dtype))
        is_only = F.logical_and(is_zero, self.read(zeros) == 1)
        others = self._joined(self.input, F.where(is_only, 1, self.source))
        divisor = F.where(is_zero, 1, self.source)
        product = self.read(ct * self._joined(self.input, self.source)) / divisor
        return F.where(is_only, self.read(ct * others), product)
