"""Arrays in temporary files, and pages that are let go."""

from __future__ import annotations

import mmap
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import pytest

from hodu import spill
from hodu.spill import LEAST, Spill, release

LARGE = np.arange(LEAST, dtype=np.float32).reshape(32, -1)


def mapping(array: Any) -> mmap.mmap | None:
    """What the memory of an array belongs to."""
    while isinstance(array, np.ndarray):
        array = array.base
    found = array.obj if isinstance(array, memoryview) else array
    return found if isinstance(found, mmap.mmap) else None


@pytest.mark.parametrize("kind", ["f4", "i8", "u1", "?", "c8", ml_dtypes.bfloat16])
def test_large_arrays_go_to_a_file(kind: Any) -> None:
    array = (np.arange(4 * LEAST).reshape(4, -1) % 2).astype(kind)
    kept = Spill().keep(array)
    assert mapping(kept) is not None
    assert not kept.flags.writeable
    assert kept.dtype == array.dtype
    np.testing.assert_array_equal(kept, array)


def test_a_transposed_view_is_written_in_row_major_order() -> None:
    kept = Spill().keep(LARGE.T)
    assert kept.flags.c_contiguous
    np.testing.assert_array_equal(kept, LARGE.T)


def test_small_arrays_stay_in_memory_of_their_own() -> None:
    store = Spill()
    for array in (np.arange(4), LARGE[:2, :2], np.float32(3) * np.ones(())):
        kept = store.keep(array)
        assert kept.base is None
        assert not kept.flags.writeable
        np.testing.assert_array_equal(kept, array)
    assert LARGE.flags.writeable


def test_arrays_outlive_what_kept_them_and_more_than_a_segment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(spill, "_SEGMENT", 2 * LARGE.nbytes)
    store = Spill()
    kept = [store.keep(LARGE + i) for i in range(5)]
    kept.append(store.keep(np.concatenate([LARGE] * 3)))
    del store
    for i in range(5):
        np.testing.assert_array_equal(kept[i], LARGE + i)
    np.testing.assert_array_equal(kept[5], np.concatenate([LARGE] * 3))


def test_memory_serves_where_there_is_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    kept = Spill().keep(LARGE.T)
    assert mapping(kept) is None
    np.testing.assert_array_equal(kept, LARGE.T)


def test_what_is_released_comes_back() -> None:
    kept = Spill().keep(LARGE)
    for part in (kept, kept[3:], kept.T, kept[:, ::2], kept[:0]):
        release(part)
    np.testing.assert_array_equal(kept, LARGE)


def test_private_changes_and_plain_memory_are_not_lost(tmp_path: Path) -> None:
    path = tmp_path / "data"
    path.write_bytes(LARGE.tobytes())
    private = np.memmap(path, np.float32, "c")
    private[:] = 7
    plain = LARGE.copy()
    for array in (private, private[100:], plain):
        release(array)
    assert (private == 7).all()
    np.testing.assert_array_equal(plain, LARGE)


RESIDENT = """
import re
from pathlib import Path
import numpy as np
from hodu.spill import Spill, release
def megabytes():
    text = Path("/proc/self/status").read_text()
    return int(re.search(r"VmRSS:\\s+(\\d+)", text)[1]) / 1024
store, before = Spill(), megabytes()
kept = [store.keep(np.full((1 << 20,), i, np.float32)) for i in range(16)]
after = megabytes()
assert after - before < 16, (before, after)
assert [int(k.max()) for k in kept] == list(range(16))
assert megabytes() - before > 48
for k in kept:
    release(k)
assert megabytes() - before < 16
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's figures")
def test_files_take_no_memory_until_they_are_read() -> None:
    subprocess.run([sys.executable, "-c", RESIDENT], check=True)
