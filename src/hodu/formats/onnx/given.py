"""The inputs that a model is run with: by name, as values, of the types that it declares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import onnx

from hodu.dispatch.base import TensorBase
from hodu.errors import ArgumentError
from hodu.formats.onnx.dtypes import element_type, held, type_name


def values_by_name(inputs: Any, infos: Sequence[onnx.ValueInfoProto]) -> dict[str, Any]:
    """The values of the inputs of a model, which are given in order, by name, or alone.

    Raises ArgumentError listing what is missing, unknown, or of another type than is declared.
    """
    names = [info.name for info in infos]
    given = inputs if isinstance(inputs, (dict, list, tuple)) else [inputs]
    problems = list(_misnamed(given, names))
    if problems:
        raise ArgumentError(_joined(problems), hint=_listed(names))
    pairs = given.items() if isinstance(given, dict) else zip(names, given, strict=True)
    values = {name: _value(x) for name, x in pairs}
    problems = [text for info in infos for text in _mistyped(info, values[info.name])]
    if problems:
        raise ArgumentError(_joined(problems), hint="cast or reshape what is given")
    return values


def _misnamed(given: Mapping[str, Any] | Sequence[Any], names: Sequence[str]) -> Iterator[str]:
    if isinstance(given, Mapping):
        yield from (f"the model has no input {name!r}" for name in given if name not in names)
        missing = [name for name in names if name not in given]
    else:
        if len(given) > len(names):
            yield f"{len(given)} inputs for a model that takes {len(names)}"
        missing = list(names[len(given) :])
    yield from (f"no value for the input {name!r}" for name in missing)


def _mistyped(info: onnx.ValueInfoProto, value: Any) -> Iterator[str]:
    """What is wrong with a tensor; other values, and those of no declared type, pass."""
    kind = info.type
    if kind.WhichOneof("value") == "optional_type":
        kind = kind.optional_type.elem_type
    if kind.WhichOneof("value") != "tensor_type" or not _is_tensor(value):
        return
    declared, found = kind.tensor_type, element_type(value)
    if declared.elem_type not in (0, found):
        yield (
            f"the input {info.name!r} takes {type_name(declared.elem_type)} and is given "
            f"{type_name(found)}"
        )
    if declared.HasField("shape") and not _fits(value.shape, declared.shape.dim):
        dims = ", ".join(str(_dim(d)) for d in declared.shape.dim)
        yield f"the input {info.name!r} has the shape [{dims}] and is given {list(value.shape)}"


def _is_tensor(value: Any) -> bool:
    return isinstance(value, (TensorBase, np.ndarray))


def _dim(dim: Any) -> Any:
    return dim.dim_value if dim.HasField("dim_value") else dim.dim_param or "?"


def _fits(shape: Sequence[int], dims: Sequence[Any]) -> bool:
    return len(shape) == len(dims) and all(
        not dim.HasField("dim_value") or dim.dim_value == n
        for n, dim in zip(shape, dims, strict=True)
    )


def _value(x: Any) -> Any:
    """Arrays to tensors; texts and maps stay as they are."""
    if x is None or isinstance(x, (TensorBase, dict)):
        return x
    if isinstance(x, (list, tuple)):
        return [_value(v) for v in x]
    array = np.asarray(x)
    return array.astype(object) if array.dtype.kind in "OUS" else held(array)


def _joined(problems: Sequence[str]) -> str:
    return problems[0] if len(problems) == 1 else "\n  ".join(["the inputs do not fit:", *problems])


def _listed(names: Sequence[str]) -> str:
    return f"the inputs are {', '.join(names) or 'none'}; None stands for an optional one"
