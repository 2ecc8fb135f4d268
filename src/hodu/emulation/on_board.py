"""Running firmware on a board of QEMU."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hodu.artifact import OutputFormat
from hodu.backends.cpu.interface import input_infos, output_infos, state_infos
from hodu.emulation.boards import MEMORY_BYTES, Board
from hodu.emulation.built import SYMBOL, build_for
from hodu.emulation.files import byte_count, read_array, write_array
from hodu.emulation.image import PROVIDED, Files, link_image
from hodu.emulation.outcome import Outcome
from hodu.emulation.qemu import counting_plugin, find_program, qemu_version, run_program
from hodu.errors import ToolchainError, UnsupportedError
from hodu.ops._table import Array
from hodu.plan.target import Target
from hodu.plugins.interfaces import CompileOptions
from hodu.snapshot.ir import Snapshot
from hodu.toolchain.elf import read_object


def run_on_board(
    snapshot: Snapshot,
    inputs: Mapping[str, Array],
    target: Target,
    options: CompileOptions,
    board: Board,
    folder: Path,
) -> Outcome:
    """Build, link and run firmware; see `hodu.emulation.emulate`."""
    program = find_program([board.program], board.package)
    notes = build_for(snapshot, folder / "model.o", OutputFormat.OBJECT, target, options)
    given = {f"in{i}": inputs[x.name] for i, x in enumerate(input_infos(snapshot))}
    results = {f"out{i}": info for i, info in enumerate(output_infos(snapshot))}
    sizes = {name: array.nbytes for name, array in given.items()}
    wanted = {name: byte_count(info) for name, info in results.items()}
    _check_size(notes, sum((*sizes.values(), *wanted.values())), board)
    outside = set(notes["firmware"]["outside"]) - PROVIDED
    states = {f"state{i}": (s["offset"], s["bytes"]) for i, s in enumerate(notes["states"])}
    files = Files(sizes, wanted, states, notes["arena_bytes"])
    image = link_image(folder / "model.o", SYMBOL, files, board, target, helpers=bool(outside))
    for name, array in given.items():
        write_array(folder / name, array)
    said, counted_by = _run_board(program, board, image)
    ticks = said.get("ticks")
    by_ticks = None if ticks is None else ticks * board.per_tick
    outputs = {info.name: read_array(folder / name, info) for name, info in results.items()}
    kept = {info.name: info for info in state_infos(snapshot)}
    became = {
        s["name"]: read_array(folder / name, kept[s["name"]])
        for name, s in zip(states, notes["states"], strict=True)
    }
    machine = f"{board.machine}, QEMU {qemu_version(program)}"
    counted = said.get("instructions", by_ticks)
    return Outcome(machine, outputs, counted, counted_by, said["stack"], notes, became)


def _run_board(program: str, board: Board, image: Path) -> tuple[dict[str, int], str]:
    """What the start-up says at the end, and how instructions were counted."""
    command = [
        program, "-M", board.machine, *board.options, "-nographic", "-monitor", "none",
        "-serial", "none",
        "-semihosting-config", "enable=on,target=native", "-kernel", str(image),
    ]  # fmt: skip
    values = {s.name: s.value & ~1 for s in read_object(image).symbols}
    places = f"begin={values['count_begin']:#x},end={values['count_end']:#x}"
    try:
        plugin = ["-plugin", f"{counting_plugin(program)},{places}"]
        text = run_program([*command, *plugin], image.parent)
    except ToolchainError:  # QEMU says the rest: without the plugin it counts time
        text = ""
    counted_by = "each one, by a plugin"
    if "instructions" not in text and "fault" not in text:
        text = run_program([*command, "-icount", "shift=0"], image.parent)
        counted_by = f"by the board's clock, to {board.per_tick}"
    return _numbers(text, board), counted_by


def _numbers(text: str, board: Board) -> dict[str, int]:
    """What the start-up and the plugin say; raises ToolchainError if the model did not end well."""
    words = re.findall(r"^(\w+) ([0-9a-f]{8})$", text, re.MULTILINE)
    said = {word: int(value, 16) for word, value in words}
    if "status" not in said:
        last = " ".join(text.strip().splitlines()[-3:]) or "nothing"
        raise ToolchainError(f"the model did not end on {board.machine}; QEMU says: {last}")
    if said["status"]:
        raise ToolchainError(
            f"the model ended with status {said['status']} on {board.machine}",
            hint="hodu.h says what each status means",
        )
    exact = re.search(r"^instructions (\d+)$", text, re.MULTILINE)
    return said | ({"instructions": int(exact[1])} if exact else {})


def _check_size(notes: Mapping[str, Any], files: int, board: Board) -> None:
    taken = notes["firmware"]
    memory = taken["ram"] - (taken["stack"] or 0) + files
    if max(memory, taken["flash"]) > MEMORY_BYTES:
        raise UnsupportedError(
            f"the model takes {memory:,} bytes of memory with its inputs and outputs and "
            f"{taken['flash']:,} of flash; QEMU's {board.machine} has {MEMORY_BYTES:,} of each"
        )
