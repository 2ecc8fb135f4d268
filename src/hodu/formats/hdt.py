"""`.hdt`: tensors in a safetensors file with Hodu's mark; one may go without a name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from hodu._tensor import Tensor
from hodu.errors import FormatError
from hodu.formats import _stamp
from hodu.formats._base import TensorFormat, arrays_of, tensors_of
from hodu.formats._mapped import read_mapped, write_mapped

MAJOR, MINOR = 1, 0


class HdtFormat(TensorFormat):
    """Tensors of all dtypes, mapped when they are loaded."""

    name = "hdt"
    extensions = (".hdt",)

    def recognizes(self, head: bytes) -> bool:
        """Whether the file carries the mark of this format."""
        return _stamp.recognizes(head, self.name)

    def load_tensors(self, path: Path) -> dict[str, Tensor]:
        """Map the tensors of a file; they are read-only."""
        mapped = read_mapped(path)
        try:
            _stamp.read_stamp(mapped.metadata, self.name, MAJOR)
        except FormatError as error:
            error.where = str(path)
            raise
        return tensors_of(mapped.arrays)

    def save_tensors(self, tensors: Mapping[str, Tensor], path: Path) -> None:
        """Write tensors by name."""
        stamp = msgspec.json.encode(_stamp.Stamp(self.name, (MAJOR, MINOR))).decode()
        write_mapped(path, arrays_of(tensors), {_stamp.KEY: stamp})


plugin = HdtFormat()
