"""Parameters as one vector, and back."""

from __future__ import annotations

from collections.abc import Iterable

import hodu.functional as f
from hodu._tensor import Tensor
from hodu.errors import ShapeError
from hodu.nn._writing import write
from hodu.shapes import format_shape


def parameters_to_vector(parameters: Iterable[Tensor]) -> Tensor:
    """All elements, one parameter after the other."""
    return f.cat([f.reshape(p, (-1,)) for p in parameters])


def vector_to_parameters(vec: Tensor, parameters: Iterable[Tensor]) -> None:
    """Write the elements of a vector into the parameters, one after the other."""
    kept = list(parameters)
    sizes = [int(p.numel()) for p in kept]
    if vec.ndim != 1 or vec.shape[0] != sum(sizes):
        raise ShapeError(
            f"a vector {format_shape(vec.shape)} for parameters of {sum(sizes)} elements in all"
        )
    for parameter, part in zip(kept, f.split(vec, sizes), strict=True):
        write(parameter, f.reshape(part, tuple(parameter.shape)).to(parameter.dtype))
