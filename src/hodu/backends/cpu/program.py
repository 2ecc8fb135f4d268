"""A Snapshot as a module: found in the cache, compiled, or left to the interpreter in part."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hodu.artifact import ArtifactTensorInfo
from hodu.backends.cpu.interface import input_infos, output_infos, unbound_dims
from hodu.backends.cpu.specialize import SpecializingModule
from hodu.backends.cpu.stored import StoredProgram, stored_program
from hodu.errors import UnsupportedError
from hodu.plan.target import Target
from hodu.plugins.interfaces import CompileOptions
from hodu.runtime.library import Library
from hodu.runtime.module import NativeModule
from hodu.snapshot.ir import Snapshot

if TYPE_CHECKING:
    from hodu.backends.cpu.hybrid import HybridModule


def open_program(
    snapshot: Snapshot, target: Target, options: CompileOptions
) -> NativeModule | HybridModule | SpecializingModule:
    """The module of a Snapshot; while it has named sizes, one that compiles when it is run."""
    open = functools.partial(open_static, target=target, options=options)
    return SpecializingModule(snapshot, open) if unbound_dims(snapshot) else open(snapshot)


def open_static(
    snapshot: Snapshot, target: Target, options: CompileOptions
) -> NativeModule | HybridModule:
    """The module of a Snapshot whose sizes are numbers; a warning names what is interpreted."""
    try:
        program = stored_program(snapshot, target, options)
    except UnsupportedError as error:
        from hodu.backends.cpu.hybrid import open_hybrid

        return open_hybrid(snapshot, target, options, error)
    return open_stored(program, options.threads, input_infos(snapshot), output_infos(snapshot))


def open_stored(
    program: StoredProgram,
    threads: int | None,
    inputs: Sequence[ArtifactTensorInfo],
    outputs: Sequence[ArtifactTensorInfo],
) -> NativeModule:
    """The module of a compiled program, its inputs and outputs described as they were captured."""
    return NativeModule(
        Library(program.library), program.weights, threads, inputs, outputs, program.notes
    )
