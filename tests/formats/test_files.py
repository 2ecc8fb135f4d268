"""Files are written whole or not at all."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import pytest

import hodu
from hodu.formats import _files
from hodu.formats._files import atomic_write, chunks

from .models import same, tensor_of


@pytest.mark.parametrize("suffix", ["hdt", "safetensors", "json", "npy", "npz"])
def test_a_failing_write_leaves_the_old_file(
    tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, old = tmp_path / f"x.{suffix}", tensor_of(hodu.f32)
    hodu.save(old, path) if suffix != "safetensors" else hodu.save({"": old}, path)

    def fail(descriptor: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(_files.os, "fsync", fail)
    with pytest.raises(OSError, match="no space"):
        hodu.save({"": tensor_of(hodu.i64)}, path)
    assert same(hodu.load(path), old)
    assert list(tmp_path.iterdir()) == [path]


def test_a_mapping_of_the_old_file_survives(tmp_path: Path) -> None:
    path = tmp_path / "x.hdt"
    hodu.save(tensor_of(hodu.f32), path)
    old = hodu.load(path)
    hodu.save(tensor_of(hodu.i64, (9, 9)), path)
    assert same(old, tensor_of(hodu.f32))
    hodu.save(old, path)  # also when a file is replaced by its own contents
    assert same(hodu.load(path), old)


@pytest.mark.skipif(sys.platform == "win32", reason="links and modes are POSIX's")
def test_links_and_modes_stay(tmp_path: Path) -> None:
    target, link = tmp_path / "t.hdt", tmp_path / "l.hdt"
    target.touch(mode=0o640)
    link.symlink_to(target)
    hodu.save(tensor_of(hodu.f32), link)
    assert link.is_symlink() and target.stat().st_mode & 0o777 == 0o640
    assert same(hodu.load(target), tensor_of(hodu.f32))
    mask = os.umask(0o022)
    try:
        with atomic_write(tmp_path / "new") as file:
            file.write(b"x")
    finally:
        os.umask(mask)
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o644


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with a name are POSIX's")
def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "p.hdt"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        hodu.save(tensor_of(hodu.f32), path)
        data = os.read(reader, 1 << 16)
    finally:
        os.close(reader)
    assert path.is_fifo() and list(tmp_path.iterdir()) == [path]
    (tmp_path / "copy.hdt").write_bytes(data)
    assert same(hodu.load(tmp_path / "copy.hdt"), tensor_of(hodu.f32))


def test_chunks_are_the_bytes_in_order() -> None:
    array = np.arange(24, dtype=np.int16).reshape(2, 3, 4)
    for view in (array, array.T, array[:, ::-1, 1:3], array[0, 0, 0], array[:0]):
        pieces = [bytes(c) for c in chunks(np.asarray(view), elements=5)]
        assert b"".join(pieces) == view.tobytes()


@pytest.mark.parametrize("value", [None, [1, 2], np.ones(2), len])
def test_what_is_no_tensor_is_not_saved(tmp_path: Path, value: object) -> None:
    with pytest.raises(hodu.errors.ArgumentError, match="cannot be saved"):
        hodu.save(value, tmp_path / "x.npy")  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())
