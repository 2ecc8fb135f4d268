"""One kernel of a program as a program of its own, to be run and timed on memory of zeros.

The time of kernels does not depend on the numbers in floats, and zeros are indices that are right.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from ctypes import c_uint64
from dataclasses import replace

from hodu.backends.cpu.flags import code_options
from hodu.lower.program import Argument, Launch, Place, Program, Slot
from hodu.lower.threads import choose_threads
from hodu.plan.memory import ALIGNMENT, Plan
from hodu.plan.target import Target
from hodu.plugins.interfaces import CompileOptions
from hodu.render.c_program import Options, Unit, Weights, render_file
from hodu.runtime.abi import InstanceStruct
from hodu.runtime.library import Library
from hodu.runtime.module import aligned_empty
from hodu.runtime.support import shared_pool, support
from hodu.toolchain.build import Source, compile_shared
from hodu.toolchain.compiler import Toolchain

MOST_BYTES = 1 << 28
"""Of the memory of a kernel that is run alone."""


def is_alone(launch: Launch) -> bool:
    """Whether a kernel can run without the rest of its program."""
    slots = {argument.place.slot for argument in launch.arguments}
    fixed = all(slot.kind != "shapes" for slot in slots)
    return fixed and sum(slot.bytes for slot in slots) <= MOST_BYTES


class Solo:
    """The program: a launch whose memory, constants too, is all in the arena."""

    def __init__(self, launch: Launch) -> None:
        slots = {a.place.slot: _in_arena(a.place.slot) for a in launch.arguments}
        arguments = tuple(
            Argument(Place(slots[a.place.slot], a.place.offset), a.role) for a in launch.arguments
        )
        offsets, top = {}, 0
        for slot in slots.values():
            offsets[slot] = top
            top += -(-slot.bytes // ALIGNMENT) * ALIGNMENT
        self.plan = Plan(offsets, top, (), top)
        steps = choose_threads([replace(launch, arguments=arguments)])
        self.program = Program("solo", (), (), (), tuple(slots.values()), steps, ())

    def unit(self, symbol: str, options: CompileOptions) -> Unit:
        """How it is written."""
        written = Options(symbol, aliases=False, exact=options.exact)
        return Unit(self.program, self.plan, Weights({}, 0), written)


def _in_arena(slot: Slot) -> Slot:
    return Slot(slot.name, slot.dtype, slot.size, "arena")


def compile_solos(
    solos: Sequence[Solo],
    target: Target,
    options: CompileOptions,
    tools: Toolchain,
    threads: int,
) -> list[Callable[[], float]]:
    """Functions that run each once and return the seconds its kernel took."""
    units = [solo.unit(f"solo{number}", options) for number, solo in enumerate(solos)]
    source = Source("solos.c", render_file(units))
    path = compile_shared([source], code_options(target, options), tools)
    return [_Run(Library(path, unit.options.symbol), threads) for unit in units]


class _Run:
    """A loaded program with an instance of its own."""

    def __init__(self, library: Library, threads: int) -> None:
        self._library = library
        self._arena = aligned_empty(max(library.arena_bytes, ALIGNMENT))
        self._arena.fill(0)  # so that there is memory behind every page
        self._struct = InstanceStruct()
        library.init(self._struct, self._arena.__array_interface__["data"][0], None)
        self._counter = (c_uint64 * 1)()
        self._struct.profile = self._counter
        self._struct.clock = support().clock
        if threads > 1:
            self._struct.parallel = support().run
            self._struct.pool = shared_pool(threads)

    def __call__(self) -> float:
        self._counter[0] = 0
        status = self._library.execute(ctypes.byref(self._struct), None, None)
        if status:
            raise self._library.error(status, self._struct.error)
        return float(self._counter[0]) * 1e-9
