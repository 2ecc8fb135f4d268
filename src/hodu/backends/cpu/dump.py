"""Every stage of a compilation in files, for people who look for what went wrong."""

from __future__ import annotations

from pathlib import Path

from hodu.backends.cpu.prepare import Prepared
from hodu.kernel.text import print_kernel
from hodu.snapshot.ir import Snapshot


class Dump:
    """A folder that takes the graph after each pass, the kernels, the memory plan and the C."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._number = 0
        folder.mkdir(parents=True, exist_ok=True)

    def stage(self, name: str, snapshot: Snapshot) -> None:
        """Write a graph; files are numbered in the order of the stages."""
        self._write(f"{name}.txt", str(snapshot))

    def program(self, ready: Prepared) -> None:
        """Write what came of the last graph."""
        launches = ready.program.launches()
        self._write("kernels.txt", "\n".join(print_kernel(one.kernel) for one in launches))
        plan = ready.plan
        rows = [
            f"{plan.offsets[life.slot]:>12} {life.slot.bytes:>12} bytes "
            f"steps {life.first} to {life.last}: {life.slot.name}"
            for life in sorted(plan.lives, key=lambda life: plan.offsets[life.slot])
        ]
        rows += [
            f"{plan.offsets[life.slot]:>12} {life.slot.bytes:>12} bytes "
            f"steps {life.first} to {life.last}: {life.slot.name}, in {plan.hosts[life.slot].name}"
            for life in plan.guests
        ]
        self._write("arena.txt", "\n".join([f"{plan.size} bytes", *rows]) + "\n")
        self._write("model.c", ready.source)

    def _write(self, name: str, text: str) -> None:
        (self._folder / f"{self._number:02}-{name}").write_text(text, "utf-8")
        self._number += 1
