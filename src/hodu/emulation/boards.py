"""Boards of QEMU on which firmware runs."""

from __future__ import annotations

from dataclasses import dataclass

from hodu.plan.target import Target

MEMORY_BYTES = (4 << 20) - (64 << 10)
"""What a board has for everything but the stack."""


@dataclass(frozen=True, slots=True)
class Board:
    """A machine of QEMU, the addresses of its code and memory, and the pace of its clock.

    `program` and `package` are QEMU's and Debian's names of its emulator, `start` the C file that
    starts it; `machine` may say a processor. `per_tick` are the instructions in a tick when one
    takes a nanosecond.
    """

    machine: str
    code: int
    memory: int
    per_tick: int
    start: str = "cortex_m"
    program: str = "qemu-system-arm"
    package: str = "qemu-system-arm"
    options: tuple[str, ...] = ()


def _of_arm(processor: str, start: str, system: str) -> Board:
    """The board of QEMU's own that has a Cortex-A, whose counter has 62.5 MHz."""
    options = ("-cpu", processor)
    program = f"qemu-system-{system}"
    return Board("virt", 0x40100000, 0x40500000, 16, start, program, options=options)


_MICROCONTROLLERS = {
    # A Cortex-M3 has all the instructions of smaller ones.
    "cortex-m0": Board("mps2-an385", 0, 0x20000000, 40),
    "cortex-m3": Board("mps2-an385", 0, 0x20000000, 40),
    "cortex-m4": Board("mps2-an386", 0, 0x20000000, 40),
    "cortex-m7": Board("mps2-an500", 0, 0x20000000, 40),
    "cortex-m33": Board("mps2-an505", 0x10000000, 0x38000000, 50),
}
_OTHERS = {
    ("armv7a-none-eabi", "cortex-a7"): _of_arm("cortex-a7", "cortex_a", "arm"),
    ("aarch64-unknown-none", "generic"): _of_arm("cortex-a57", "aarch64", "aarch64"),
    ("riscv32imac-unknown-none-elf", "rv32imac"): Board(
        *("virt", 0x80000000, 0x80400000, 1, "riscv32", "qemu-system-riscv32", "qemu-system-misc"),
        options=("-bios", "none"),
    ),
}


def board_for(target: Target) -> Board | None:
    """The board that runs code for a target, if there is one."""
    if target.is_bare and target.architecture.startswith("thumb"):
        return _MICROCONTROLLERS.get(target.processor)
    return _OTHERS.get((target.triple, target.processor))
