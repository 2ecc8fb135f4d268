"""What scalar and reading rules see: one element of one op's result being computed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hodu.dtypes import DType
from hodu.kernel.builder import KernelBuilder
from hodu.kernel.expr import Expr
from hodu.kernel.narrow import computed
from hodu.lower.index import Extents, Index
from hodu.shapes import TensorType
from hodu.snapshot.ir import Node

if TYPE_CHECKING:
    from hodu.lower.stage import Stage
    from hodu.plan.target import Target


class CannotVectorizeError(Exception):
    """This expression has no vector form; the loop stays scalar."""


def scalar_part(position: Expr) -> Expr:
    """A component of a position with which to compute; raises CannotVectorizeError for a Ramp."""
    if position.lanes > 1:
        raise CannotVectorizeError("positions are computed one by one")
    return position


class Point:
    """An element of result `number` of `node`; `k` is the kernel that computes it."""

    __slots__ = ("_stage", "node", "number")

    def __init__(self, stage: Stage, node: Node, number: int = 0) -> None:
        self._stage = stage
        self.node = node
        self.number = number

    @property
    def k(self) -> KernelBuilder:
        """The kernel under construction."""
        return self._stage.k

    @property
    def target(self) -> Target:
        """The processor that computes it."""
        return self._stage.lowering.target

    @property
    def attrs(self) -> Mapping[str, Any]:
        """The attributes of the node."""
        return self.node.attrs

    @property
    def out(self) -> DType:
        """The dtype in which the result is computed (f32 for narrow floats)."""
        return computed(self.out_type.dtype)

    @property
    def out_type(self) -> TensorType:
        """The type of the result."""
        return self.node.outputs[self.number].type

    def type(self, number: int = 0) -> TensorType:
        """The type of an input."""
        value = self.node.inputs[number]
        assert value is not None
        return value.type

    def has(self, number: int) -> bool:
        """Whether an optional input is there."""
        return number < len(self.node.inputs) and self.node.inputs[number] is not None

    def extents(self, number: int = 0) -> Extents:
        """The sizes of an input."""
        return self._stage.extents(self.type(number).shape)

    def extent(self, dim: Any) -> Expr:
        """A size, symbolic or not, as an expression."""
        return self._stage.extents((dim,))[0]

    def read(self, number: int, position: Index) -> Expr:
        """An element of an input, narrow floats as f32."""
        value = self.node.inputs[number]
        assert value is not None
        return self._stage.value(value, position)

    def fail(
        self, condition: Expr, status: int, message: str, *values: Expr, hint: str = ""
    ) -> None:
        """Leave with an error where `condition` holds; {0} to {3} in the message are `values`."""
        if condition.lanes > 1:
            raise CannotVectorizeError("an error has no vector form")
        self._stage.fail(condition, status, message, *values, hint=hint, node=self.node)
