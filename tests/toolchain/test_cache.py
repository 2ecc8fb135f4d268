"""The cache of compiled code: capacity, damage, crashes and many processes."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hodu.errors import ValueRangeError
from hodu.toolchain import cache as module
from hodu.toolchain import identity
from hodu.toolchain.cache import Cache, cache_capacity, default_cache, hash_key
from hodu.toolchain.digest import digest_file


def writer(data: bytes):
    return lambda folder: (folder / "file").write_bytes(data)


def put(cache: Cache, key: str, data: bytes, age: float = 0) -> Path:
    entry = cache.get_or_build(key, writer(data))
    when = time.time() - age
    os.utime(entry, (when, when))
    return entry


def test_builds_once(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "c")
    assert cache.get("k") is None
    assert (put(cache, "k", b"first") / "file").read_bytes() == b"first"
    assert (put(cache, "k", b"second") / "file").read_bytes() == b"first"


def test_a_failed_build_leaves_nothing(tmp_path: Path) -> None:
    cache = Cache(tmp_path)

    def build(folder: Path) -> None:
        (folder / "file").write_bytes(b"half")
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        cache.get_or_build("k", build)
    assert list(tmp_path.iterdir()) == []


def test_the_least_recently_used_go(tmp_path: Path) -> None:
    cache = Cache(tmp_path, capacity=2500)
    for i in range(4):
        put(cache, f"k{i}", bytes(1000), age=1000 - i)
    assert cache.get("k0") is not None
    cache.evict()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["k0", "k3"]
    assert cache.size() < 2500


def test_what_was_just_used_stays(tmp_path: Path) -> None:
    cache = Cache(tmp_path, capacity=10)
    put(cache, "k", bytes(1000))
    cache.evict()
    assert cache.get("k") is not None


def test_some_builds_make_room_and_few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In whichever process, and with a new object each time: what is old does not pile up."""
    scans: list[Path] = []
    monkeypatch.setattr(Cache, "evict", lambda self: scans.append(self.folder))
    for i in range(640):
        Cache(tmp_path).get_or_build(f"key{i}", lambda folder: None)
    assert 2 <= len(scans) <= 30


@pytest.mark.parametrize("damage", ["cut", "flip", "digest", "missing", "extra", "file"])
def test_damaged_entries_are_built_again(tmp_path: Path, damage: str) -> None:
    cache = Cache(tmp_path)
    entry = put(cache, "k", b"0123456789")
    file, digest = entry / "file", entry / "digest"
    if damage == "cut":
        file.write_bytes(b"01234")
    elif damage == "flip":
        file.write_bytes(b"0123456788")
    elif damage == "digest":
        digest.write_bytes(b"\xff\x00")
    elif damage == "missing":
        file.unlink()
    elif damage == "extra":
        (entry / "other").write_bytes(b"")
    else:
        module._remove(entry)
        entry.write_bytes(b"a file where a folder belongs")
    assert cache.get("k") is None
    assert (put(cache, "k", b"again") / "file").read_bytes() == b"again"


def test_checked_entries_are_read_again_only_when_they_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not identity._boot():
        pytest.skip("this system does not name its boots")
    monkeypatch.setattr(identity, "SETTLED_SECONDS", -1.0)
    read: list[Path] = []
    monkeypatch.setattr(module, "digest_file", lambda p: read.append(p) or digest_file(p))
    cache = Cache(tmp_path)
    entry = put(cache, "k", b"0123456789")
    assert cache.get("k") == entry and len(read) == 2  # when it was built, and once to be sure
    assert cache.get("k") == entry and len(read) == 2
    time.sleep(0.02)
    (entry / "file").write_bytes(b"0123456788")
    assert cache.get("k") is None and len(read) == 3


def test_crashes_leave_no_entry_and_are_cleared_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_SCAN_EVERY", 1)
    script = (
        "import sys, time; from pathlib import Path; from hodu.toolchain.cache import Cache\n"
        "def build(folder):\n"
        "    (folder / 'file').write_bytes(b'half'); print('ready', flush=True); time.sleep(60)\n"
        f"Cache(Path({str(tmp_path)!r})).get_or_build('k', build)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stdout.readline() == b"ready\n"
        process.send_signal(signal.SIGKILL)
    cache = Cache(tmp_path)
    (left,) = tmp_path.iterdir()
    assert cache.get("k") is None
    os.utime(left, (0, 0))
    put(cache, "k", b"whole")
    assert [p.name for p in tmp_path.iterdir()] == ["k"]


def compete(folder: str, worker: int) -> int:
    cache, wrong = Cache(Path(folder), capacity=3000), 0
    module.GRACE_SECONDS = 1e9 if worker % 2 else 60.0
    for i in range(60):
        key = f"k{(i * 7 + worker) % 12}"
        entry = cache.get_or_build(key, writer(key.encode() * 100))
        wrong += (entry / "file").read_bytes() != key.encode() * 100
        if i % 10 == 0:
            cache.evict()
    return wrong


def test_many_processes_at_once(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        wrong = pool.starmap(compete, [(str(tmp_path), i) for i in range(4)])
    assert wrong == [0, 0, 0, 0]
    assert not [p for p in tmp_path.iterdir() if p.name.startswith("tmp-")]


def test_clearing(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    put(cache, "k", bytes(100))
    assert cache.clear() >= 100
    assert cache.size() == 0 and cache.clear() == 0


@pytest.mark.parametrize(
    ("text", "size"), [("", 4 << 30), ("100", 100), ("2G", 2 << 30), ("1.5", None), ("x", None)]
)
def test_capacity(monkeypatch: pytest.MonkeyPatch, text: str, size: int | None) -> None:
    monkeypatch.setenv("HODU_CACHE_SIZE", text)
    if size is None:
        with pytest.raises(ValueRangeError, match="HODU_CACHE_SIZE"):
            cache_capacity()
    else:
        assert cache_capacity() == size


def test_a_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("HODU_CACHE_DIR", str(tmp_path / "file" / "cache"))
    with pytest.warns(UserWarning, match="cannot be written"):
        first = default_cache()
    assert default_cache().folder == first.folder
    put(first, "k", b"works")


def test_keys_keep_their_parts_apart() -> None:
    assert hash_key(["ab", "c"]) != hash_key(["a", "bc"]) != hash_key(["abc"])
