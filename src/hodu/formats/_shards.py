"""Sharded safetensors files: `model.safetensors.index.json` says which file has which tensor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

import msgspec

from hodu.errors import ArgumentError, FormatError
from hodu.formats._files import atomic_write, map_bytes
from hodu.formats._header import decode
from hodu.formats._mapped import read_mapped, write_mapped
from hodu.ops._table import Array

INDEX = ".safetensors.index.json"


class _Index(msgspec.Struct):
    weight_map: dict[str, str]
    metadata: dict[str, Any] = {}


def read_shards(path: Path) -> dict[str, Array]:
    """Map the tensors of all shards; raises FormatError listing the shards and tensors missing.

    Shards lie in the folder of the index: a name that leaves it is refused, also by a link.
    """
    index = decode(map_bytes(path).tobytes(), _Index, f"the index {str(path)!r}")
    folder = path.parent.resolve()
    files = {name: _shard(folder, name) for name in dict.fromkeys(index.weight_map.values())}
    _require("shards", path, [name for name, file in files.items() if file is None])
    shards = {name: read_mapped(file).arrays for name, file in files.items() if file}
    lost = [name for name, shard in index.weight_map.items() if name not in shards[shard]]
    _require("tensors", path, lost)
    return {name: shards[shard][name] for name, shard in index.weight_map.items()}


def _shard(folder: Path, name: str) -> Path | None:
    """The file of a shard, None if there is none."""
    parts = PurePosixPath(name).parts
    if "\0" in name or "\\" in name or PureWindowsPath(name).anchor or ".." in parts or not parts:
        raise FormatError(f"the index names the shard {name!r}, which is not a file in its folder")
    try:
        file = (folder / name).resolve(strict=True)
    except (OSError, RuntimeError):  # the latter for a loop of links
        return None
    if not file.is_relative_to(folder):
        raise FormatError(
            f"the shard {name!r} is a link to {str(file)!r}, outside the folder of the index",
            hint="put the shards themselves beside the index",
        )
    return file


def _require(what: str, path: Path, missing: list[str]) -> None:
    if missing:
        raise FormatError(
            f"the index {str(path)!r} lists {what} that are missing: {', '.join(missing)}"
        )


def write_shards(path: Path, arrays: Mapping[str, Array], limit: int) -> None:
    """Write arrays in shards of at most `limit` bytes (a larger array has one alone), then the
    index."""
    if limit < 1:
        raise ArgumentError(f"a shard cannot have at most {limit} bytes")
    groups = list(_groups(arrays, limit))
    stem = path.name[: -len(INDEX)]
    weight_map: dict[str, str] = {}
    for number, names in enumerate(groups, 1):
        shard = f"{stem}-{number:05}-of-{len(groups):05}.safetensors"
        write_mapped(path.with_name(shard), {name: arrays[name] for name in names}, {})
        weight_map.update(dict.fromkeys(names, shard))
    total = sum(array.nbytes for array in arrays.values())
    index = _Index({name: weight_map[name] for name in arrays}, {"total_size": total})
    with atomic_write(path) as file:
        file.write(msgspec.json.format(msgspec.json.encode(index), indent=2) + b"\n")


def _groups(arrays: Mapping[str, Array], limit: int) -> Iterable[list[str]]:
    group: list[str] = []
    size = 0
    for name, array in arrays.items():
        if group and size + array.nbytes > limit:
            yield group
            group, size = [], 0
        group.append(name)
        size += array.nbytes
    if group:
        yield group
