"""`.safetensors`: tensors by name, in one file or in shards that an index lists."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from hodu._tensor import Tensor
from hodu.formats import _stamp
from hodu.formats._base import TensorFormat, arrays_of, tensors_of
from hodu.formats._header import MAX_HEADER
from hodu.formats._mapped import read_mapped, write_mapped
from hodu.formats._shards import INDEX, read_shards, write_shards

MAX_SHARD = 5_000_000_000


class SafetensorsFormat(TensorFormat):
    """Tensors of all dtypes, mapped when they are loaded; the metadata is not kept.

    A path that ends with `.safetensors.index.json` stands for a sharded file.
    """

    name = "safetensors"
    extensions = (".safetensors", INDEX)

    def recognizes(self, head: bytes) -> bool:
        """Whether this can be the start of a header, and not one of Hodu's own formats."""
        length = int.from_bytes(head[:8], "little")
        ours = any(_stamp.recognizes(head, name) for name in ("hdt", "hdss"))
        return head[8:9] == b"{" and 2 <= length <= MAX_HEADER and not ours

    def load_tensors(self, path: Path) -> dict[str, Tensor]:
        """Map the tensors of a file, or of the shards that an index lists; they are read-only."""
        sharded = path.name.lower().endswith(INDEX)
        return tensors_of(read_shards(path) if sharded else read_mapped(path).arrays)

    def save_tensors(
        self, tensors: Mapping[str, Tensor], path: Path, max_shard_size: int = MAX_SHARD
    ) -> None:
        """Write tensors by name; for an index, in shards of at most `max_shard_size` bytes."""
        arrays = arrays_of(tensors)
        if path.name.lower().endswith(INDEX):
            write_shards(path, arrays, max_shard_size)
        else:
            write_mapped(path, arrays, {})


plugin = SafetensorsFormat()
