"""The cache of compiled code: a folder of entries named by the hash of all that went into them.

An entry is a folder, `KEY/`, with the files that were built and `digest`, the hash of each. It is
written under another name and renamed, so that it is there whole or not at all; what a power cut or
a bad disk did to it later is seen by its digest. `checked` names the files as they were when their
digest was last compared; while they stay the same, they are not read again before the next boot.
Processes need no lock: the first one to rename wins, the others take its entry.
"""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import tempfile
import time
import warnings
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from hodu.errors import ValueRangeError
from hodu.toolchain.digest import digest_file, new_hash
from hodu.toolchain.identity import file_identity

DEFAULT_CAPACITY = 4 << 30
GRACE_SECONDS = 60.0
"""Entries used this recently are not evicted: somebody may be about to open them."""
ABANDONED_SECONDS = 3600.0
_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
_SCAN_EVERY = 64
"""One key in so many makes room: to look through a full cache takes as long as a small build."""


def hash_key(parts: Iterable[str | bytes]) -> str:
    """The key of an entry: a hash of `parts`, which are kept apart by their lengths."""
    state = new_hash()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        state.update(len(data).to_bytes(8, "little"))
        state.update(data)
    return state.hexdigest()


class Cache:
    """A folder of built files, at most `capacity` bytes; the least recently used go first.

    Safe for many threads and processes at once. Entries used within the last minute stay even if
    the cache outgrows its capacity for that long.
    """

    def __init__(self, folder: Path, capacity: int = DEFAULT_CAPACITY) -> None:
        self.folder = folder
        self.capacity = capacity

    def get(self, key: str) -> Path | None:
        """The folder of the entry `key`, now the most recently used, or None; damaged ones go."""
        entry = self.folder / key
        try:
            intact = _is_intact(entry)
        except (OSError, UnicodeDecodeError):
            intact = False
        if not intact:
            if entry.exists():
                _remove(entry)
            return None
        with contextlib.suppress(OSError):
            os.utime(entry)
        return entry

    def get_or_build(self, key: str, build: Callable[[Path], None]) -> Path:
        """The folder of the entry `key`; `build(folder)` writes its files if there is none.

        When `build` raises, nothing is kept.
        """
        found = self.get(key)
        if found is not None:
            return found
        with self._new_folder() as fresh:
            build(fresh)
            (fresh / "digest").write_text(_digest(fresh), "ascii")
            entry = self._publish(fresh, key)
        if zlib.crc32(key.encode()) % _SCAN_EVERY == 0:
            self.evict()
        return entry

    @contextlib.contextmanager
    def _new_folder(self) -> Iterator[Path]:
        fresh = self.folder / f"tmp-{os.getpid()}-{os.urandom(8).hex()}"
        fresh.mkdir(parents=True)
        try:
            yield fresh
        finally:
            shutil.rmtree(fresh, ignore_errors=True)

    def _publish(self, fresh: Path, key: str) -> Path:
        """Rename a finished folder to its key; one that another process published serves too."""
        entry = self.folder / key
        for _ in range(8):
            try:
                fresh.rename(entry)
                return entry
            except OSError:
                if not entry.exists():
                    raise
                if self.get(key) is not None:
                    return entry
        raise OSError(f"cannot replace the damaged entry {str(entry)!r}")

    def size(self) -> int:
        """The bytes that all entries take."""
        return sum(entry.bytes for entry in self._entries())

    def evict(self) -> None:
        """Remove the least recently used entries until the rest fits, and what crashes left."""
        now = time.time()
        entries = sorted(self._entries(), key=lambda entry: entry.used)
        total = sum(entry.bytes for entry in entries)
        for entry in entries:
            age = now - entry.used
            abandoned = entry.path.name.startswith("tmp-") and age > ABANDONED_SECONDS
            unneeded = total > self.capacity and age > GRACE_SECONDS
            if abandoned or (unneeded and not entry.path.name.startswith("tmp-")):
                _remove(entry.path)
                total -= entry.bytes

    def clear(self) -> int:
        """Remove everything; the bytes that were freed."""
        freed = 0
        for entry in self._entries():
            _remove(entry.path)
            freed += entry.bytes
        return freed

    def _entries(self) -> Iterator[_Entry]:
        try:
            paths = list(self.folder.iterdir())
        except OSError:
            return
        for path in paths:
            with contextlib.suppress(OSError):
                used = path.stat().st_mtime
                files = path.rglob("*") if path.is_dir() else iter((path,))
                yield _Entry(path, sum(f.lstat().st_size for f in files), used)


@dataclass(frozen=True, slots=True)
class _Entry:
    path: Path
    bytes: int
    used: float


def _is_intact(entry: Path) -> bool:
    """Whether an entry is as it was built: by its digest, or as when that was last compared."""
    checked, now = entry / "checked", _identities(entry)
    if now and checked.exists() and checked.read_text("utf-8") == now:
        return True
    if (entry / "digest").read_text("ascii") != _digest(entry):
        return False
    if now:
        with contextlib.suppress(OSError):
            checked.write_text(now, "utf-8")
    return True


def _identities(entry: Path) -> str | None:
    """What tells the files of an entry from changed ones; None where that cannot be told."""
    found = [(file_identity(path), path.name) for path in _files(entry)]
    known = all(identity for identity, _ in found)
    return "".join(f"{identity} {name}\n" for identity, name in found) if known else None


def _digest(entry: Path) -> str:
    return "".join(f"{digest_file(path)} {path.name}\n" for path in _files(entry))


def _files(entry: Path) -> list[Path]:
    """What was built, in a fixed order."""
    own = ("digest", "checked")
    return [path for path in sorted(entry.iterdir()) if path.name not in own]


def _remove(entry: Path) -> None:
    """Remove an entry so that no other process ever sees a part of it."""
    doomed = entry.with_name(f"tmp-{os.getpid()}-{os.urandom(8).hex()}")
    with contextlib.suppress(OSError):
        if entry.is_dir():
            entry.rename(doomed)
            shutil.rmtree(doomed, ignore_errors=True)
        else:
            entry.unlink()


def cache_folder() -> Path:
    """Where the cache is: HODU_CACHE_DIR, or the usual place of the operating system."""
    named = os.environ.get("HODU_CACHE_DIR")
    return Path(named).absolute() if named else Path(platformdirs.user_cache_dir("hodu"))


def cache_capacity() -> int:
    """The bytes the cache may take: HODU_CACHE_SIZE, such as 2G or 500M, or 4 GiB."""
    text = os.environ.get("HODU_CACHE_SIZE", "").strip()
    if not text:
        return DEFAULT_CAPACITY
    size = as_bytes(text)
    if size is None:
        raise ValueRangeError(
            f"HODU_CACHE_SIZE is {text!r}, which is not a size",
            hint="give bytes, or a number with K, M, G or T, as in 2G",
        )
    return size


def as_bytes(text: str) -> int | None:
    """A size such as 2G, 500 KiB or 4096 in bytes; None for what is not one."""
    plain = text.strip().upper().removesuffix("B").removesuffix("I").strip()
    digits = plain.rstrip("KMGT")
    unit = _UNITS.get(plain[len(digits) :])
    digits = digits.strip()
    if unit is None or not (digits.isascii() and digits.isdecimal()) or len(digits) > 18:
        return None
    return int(digits) * unit


def default_cache() -> Cache:
    """The cache of this user: code in `code/` of the cache folder.

    If that folder cannot be written, a warning says so once and a temporary folder takes its place.
    """
    return Cache(_writable(cache_folder()) / "code", cache_capacity())


@functools.lru_cache(maxsize=8)
def _writable(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".probe-{os.getpid()}-{os.urandom(4).hex()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        substitute = Path(tempfile.mkdtemp(prefix="hodu-cache-"))
        warnings.warn(
            f"the cache folder {str(folder)!r} cannot be written ({error.strerror}); compiled code "
            f"is kept in {str(substitute)!r} until the next start; set HODU_CACHE_DIR to change it",
            stacklevel=2,
        )
        return substitute
    return folder
