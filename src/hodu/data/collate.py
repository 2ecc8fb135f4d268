"""Items put together to batches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from hodu import functional as f
from hodu._tensor import Tensor
from hodu.dispatch.base import wrap
from hodu.errors import ArgumentError, ShapeError


def default_collate(batch: Sequence[Any]) -> Any:
    """A batch of items: tensors are stacked, containers are filled with batches of their entries.

    Tensors and arrays of one shape become a tensor with one more dimension, numbers a tensor (f64
    for floats, i64 for integers); texts stay a list. Raises ShapeError or ArgumentError.
    """
    first = batch[0]
    if isinstance(first, (Tensor, np.ndarray, np.generic)):
        return _stack(batch)
    if isinstance(first, float):
        return f.tensor(list(batch), dtype="f64")
    if isinstance(first, int):
        return f.tensor(list(batch))
    if isinstance(first, (str, bytes)):
        return list(batch)
    if isinstance(first, Mapping):
        return {key: default_collate(_entries(batch, key)) for key in first}
    if isinstance(first, (tuple, list)):
        return _collate_rows(batch)
    raise ArgumentError(
        f"items of type {type(first).__name__} cannot be put together to a batch",
        hint="give the DataLoader a collate_fn",
    )


def default_convert(item: Any) -> Any:
    """An item that is no part of a batch: arrays become tensors, the rest stays."""
    if isinstance(item, (np.ndarray, np.generic)):
        return f.as_tensor(np.asarray(item))
    if isinstance(item, Mapping):
        return {key: default_convert(value) for key, value in item.items()}
    if isinstance(item, tuple) and hasattr(item, "_fields"):
        return type(item)(*map(default_convert, item))
    return type(item)(map(default_convert, item)) if isinstance(item, (tuple, list)) else item


def _stack(batch: Sequence[Any]) -> Tensor:
    arrays = [
        item.detach().numpy() if isinstance(item, Tensor) else np.asarray(item) for item in batch
    ]
    for number, array in enumerate(arrays):
        if array.shape != arrays[0].shape:
            raise ShapeError(
                f"item {number} of the batch has the shape {list(array.shape)}, item 0 has "
                f"{list(arrays[0].shape)}",
                hint="make them equal in the dataset, or give the DataLoader a collate_fn that "
                "pads them",
            )
    stacked: Tensor = wrap(np.stack(arrays))
    return stacked


def _entries(batch: Sequence[Mapping[Any, Any]], key: Any) -> list[Any]:
    for number, item in enumerate(batch):
        if key not in item:
            raise ArgumentError(f"item {number} of the batch has no {key!r}, item 0 has")
    return [item[key] for item in batch]


def _collate_rows(batch: Sequence[Sequence[Any]]) -> Any:
    first = batch[0]
    for number, item in enumerate(batch):
        if len(item) != len(first):
            raise ShapeError(
                f"item {number} of the batch has {len(item)} entries, item 0 has {len(first)}"
            )
    columns = [default_collate(column) for column in zip(*batch, strict=True)]
    return type(first)(*columns) if hasattr(first, "_fields") else columns
