"""How a captured tensor was made: what an export puts around an operator, the import takes off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hodu.dispatch.base import TensorBase, recording, wrap_value

if TYPE_CHECKING:
    from hodu.snapshot.ir import Node, Value


def maker(x: Any) -> Node | None:
    """The node that yields a tensor; None for known contents, inputs, and what is on the tape."""
    if not isinstance(x, TensorBase) or x._data is not None or x._node is not None:
        return None
    made: Node | None = None if x._value is None else x._value.producer
    return made


def unwrapped(x: Any, axis: int) -> Any:
    """The tensor to which an axis of size 1 was added, None if that is not how it was made."""
    node = maker(x)
    if node is None or node.op not in ("unsqueeze", "stack") or len(node.inputs) != 1:
        return None
    return wrap_value(node.inputs[0]) if node.attrs["dim"] % x.ndim == axis % x.ndim else None


def source(value: Value | None, op: str) -> Value | None:
    """The first input of the op that yields a value, None if another one does."""
    made = None if value is None else value.producer
    return made.inputs[0] if made is not None and made.op == op else None


def limited(value: Value | None, most: float) -> Value | None:
    """The value of which one is the minimum with a number, None if that is not how it was made."""
    made = None if value is None else value.producer
    if made is None or made.op != "minimum":
        return None
    limit = None if made.inputs[1] is None else recording().contents(made.inputs[1])
    return made.inputs[0] if limit is not None and limit.tolist() == most else None


def joined(x: Any) -> list[Any]:
    """The values that were joined along the first axis, none if that is not how it was made."""
    node = maker(x)
    if node is None or node.op != "cat" or node.attrs["dim"] not in (0, -x.ndim):
        return []
    return list(node.inputs)
