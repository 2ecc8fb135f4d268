"""What the formats of tensors have in common."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from hodu._tensor import Tensor
from hodu._version import __version__
from hodu.dispatch.base import wrap
from hodu.errors import ArgumentError, UnsupportedError
from hodu.ops._table import Array
from hodu.plugins.interfaces import Capability, LoadOptions
from hodu.snapshot.ir import Snapshot


class TensorFormat:
    """A format that holds tensors and no models."""

    name = ""
    version = __version__
    extensions: tuple[str, ...] = ()
    capabilities: frozenset[Capability] = frozenset({"load_tensors", "save_tensors"})

    def load_model(self, path: Path, options: LoadOptions) -> Snapshot:
        """Raises UnsupportedError."""
        self._no_models()

    def save_model(self, snapshot: Snapshot, path: Path) -> None:
        """Raises UnsupportedError."""
        self._no_models()

    def _no_models(self) -> NoReturn:
        raise UnsupportedError(
            f"the format {self.name!r} holds tensors, not models", hint="save models as .hdss"
        )


def arrays_of(tensors: Mapping[str, Tensor]) -> dict[str, Array]:
    """The data of tensors by name; raises ArgumentError for what is no tensor or no name."""
    arrays: dict[str, Array] = {}
    for name, tensor in tensors.items():
        check_name(name)
        if not isinstance(tensor, Tensor):
            raise ArgumentError(
                f"{name!r} is a {type(tensor).__name__}, not a tensor",
                hint="make it one, with hodu.tensor(value)",
            )
        arrays[name] = tensor.numpy()
    return arrays


def check_name(name: object) -> None:
    """Raise ArgumentError unless `name` is a text that UTF-8 can hold."""
    if not isinstance(name, str):
        raise ArgumentError(f"tensor names are strings, not {name!r}")
    try:
        name.encode()
    except UnicodeEncodeError:
        raise ArgumentError(f"the tensor name {name!r} is not valid Unicode") from None


def tensors_of(arrays: Mapping[str, Array]) -> dict[str, Tensor]:
    """Tensors over arrays, which are not copied."""
    return {name: wrap(array) for name, array in arrays.items()}
