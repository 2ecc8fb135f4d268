"""What measurements on this machine chose, kept in the cache: the entry of `tune`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from hodu.backends.cpu.fingerprint import program_key
from hodu.plan.target import Target
from hodu.plugins.interfaces import CompileOptions
from hodu.runtime.support import default_threads
from hodu.snapshot.ir import Snapshot
from hodu.toolchain.cache import Cache, default_cache, hash_key
from hodu.toolchain.compiler import Toolchain

_FOUND = "found.json"


def tuned(
    snapshot: Snapshot, target: Target, options: CompileOptions, tools: Toolchain
) -> dict[str, int]:
    """The candidates to take for kernels, by question, where they are not the first.

    Measures for about `options.tune` seconds at most, the kernels with most work first; what there
    is no time for keeps its first candidate, and is measured by the next call. `options.extra` may
    have `progress(done, total)`. Raises UnsupportedError listing nodes without a rule,
    ToolchainError.
    """
    if options.tune is None:
        return {}
    cache, threads = default_cache(), options.threads or default_threads()
    key = hash_key(["tuned", program_key(snapshot, target, options, tools), str(threads)])
    known = read_choices(cache, key)
    if known is not None:
        return known
    from hodu.backends.cpu.measure import Tuner

    tuner = Tuner(snapshot, target, options, tools, threads)
    found = tuner.run()
    if tuner.is_complete:
        write_choices(cache, key, found)
    return found


def read_choices(cache: Cache, key: str) -> dict[str, int] | None:
    """The candidates of an entry, None if there is none."""
    entry = cache.get(key)
    if entry is None:
        return None
    found: dict[str, int] = json.loads((entry / _FOUND).read_text("utf-8"))
    return found


def write_choices(cache: Cache, key: str, found: Mapping[str, int]) -> None:
    """Keep candidates in an entry."""

    def build(folder: Path) -> None:
        (folder / _FOUND).write_text(json.dumps(dict(found)), "utf-8")

    cache.get_or_build(key, build)
