"""Checking what is given to `execute`, with the same errors for every runtime."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from hodu._tensor import Tensor
from hodu.artifact import ArtifactTensorInfo
from hodu.dispatch.inplace import check_writable
from hodu.dtypes import FROM_NUMPY
from hodu.errors import ArgumentError, DTypeError
from hodu.ops._table import Array
from hodu.plugins.interfaces import TensorLike


def check_names(inputs: Mapping[str, TensorLike], expected: Sequence[ArtifactTensorInfo]) -> None:
    """Raise ArgumentError unless `inputs` has exactly the names that are expected."""
    wanted = {info.name: info for info in expected}
    if not isinstance(inputs, Mapping):
        raise ArgumentError(
            f"the inputs are given by name, not as a {type(inputs).__name__}",
            hint=f"as in execute({{{', '.join(f'{n!r}: ...' for n in wanted)}}})",
        )
    missing = [str(wanted[n]) for n in wanted if n not in inputs]
    unknown = [n for n in inputs if n not in wanted]
    if missing or unknown:
        parts = [f"missing inputs: {', '.join(missing)}"] if missing else []
        parts += [f"unknown inputs: {', '.join(unknown)}"] if unknown else []
        raise ArgumentError(
            "; ".join(parts),
            hint=f"the inputs are {', '.join(map(str, wanted.values())) or 'none'}",
        )


def as_array(x: Any) -> Array:
    """The array of an input, of whatever shape; raises DTypeError for a dtype Hodu lacks."""
    if isinstance(x, Tensor):
        return x.numpy()
    array = np.asarray(x)
    if array.dtype not in FROM_NUMPY:
        raise DTypeError(
            f"an input is an array of {array.dtype}, which Hodu does not have",
            hint="inputs are tensors and arrays of numbers or booleans",
        )
    return array


def keep_updates(
    aliases: Mapping[str, str],
    states: dict[str, Array],
    inputs: Mapping[str, Array],
    results: dict[str, Array],
) -> None:
    """Take what states and updated inputs become out of `results`, and put it into them.

    Raises ValueRangeError, before anything is written, for an updated input that is read-only.
    """
    for name in aliases.values():
        if name not in states:
            check_writable(inputs[name])
    for output, name in aliases.items():
        if name in states:
            states[name] = results.pop(output)
        else:
            np.copyto(inputs[name], results.pop(output))
