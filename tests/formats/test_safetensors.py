"""The safetensors reader: what it refuses, shards, and that opening reads no weights."""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors import numpy as library
from safetensors import safe_open

import hodu
from hodu.dispatch.base import wrap
from hodu.errors import ArgumentError, FormatError
from hodu.formats.safetensors import plugin

from .files import entry, safetensors
from .models import all_tensors, same, tensor_of

_OK = entry("F32", [2], 0, 8)
DAMAGED: dict[str, tuple[bytes, str]] = {
    "short": (b"\x08\0\0", "starts with 8 bytes"),
    "length beyond the file": (safetensors({}, length=500), "claims 500 bytes"),
    "length 2**63": (safetensors({}, length=2**63), "claims 9223372036854775808"),
    "no object": (safetensors(b"[1]"), "the header is damaged"),
    "deep": (safetensors(b"[" * 500_000), "damaged"),
    "deep in an entry": (safetensors(b'{"a":' + b"[" * 500_000), "damaged"),
    "not UTF-8": (safetensors(b'{"\xff\xfe": 1}'), "damaged"),
    "lone surrogate": (safetensors(b'{"\\ud800": 1}'), "damaged"),
    "twice": (
        safetensors(b'{"a": %b, "a": %b}' % ((json.dumps(_OK).encode(),) * 2), b"x" * 8),
        "'a' twice",
    ),
    "unknown dtype": (safetensors({"a": entry("F4", [2], 0, 1)}, b"x"), "the dtype 'F4'"),
    "complex": (safetensors({"a": entry("C64", [1], 0, 8)}, b"x" * 8), "which Hodu does not have"),
    "negative size": (safetensors({"a": entry("F32", [-1, -2], 0, 8)}, b"x" * 8), "negative size"),
    "float size": (safetensors({"a": entry("F32", [2.0], 0, 8)}, b"x" * 8), "damaged"),
    "bool size": (safetensors({"a": entry("F32", [True], 0, 4)}, b"x" * 4), "damaged"),
    "huge": (
        safetensors({"a": entry("F32", [10**18], 0, 8)}, b"x" * 8),
        "takes 4000000000000000000",
    ),
    "overflowing": (safetensors({"a": entry("F32", [2**62, 4], 0, 0)}), "no memory can hold"),
    "huge and empty": (safetensors({"a": entry("F32", [0, 2**62, 2], 0, 0)}), "no memory can hold"),
    "enormous digits": (
        safetensors(
            b'{"a": {"dtype": "F32", "shape": [1%b], "data_offsets": [0, 4]}}' % (b"0" * 9000)
        ),
        "damaged",
    ),
    "rank": (safetensors({"a": entry("F32", [1] * 65, 0, 4)}, b"x" * 4), "65 dimensions"),
    "beyond the file": (safetensors({"a": entry("F32", [4], 0, 16)}, b"x" * 8), "cut off"),
    "bytes left over": (safetensors({"a": _OK}, b"x" * 12), "the file has 12"),
    "gap": (safetensors({"a": entry("F32", [2], 4, 12)}, b"x" * 12), "starts at byte 4"),
    "overlap": (
        safetensors({"a": _OK, "b": entry("F32", [2], 4, 12)}, b"x" * 12),
        "starts at byte 4",
    ),
    "backwards": (safetensors({"a": entry("F32", [2], 8, 0)}, b"x" * 8), "hold -8"),
    "negative offset": (safetensors({"a": entry("F32", [2], -8, 0)}, b""), "starts at byte -8"),
    "wrong count": (safetensors({"a": entry("F32", [3], 0, 8)}, b"x" * 8), "takes 12 bytes"),
    "no dtype": (safetensors({"a": {"shape": []}}), "damaged"),
    "metadata": (safetensors({"__metadata__": {"a": 1}}), "__metadata__ is damaged"),
    "boolean 2": (safetensors({"a": entry("BOOL", [2], 0, 2)}, b"\1\2"), "other than 0 and 1"),
}


@pytest.mark.parametrize("case", DAMAGED)
def test_damaged_files_are_refused(tmp_path: Path, case: str) -> None:
    content, message = DAMAGED[case]
    path = tmp_path / "x.safetensors"
    path.write_bytes(content)
    with pytest.raises(FormatError, match=re.escape(message)) as info:
        hodu.load(path)
    assert info.value.where == str(path)


def test_the_largest_header_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    with path.open("wb") as file:
        file.write((150_000_000).to_bytes(8, "little"))
        file.truncate(200_000_000)
    with pytest.raises(FormatError, match="at most 100000000"):
        hodu.load(path)


def test_the_library_reads_what_hodu_writes_and_the_reverse(tmp_path: Path) -> None:
    arrays = {"a": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.array([True, False])}
    path = tmp_path / "lib.safetensors"
    library.save_file(arrays, path, metadata={"format": "pt"})
    loaded = hodu.load(path)
    hodu.save(loaded, tmp_path / "hodu.safetensors")
    back = library.load_file(tmp_path / "hodu.safetensors")
    assert all(np.array_equal(back[name], array) for name, array in arrays.items())
    hodu.save(all_tensors(), tmp_path / "all.hdt")
    with safe_open(tmp_path / "all.hdt", "np") as file:
        assert set(file.keys()) == set(all_tensors())


def test_unaligned_data_is_copied(tmp_path: Path) -> None:
    text = json.dumps({"a": _OK}).encode()
    text += b" " * (1 + -len(text) % 8)
    path = tmp_path / "x.safetensors"
    path.write_bytes(safetensors(text, np.array([1, 2], np.float32).tobytes()))
    array = hodu.load(path)["a"].numpy()
    assert array.tolist() == [1, 2] and array.flags.aligned and not array.flags.writeable


@pytest.mark.skipif(sys.platform == "win32", reason="needs sparse files and getrusage")
def test_opening_reads_no_weights(tmp_path: Path) -> None:
    import resource

    count = 100_000_000
    names = {
        f"w{i}": entry("F32", [count // 100], i * 4_000_000, (i + 1) * 4_000_000)
        for i in range(100)
    }
    text = json.dumps(names).encode()
    head = safetensors(text + b" " * (-len(text) % 8))
    path = tmp_path / "x.safetensors"
    with path.open("wb") as file:
        file.write(head)
        file.truncate(len(head) + 4 * count)
    faults, start = resource.getrusage(resource.RUSAGE_SELF).ru_minflt, time.perf_counter()
    tensors = hodu.load(path)
    seconds = time.perf_counter() - start
    faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt - faults
    assert sum(t.numel() for t in tensors.values()) == count
    assert seconds < 0.5 and faults < 10_000  # the weights are 100 000 pages


# -- shards -------------------------------------------------------------------------------------


def test_shards(tmp_path: Path) -> None:
    tensors, path = all_tensors(), tmp_path / "model.safetensors.index.json"
    plugin.save_tensors(tensors, path, max_shard_size=100)
    files = sorted(p.name for p in tmp_path.iterdir())
    assert len(files) > 3 and files[0].startswith("model-00001-of-000")
    loaded = hodu.load(path)
    assert list(loaded) == list(tensors)
    assert all(same(loaded[name], tensor) for name, tensor in tensors.items())
    index = json.loads(path.read_text())
    assert index["metadata"]["total_size"] == sum(t.nbytes for t in tensors.values())
    with pytest.raises(ArgumentError, match="at most 0 bytes"):
        plugin.save_tensors(tensors, path, max_shard_size=0)


def _index(folder: Path, weight_map: Any) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "m.safetensors.index.json"
    path.write_text(json.dumps({"metadata": {}, "weight_map": weight_map}))
    return path


def test_missing_shards_and_tensors_are_listed(tmp_path: Path) -> None:
    hodu.save({"a": tensor_of(hodu.f32)}, tmp_path / "s.safetensors")
    path = _index(tmp_path, {"a": "one", "b": "two", "c": "s.safetensors", "d": "x" * 5000})
    with pytest.raises(FormatError, match=r"shards that are missing: one, two, xxx"):
        hodu.load(path)
    path = _index(tmp_path, {"a": "s.safetensors", "b": "s.safetensors", "c": "s.safetensors"})
    with pytest.raises(FormatError, match="tensors that are missing: b, c"):
        hodu.load(path)


def test_shards_cannot_leave_the_folder(tmp_path: Path) -> None:
    secret = tmp_path / "secret.safetensors"
    hodu.save({"a": tensor_of(hodu.f32)}, secret)
    inner = tmp_path / "inner"
    for name in (
        "../secret.safetensors",
        str(secret),
        "sub/../../secret.safetensors",
        "..\\secret.safetensors",
        "C:secret.safetensors",
        "\\\\host\\secret",
        "a\0b",
        "",
        ".",
    ):
        with pytest.raises(FormatError):
            hodu.load(_index(inner, {"a": name}))
    for name in ("link", "folder/secret.safetensors", "loop"):
        (inner / "link").unlink(missing_ok=True)
        (inner / "link").symlink_to(secret)
        if not (inner / "folder").exists():
            (inner / "folder").symlink_to(tmp_path)
            (inner / "loop").symlink_to(inner / "loop")
        with pytest.raises(FormatError, match=r"outside the folder|missing: loop"):
            hodu.load(_index(inner, {"a": name}))


def test_links_and_folders_inside_are_followed(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    hodu.save({"a": tensor_of(hodu.f32)}, tmp_path / "sub" / "s.safetensors")
    (tmp_path / "link").symlink_to(tmp_path / "sub" / "s.safetensors")
    for name in ("sub/s.safetensors", "link"):
        assert same(hodu.load(_index(tmp_path, {"a": name}))["a"], tensor_of(hodu.f32))


def test_a_plain_safetensors_file_is_no_hdt(tmp_path: Path) -> None:
    hodu.save({"a": tensor_of(hodu.f32)}, tmp_path / "x.safetensors")
    (tmp_path / "x.safetensors").rename(tmp_path / "x.hdt")
    with pytest.raises(FormatError, match=r"no \.hdt file.*\n.*\n.*format='safetensors'"):
        hodu.load(tmp_path / "x.hdt")
    assert same(hodu.load(tmp_path / "x.hdt", format="safetensors")["a"], tensor_of(hodu.f32))


def test_a_newer_hdt_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.hdt"
    hodu.save(wrap(np.zeros(2, np.float32)), path)
    path.write_bytes(path.read_bytes().replace(b"[1,0]", b"[9,1]"))
    with pytest.raises(FormatError, match=r"version 9\.1: written by a newer Hodu"):
        hodu.load(path)
    path.write_bytes(path.read_bytes().replace(b"[9,1]", b"[1,7]"))
    assert hodu.load(path).shape == (2,)
