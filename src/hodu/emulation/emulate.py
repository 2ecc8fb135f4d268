"""A model built for another machine, and run there in an emulator."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from hodu.backends.cpu.interface import output_infos, unbound_dims
from hodu.emulation.boards import board_for
from hodu.emulation.on_board import run_on_board
from hodu.emulation.on_linux import PROGRAMS, run_on_linux
from hodu.emulation.on_wasm import run_in_node
from hodu.emulation.outcome import Outcome
from hodu.errors import UnsupportedError
from hodu.ops._table import Array
from hodu.plan.target import Target
from hodu.plugins.interfaces import CompileOptions
from hodu.snapshot.ir import Snapshot


def emulate(
    snapshot: Snapshot, inputs: Mapping[str, Array], target: Target, options: CompileOptions
) -> Outcome:
    """Build a model for a target, run it once on `inputs`, and measure that.

    Firmware runs on a board of QEMU, Linux for another processor in QEMU's user mode, WebAssembly
    in Node. Raises UnsupportedError for other targets, for outputs whose sizes depend on data and
    for what does not fit the board, ToolchainError without an emulator and for a run that fails.
    """
    board = board_for(target)
    _check_outputs(snapshot)
    with tempfile.TemporaryDirectory() as name:
        if board is not None:
            return run_on_board(snapshot, inputs, target, options, board, Path(name))
        if target.triple.startswith("wasm32"):
            return run_in_node(snapshot, inputs, target, options, Path(name))
        if "-linux" in target.triple and target.architecture in PROGRAMS:
            return run_on_linux(snapshot, inputs, target, options, Path(name))
    raise UnsupportedError(
        f"there is no emulator for {target.triple} with {target.processor}",
        hint="there are those of the bare-metal targets of `hodu build --list-targets` with the "
        "processors it names, of Linux on aarch64, riscv64 and x86_64, and Node for wasm32",
    )


def _check_outputs(snapshot: Snapshot) -> None:
    """Raise UnsupportedError for what no caller can make room for; open inputs are for a build."""
    open_ = [x.name for x in output_infos(snapshot) if any(not isinstance(d, int) for d in x.shape)]
    if open_ and not unbound_dims(snapshot):
        raise UnsupportedError(f"the sizes of {', '.join(open_)} depend on data")
