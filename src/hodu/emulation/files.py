"""Tensors as files of nothing but their elements, which emulated programs read and write."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from hodu.artifact import ArtifactTensorInfo
from hodu.ops._table import Array


def byte_count(info: ArtifactTensorInfo) -> int:
    """The bytes of a tensor whose sizes are known."""
    return int(np.prod(_shape(info), dtype=np.int64)) * info.dtype.itemsize


def write_array(path: Path, array: Array) -> None:
    """Write the elements in row-major order."""
    path.write_bytes(np.ascontiguousarray(array).tobytes())


def read_array(path: Path, info: ArtifactTensorInfo) -> Array:
    """Read the elements of a tensor of this type."""
    return np.frombuffer(path.read_bytes(), info.dtype.numpy).reshape(_shape(info))


def _shape(info: ArtifactTensorInfo) -> list[int]:
    return [int(str(dim)) for dim in info.shape]
