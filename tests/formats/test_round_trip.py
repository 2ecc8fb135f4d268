"""What is written comes back: every tensor format, every dtype, the odd shapes and names."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import hodu
from hodu.dispatch.base import wrap
from hodu.dtypes import ALL, DType
from hodu.errors import ArgumentError, DTypeError, FormatError, UnsupportedError
from hodu.plugins import manager

from .models import all_tensors, same, tensor_of

NAMED = ["hdt", "safetensors", "json", "npz", "safetensors.index.json"]
NUMPY_HAS = [t for t in ALL if t.name not in ("bf16", "f8e4m3", "f8e5m2")]
MORE = [t for t in ALL if t not in NUMPY_HAS]


@pytest.mark.parametrize("suffix", NAMED)
def test_all_tensors_round_trip_in_order(tmp_path: Path, suffix: str) -> None:
    tensors = all_tensors()
    if suffix == "npz":
        tensors = {name: t for name, t in tensors.items() if t.dtype in NUMPY_HAS}
    path = tmp_path / f"x.{suffix}"
    hodu.save(tensors, path)
    loaded = hodu.load(path)
    assert list(loaded) == list(tensors)
    for name, tensor in tensors.items():
        assert same(loaded[name], tensor), name


@pytest.mark.parametrize("shape", [(), (0,), (3, 4), (2, 0, 3), (1, 1, 1)], ids=str)
@pytest.mark.parametrize("suffix", ["hdt", "json", "npy"])
@pytest.mark.parametrize("dtype", ALL, ids=str)
def test_one_nameless_tensor(
    tmp_path: Path, dtype: DType, suffix: str, shape: tuple[int, ...]
) -> None:
    path = tmp_path / f"x.{suffix}"
    tensor = tensor_of(dtype, shape)
    if suffix == "npy" and dtype in MORE:
        with pytest.raises(DTypeError, match=r"hdt or \.safetensors"):
            hodu.save(tensor, path)
        assert not path.exists()
        return
    hodu.save(tensor, path)
    loaded = hodu.load(path)
    assert isinstance(loaded, hodu.Tensor)
    assert same(loaded, tensor)


@pytest.mark.parametrize("suffix", ["hdt", "safetensors", "json", "npz"])
def test_no_tensors(tmp_path: Path, suffix: str) -> None:
    hodu.save({}, tmp_path / f"x.{suffix}")
    assert hodu.load(tmp_path / f"x.{suffix}") == {}


@pytest.mark.parametrize("suffix", ["hdt", "npy"])
def test_a_loaded_tensor_is_mapped_and_read_only(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"x.{suffix}"
    hodu.save(tensor_of(hodu.f32), path)
    array = hodu.load(path).numpy()
    assert type(array) is np.ndarray and array.flags.aligned
    assert not array.flags.writeable and not array.flags.owndata


@pytest.mark.parametrize("suffix", ["hdt", "safetensors", "json", "npy", "npz"])
def test_a_file_is_recognized_without_its_extension(tmp_path: Path, suffix: str) -> None:
    path, bare = tmp_path / f"x.{suffix}", tmp_path / "bare"
    hodu.save({"" if suffix in ("npy", "hdt") else "a": tensor_of(hodu.f32)}, path)
    path.rename(bare)
    head = bare.read_bytes()[:64]
    assert [f.name for f in manager.formats() if f.recognizes(head)] == [suffix]
    loaded = hodu.load(bare)
    assert same(loaded if isinstance(loaded, hodu.Tensor) else loaded["a"], tensor_of(hodu.f32))


def test_wide_dtypes_are_aligned_whatever_the_order(tmp_path: Path) -> None:
    odd = {"a": tensor_of(hodu.u8, (3,)), "b": tensor_of(hodu.f64), "c": tensor_of(hodu.bool, (5,))}
    hodu.save({**odd, "d": tensor_of(hodu.i32)}, tmp_path / "x.safetensors")
    loaded = hodu.load(tmp_path / "x.safetensors")
    assert list(loaded) == ["a", "b", "c", "d"]
    assert all(t.numpy().flags.aligned and not t.numpy().flags.owndata for t in loaded.values())


def test_large_views_are_streamed(tmp_path: Path) -> None:
    array = np.arange(3_000_000, dtype=np.int32).reshape(1500, 2000)
    for view in (array.T, array[::-1, ::3], np.broadcast_to(array[:1], (700, 2000))):
        hodu.save({"v": wrap(view)}, tmp_path / "x.hdt")
        assert np.array_equal(hodu.load(tmp_path / "x.hdt")["v"].numpy(), view)


def test_what_cannot_be_saved(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="not a tensor"):
        hodu.save({"a": 3}, tmp_path / "x.hdt")  # type: ignore[dict-item]
    with pytest.raises(ArgumentError, match="not valid Unicode"):
        hodu.save({"\ud800": tensor_of(hodu.f32)}, tmp_path / "x.hdt")
    with pytest.raises(ArgumentError, match="__metadata__"):
        hodu.save({"__metadata__": tensor_of(hodu.f32)}, tmp_path / "x.safetensors")
    with pytest.raises(ArgumentError, match="one tensor without a name"):
        hodu.save({"a": tensor_of(hodu.f32)}, tmp_path / "x.npy")
    with pytest.raises(ArgumentError, match="name of a file"):
        hodu.save({"a\0b": tensor_of(hodu.f32)}, tmp_path / "x.npz")
    with pytest.raises(FormatError, match="no such folder"):
        hodu.save(tensor_of(hodu.f32), tmp_path / "missing" / "x.hdt")
    with pytest.raises(UnsupportedError, match="tensors, not models"):
        manager.get("format", "hdt").save_model(None, tmp_path / "x.hdt")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", ["hdt", "safetensors", "json", "npy", "npz", "hdss"])
def test_an_empty_file_and_a_folder(tmp_path: Path, suffix: str) -> None:
    empty, folder = tmp_path / f"a.{suffix}", tmp_path / f"b.{suffix}"
    empty.touch()
    folder.mkdir()
    for path in (empty, folder):
        with pytest.raises(FormatError):
            hodu.load(path)
