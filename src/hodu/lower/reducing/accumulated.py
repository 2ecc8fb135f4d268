"""What sums and products add up: the elements of input 0 in the dtype of the attribute `dtype`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from hodu.dtypes import DType
from hodu.kernel.expr import Expr
from hodu.kernel.narrow import computed
from hodu.lower.index import Index
from hodu.shapes import TensorType
from hodu.snapshot.ir import Node, Value

if TYPE_CHECKING:
    from hodu.lower.stage import Stage


def accumulated(s: Stage) -> tuple[DType, Callable[[Index], Expr]]:
    """The dtype in which a sum or product is added up, and its elements."""
    out = s.out_type().dtype
    within, value = computed(out), s.node.inputs[0]
    assert value is not None
    if s.attrs.get("dtype") not in (None, value.type.dtype):
        value = cast_value(value, out)
    return within, lambda at: s.value(value, at).cast(within)


def cast_value(value: Value, dtype: DType) -> Value:
    """The value as the op `cast` makes it, which has no memory."""
    made = Value(f"{value.name}_cast", TensorType(value.type.shape, dtype))
    node = Node("cast", (value,), {"dtype": dtype}, (made,))
    object.__setattr__(made, "producer", node)
    return made
