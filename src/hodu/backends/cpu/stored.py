"""Programs in the cache: a library, the file of its weights, and notes about it.

An entry is found by the contents of the Snapshot, so that a program that was compiled before runs
without the passes and the lowering even being imported.
"""

from __future__ import annotations

import gc
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hodu.backends.cpu.fingerprint import program_key
from hodu.backends.cpu.flags import code_options
from hodu.ops._table import Array
from hodu.plan.target import Target
from hodu.plugins.interfaces import CompileOptions
from hodu.snapshot.ir import Snapshot
from hodu.spill import give_back_memory
from hodu.toolchain.cache import default_cache, hash_key
from hodu.toolchain.compiler import Toolchain

if TYPE_CHECKING:
    from hodu.backends.cpu.prepare import Prepared

_MANY_BYTES = 1 << 20
"""Of weights; to collect garbage for fewer takes longer than it is worth."""
_LIBRARY, _WEIGHTS, _NOTES = "library.so", "weights", "manifest.json"


@dataclass(frozen=True, slots=True)
class StoredProgram:
    """A compiled program in a folder of the cache."""

    folder: Path

    @property
    def library(self) -> Path:
        """The shared library, which lacks its weights."""
        return self.folder / _LIBRARY

    @property
    def weights(self) -> Array | None:
        """The weights, mapped and read-only; None if there are none."""
        path = self.folder / _WEIGHTS
        return np.memmap(path, np.uint8, "r") if path.stat().st_size else None

    @property
    def notes(self) -> dict[str, Any]:
        """The report of `hodu.backends.cpu.report.describe`."""
        found: dict[str, Any] = json.loads((self.folder / _NOTES).read_text("utf-8"))
        return found


def stored_program(snapshot: Snapshot, target: Target, options: CompileOptions) -> StoredProgram:
    """The program of a Snapshot whose sizes are known, from the cache or compiled now.

    Raises UnsupportedError listing nodes without a rule, ToolchainError.
    """
    tools = Toolchain()
    key, found = program_key(snapshot, target, options, tools), {}
    if options.tune is not None:
        from hodu.backends.cpu.tune import tuned

        found = tuned(snapshot, target, options, tools)
    if found:
        key = hash_key([key, json.dumps(found, sort_keys=True)])

    def build(folder: Path) -> None:
        from hodu.backends.cpu.prepare import prepare

        ready = prepare(snapshot, target, level=options.opt, exact=options.exact, found=found)
        _write(ready, folder, options)
        del ready
        if (folder / _WEIGHTS).stat().st_size >= _MANY_BYTES:
            gc.collect()  # lowering leaves cycles that hold the packed weights, mapped next
            give_back_memory()

    def _write(ready: Prepared, folder: Path, options: CompileOptions) -> None:
        from hodu.backends.cpu.report import describe
        from hodu.toolchain.build import Source, compile_shared

        source = Source("model.c", ready.source)
        made = compile_shared([source], code_options(target, options), tools)
        shutil.copyfile(made, folder / _LIBRARY)
        ready.write_weights(folder / _WEIGHTS)
        (folder / _NOTES).write_text(json.dumps(describe(ready)), "utf-8")

    return StoredProgram(default_cache().get_or_build(key, build))
