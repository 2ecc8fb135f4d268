"""What the code of a program depends on, as a key: the Snapshot, the target, the compiler."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

import hodu
from hodu._version import __version__
from hodu.ops._custom import is_custom, stamp_of
from hodu.ops._table import Array, OpDef
from hodu.plan.target import Target
from hodu.plugins.interfaces import CompileOptions
from hodu.snapshot.ir import Snapshot
from hodu.snapshot.text import print_snapshot
from hodu.spill import release
from hodu.toolchain.cache import default_cache, hash_key
from hodu.toolchain.compiler import Toolchain
from hodu.toolchain.digest import digest_buffer, new_hash
from hodu.toolchain.identity import file_identity

_OWN_PARTS = (
    "dispatch", "dims", "snapshot", "ops", "passes", "kernel", "lower", "plan", "render",
    "toolchain", "runtime", "backends/cpu", "formats",
)  # fmt: skip
_FINGERPRINT = "fingerprint"


def program_key(
    snapshot: Snapshot, target: Target, options: CompileOptions, tools: Toolchain
) -> str:
    """The key of the code of a Snapshot: it changes when anything does that the code depends on."""
    machine = machine_key(target)
    choices = (str(options.opt), str(options.exact), os.environ.get("HODU_PASSES", ""))
    return hash_key(
        ["program", compiler_version(), tools.identity, machine, *choices, fingerprint(snapshot)]
    )


def machine_key(target: Target) -> str:
    """What code depends on of a processor."""
    features = ",".join(sorted(target.features))
    return repr((target.flags(), target.triple, features, target.vector_bits, target.l1_bytes,
                 target.l2_bytes, target.l3_bytes))  # fmt: skip


def fingerprint(snapshot: Snapshot) -> str:
    """A hash of the contents of a Snapshot: its graph and the data of its constants and states.

    That of a file which has not changed since it was hashed comes from the cache. Ops of users
    count as what they are written in, and one with a rule as new in each process.
    """
    own = [op for op in _ops(snapshot) if is_custom(op)]
    if own:
        from hodu.passes.expand import expand

        written = expand(snapshot, lambda node: not _is_written_out(node.definition))
        return hash_key([_hash(written), *(stamp_of(op) or "" for op in own)])
    found: str | None = snapshot.cache.get("fingerprint")
    if found is None:
        origin = snapshot.cache.get("origin")
        found = _hash(snapshot) if origin is None else _hash_of_file(snapshot, *origin)
        snapshot.cache["fingerprint"] = found
    return found


def _hash_of_file(snapshot: Snapshot, path: Path, identity: str | None) -> str:
    """The hash of a Snapshot that was loaded from a file when the file had this identity."""
    if identity is None or file_identity(path) != identity:
        return _hash(snapshot)
    parts = ["fingerprint", compiler_version()]
    return _remembered(parts, [path], [identity], lambda: _hash(snapshot))


def _remembered(
    parts: Sequence[str],
    paths: Sequence[Path],
    identities: Sequence[str | None],
    compute: Callable[[], str],
) -> str:
    """A hash of the contents of files, from the cache while they are what they were.

    `parts` say what is hashed; `identities` are those of the files when they were looked at.
    """
    if None in identities:
        return compute()
    cache, key = default_cache(), hash_key([*parts, *(i for i in identities if i)])
    known = cache.get(key)
    if known is not None:
        return (known / _FINGERPRINT).read_text("ascii")
    found = compute()
    if [file_identity(path) for path in paths] == identities:
        cache.get_or_build(key, lambda new: _write_text(new / _FINGERPRINT, found))
    return found


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, "ascii")


def _hash(snapshot: Snapshot) -> str:
    text = print_snapshot(snapshot, inline=0, locations=True)
    return hash_key([text, *(_digest(array) for array in _arrays(snapshot))])


def _digest(array: Array) -> str:
    found = digest_buffer(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)
    release(array)
    return found


def _arrays(snapshot: Snapshot) -> Iterator[Array]:
    yield from snapshot.constants.values()
    yield from snapshot.states.values()
    for node in snapshot.nodes:
        for region in node.regions():
            yield from _arrays(region)


def _ops(snapshot: Snapshot) -> Iterator[OpDef]:
    for node in snapshot.nodes:
        yield node.definition
        for region in node.regions():
            yield from _ops(region)


def _is_written_out(op: OpDef) -> bool:
    return is_custom(op) and op.compose is not None and stamp_of(op) is None


@functools.cache
def compiler_version() -> str:
    """Hodu's version and a hash of the sources that code comes from."""
    root = Path(hodu.__file__).parent
    paths = [path for part in _OWN_PARTS for path in _sources(root / part)]
    names = [str(path)[len(str(root)) :] for path in paths]
    identities = [file_identity(path) for path in paths]
    found = _remembered(["sources", *names], paths, identities, lambda: _contents(names, paths))
    return f"{__version__} {found}"


def _contents(names: Sequence[str], paths: Sequence[Path]) -> str:
    """A hash of files with their names."""
    state = new_hash()
    for name, path in zip(names, paths, strict=True):
        state.update(f"{name}\0".encode())
        state.update(path.read_bytes())
    return state.hexdigest()


def _sources(folder: Path) -> Iterator[Path]:
    """The Python and C files below a folder, in a fixed order."""
    for entry in sorted(os.scandir(folder), key=lambda e: e.name):
        if entry.is_dir():
            yield from _sources(Path(entry.path))
        elif entry.name.endswith((".py", ".c", ".h")):
            yield Path(entry.path)
