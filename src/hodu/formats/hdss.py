"""`.hdss`: a Snapshot in a safetensors file; the graph is JSON in the metadata (`_records`)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

import msgspec

from hodu._tensor import Tensor
from hodu._version import __version__
from hodu.errors import FormatError, UnsupportedError
from hodu.formats import _stamp
from hodu.formats._graph_read import GraphReader
from hodu.formats._graph_write import GraphWriter
from hodu.formats._header import decode
from hodu.formats._mapped import Mapped, read_mapped, write_mapped
from hodu.formats._records import File
from hodu.plugins.interfaces import Capability, LoadOptions
from hodu.snapshot.bind_dims import bind_dims
from hodu.snapshot.ir import VERSION, Snapshot
from hodu.snapshot.verify import verify
from hodu.toolchain.identity import file_identity

_MINOR = 0


class HdssFormat:
    """Models; constants and states are mapped when they are loaded, and read-only."""

    name = "hdss"
    version = __version__
    extensions = (".hdss",)
    capabilities: frozenset[Capability] = frozenset({"load_model", "save_model"})

    def recognizes(self, head: bytes) -> bool:
        """Whether the file carries the mark of this format."""
        return _stamp.recognizes(head, self.name)

    def load_model(self, path: Path, options: LoadOptions) -> Snapshot:
        """Read and verify a model; raises FormatError or VerifyError."""
        identity = file_identity(path)
        mapped = read_mapped(path)
        try:
            snapshot = verify(_snapshot(mapped))
        except FormatError as error:
            error.where = str(path)
            raise
        snapshot.cache["origin"] = (path.absolute(), identity)
        if options.progress is not None:
            options.progress(len(snapshot.nodes), len(snapshot.nodes))
        return bind_dims(snapshot, options.dims) if options.dims else snapshot

    def save_model(self, snapshot: Snapshot, path: Path) -> None:
        """Write a model; raises VerifyError for one that could not be read back."""
        writer = GraphWriter()
        graph = writer.graph(verify(snapshot))
        file = File(format=self.name, version=(VERSION, _MINOR), graph=graph)
        try:
            text = msgspec.json.encode(file).decode()
        except UnicodeEncodeError as error:
            raise FormatError(
                f"the Snapshot has a text that is not valid Unicode: {error}"
            ) from None
        write_mapped(path, writer.tensors, {_stamp.KEY: text})

    def load_tensors(self, path: Path) -> dict[str, Tensor]:
        """Raises UnsupportedError."""
        self._no_tensors()

    def save_tensors(self, tensors: Mapping[str, Tensor], path: Path) -> None:
        """Raises UnsupportedError."""
        self._no_tensors()

    def _no_tensors(self) -> NoReturn:
        raise UnsupportedError(
            "the format 'hdss' holds models",
            hint="for tensors there is .hdt; a model's weights "
            "are also readable with format='safetensors'",
        )


def _snapshot(mapped: Mapped) -> Snapshot:
    text = _stamp.read_stamp(mapped.metadata, "hdss", VERSION)
    file = decode(text, File, "the graph")
    return GraphReader(file.graph, mapped.arrays).snapshot()


plugin = HdssFormat()
