"""Whether the attributes of a node are of the types that the op's schema gives them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hodu.dims import Sym
from hodu.dtypes import DType
from hodu.ops._schema import Param, Schema
from hodu.snapshot.ir import Snapshot

_TYPES: Mapping[str, tuple[type, ...]] = {
    "int": (int,),
    "float": (float, int),
    "bool": (bool,),
    "str": (str,),
    "Scalar": (bool, int, float),
    "DType": (DType,),
    "Dim": (int, Sym),
    "Snapshot": (Snapshot,),
}


def attr_problems(schema: Schema, attrs: Mapping[str, Any]) -> list[str]:
    """A line for each attribute of another type."""
    return [
        f"the attribute {p.name}={str(attrs[p.name])[:80]} is no {p.type}"
        for p in schema.attrs
        if not _fits(p, attrs[p.name])
    ]


def _fits(param: Param, value: Any) -> bool:
    if value is None:
        return param.optional or (not param.required and param.default is None)
    kinds = _TYPES[param.type.removesuffix("[]")]
    if param.is_list and isinstance(value, (tuple, list)):
        return all(_is(kinds, v) for v in value)
    return _is(kinds, value)


def _is(kinds: tuple[type, ...], value: Any) -> bool:
    if isinstance(value, bool) and bool not in kinds:
        return False
    return isinstance(value, kinds)
