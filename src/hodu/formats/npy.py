"""`.npy` and `.npz`: NumPy's files of one array, and of several by name.

They cannot name bf16, f8e4m3 and f8e5m2 (NumPy writes these as raw bytes), so such tensors are
refused in both directions. Pickled objects are never read.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from hodu._tensor import Tensor
from hodu.errors import ArgumentError, FormatError
from hodu.formats import _npy, _npz
from hodu.formats._base import TensorFormat, arrays_of, tensors_of
from hodu.formats._files import atomic_write, map_bytes


class NpyFormat(TensorFormat):
    """One tensor without a name, mapped when it is loaded."""

    name = "npy"
    extensions = (".npy",)

    def recognizes(self, head: bytes) -> bool:
        """Whether the file starts as npy files do."""
        return head.startswith(_npy.MAGIC)

    def load_tensors(self, path: Path) -> dict[str, Tensor]:
        """Map the tensor, under the name ""; it is read-only."""
        data, what = map_bytes(path), "the file"
        try:
            size = _npy.header_size(data[: _npy.PREFIX].tobytes(), what)
            header = _npy.parse_header(data[:size].tobytes(), what)
            return tensors_of({"": _npy.array_of(header, data[header.size :], what)})
        except FormatError as error:
            error.where = str(path)
            raise

    def save_tensors(self, tensors: Mapping[str, Tensor], path: Path) -> None:
        """Write one tensor, which must be nameless."""
        if tensors.keys() != {""}:
            raise ArgumentError(
                f"an npy file holds one tensor without a name, not {', '.join(map(repr, tensors))}",
                hint="save tensors by name as .npz, .hdt or .safetensors",
            )
        (array,) = arrays_of(tensors).values()
        _npy.check_writable(array, "the tensor", "npy")
        with atomic_write(path) as file:
            np.lib.format.write_array(file, array, allow_pickle=False)


class NpzFormat(TensorFormat):
    """Tensors by name in a zip file, read into memory when they are loaded."""

    name = "npz"
    extensions = (".npz",)

    def recognizes(self, head: bytes) -> bool:
        """Whether the file starts as npz files do."""
        return _npz.recognizes(head)

    def load_tensors(self, path: Path) -> dict[str, Tensor]:
        """Read the tensors of an archive."""
        return tensors_of(_npz.read_npz(path))

    def save_tensors(self, tensors: Mapping[str, Tensor], path: Path) -> None:
        """Write tensors by name."""
        _npz.write_npz(path, arrays_of(tensors))


plugin = NpyFormat()
npz_plugin = NpzFormat()
