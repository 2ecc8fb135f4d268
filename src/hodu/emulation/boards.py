"""Boards of QEMU with a Cortex-M."""

from __future__ import annotations

from dataclasses import dataclass

from hodu.plan.target import Target

MEMORY_BYTES = (4 << 20) - (64 << 10)
"""What a board has for everything but the stack."""


@dataclass(frozen=True, slots=True)
class Board:
    """A machine of QEMU, the addresses of its code and memory, and the pace of its SysTick.

    `per_tick` are the instructions in a tick when one takes a nanosecond.
    """

    machine: str
    code: int
    memory: int
    per_tick: int


_BOARDS = {
    # A Cortex-M3 has all the instructions of smaller ones.
    "cortex-m0": Board("mps2-an385", 0, 0x20000000, 40),
    "cortex-m3": Board("mps2-an385", 0, 0x20000000, 40),
    "cortex-m4": Board("mps2-an386", 0, 0x20000000, 40),
    "cortex-m7": Board("mps2-an500", 0, 0x20000000, 40),
    "cortex-m33": Board("mps2-an505", 0x10000000, 0x38000000, 50),
}


def board_for(target: Target) -> Board | None:
    """The board that runs code for a target, if there is one."""
    if not (target.is_bare and target.architecture.startswith("thumb")):
        return None
    return _BOARDS.get(target.processor)
