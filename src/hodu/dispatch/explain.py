"""Turning a kernel's failure into an error that teaches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hodu import dtypes
from hodu.errors import ArgumentError, HoduError, OutOfRangeError, ValueRangeError
from hodu.ops._table import OpDef
from hodu.shapes import TensorType
from hodu.source import location


def explain(
    op: OpDef,
    arrays: Sequence[Any],
    attrs: Mapping[str, Any],
    error: Exception,
    where: str | None = None,
) -> HoduError:
    """The error to raise for a kernel that failed: the shape rule's own, if it finds fault."""
    if isinstance(error, HoduError):
        error.where = error.where or (where or location())
        return error
    types = [_type_nested(a) for a in arrays]
    if op.infer is not None:
        try:
            op.infer(*types, **attrs)
        except HoduError as better:
            better.where = better.where or (where or location())
            return better
        except Exception:
            pass  # the rule finds no fault that it can name: the kernel's own error is told below
    kinds = {IndexError: OutOfRangeError, TypeError: ArgumentError}
    cls = next((new for old, new in kinds.items() if isinstance(error, old)), ValueRangeError)
    shown = ", ".join([*map(_show, types), *(f"{k}={v!r}" for k, v in attrs.items())])
    return cls(f"{op.name}({shown}): {error}", where=(where or location()))


def _type_nested(a: Any) -> Any:
    if isinstance(a, list):
        return [_type_nested(e) for e in a]
    return None if a is None else TensorType(a.shape, dtypes.FROM_NUMPY[a.dtype])


def _show(types: Any) -> str:
    return f"[{', '.join(map(_show, types))}]" if isinstance(types, list) else str(types)
