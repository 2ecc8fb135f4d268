"""Measuring candidates for kernels on this machine: what `tune` adds to the cost models.

Lowering asks which of some candidates a kernel should take (`hodu.lower.choices`). Each kernel that
asks is compiled alone in every candidate form and run on memory of its own, all forms in turn, so
that what disturbs the machine disturbs all of them. Another form than the first is taken if its
least time is clearly less, twice. What was found is kept in the cache, by all that it depends on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hodu.backends.cpu.fingerprint import compiler_version, machine_key
from hodu.backends.cpu.prepare import has_kernel, machine
from hodu.backends.cpu.solo import Solo, compile_solos, is_alone
from hodu.backends.cpu.tune import read_choices, write_choices
from hodu.lower.choices import Choices
from hodu.lower.lowering import lower
from hodu.lower.program import Launch
from hodu.passes import fuses, optimize
from hodu.plan.target import Target
from hodu.plugins.interfaces import CompileOptions, Progress
from hodu.snapshot.ir import Snapshot
from hodu.toolchain.cache import default_cache, hash_key
from hodu.toolchain.compiler import Toolchain

_MARGIN = 0.97  # of the time of the first candidate another one must stay below
_SECONDS = 0.15  # of running the candidates of a question, at most twice
_LEAST_TURNS, _MOST_TURNS = 5, 200


@dataclass(frozen=True, slots=True)
class _Kernel:
    """A question with a kernel that asks it: how many candidates there are, and all the work."""

    question: str
    launch: Launch
    count: int
    work: int


class Tuner:
    """Measures the kernels of a Snapshot; `is_complete` unless time ran out."""

    def __init__(
        self,
        snapshot: Snapshot,
        target: Target,
        options: CompileOptions,
        tools: Toolchain,
        threads: int,
    ) -> None:
        self.target, self.options, self.tools, self.threads = target, options, tools, threads
        exact = options.exact
        self.graph = optimize(
            snapshot, options.opt, exact=exact, keep=has_kernel, machine=machine(target)
        )
        self.cache = default_cache()
        self.end = time.monotonic() + (options.tune or 0.0)
        self.is_complete = True

    def run(self) -> dict[str, int]:
        """The candidates that are not the first, by question; what is not known yet is measured."""
        kernels = self._kernels()
        found: dict[str, int] = {}
        for kernel in kernels:
            found |= read_choices(self.cache, self._key(kernel)) or {}
        wanted = [kernel for kernel in kernels if kernel.question not in found]
        forms = self._forms(wanted)
        report: Progress = self.options.extra.get("progress") or (lambda done, total: None)
        for done, kernel in enumerate(wanted):
            report(done, len(wanted))
            if time.monotonic() > self.end:
                self.is_complete = False
                break
            number = self._fastest(forms[kernel.question])
            write_choices(self.cache, self._key(kernel), {kernel.question: number})
            found[kernel.question] = number
        report(len(wanted), len(wanted))
        return {question: number for question, number in sorted(found.items()) if number}

    def _lower(self, choices: Choices) -> Choices:
        exact = self.options.exact
        fuse = fuses(self.options.opt)
        lower(self.graph, self.target, fuse=fuse, exact=exact, choices=choices)
        return choices

    def _kernels(self) -> list[_Kernel]:
        """The kernels to ask about, those first on which most work is done."""
        asked = self._lower(Choices())
        work: dict[str, int] = {}
        first: dict[str, Launch] = {}
        for question, launch in asked.launches:
            if is_alone(launch):
                work[question] = work.get(question, 0) + launch.kernel.work
                first.setdefault(question, launch)
        ordered = sorted(first, key=lambda question: -work[question])
        return [_Kernel(q, first[q], asked.asked[q], work[q]) for q in ordered]

    def _forms(self, wanted: Sequence[_Kernel]) -> dict[str, list[Solo]]:
        """The kernels in all their candidate forms; one lowering gives one form of each."""
        forms = {kernel.question: [Solo(kernel.launch)] for kernel in wanted}
        for number in range(1, max((kernel.count for kernel in wanted), default=1)):
            launches = dict(reversed(self._lower(Choices(otherwise=number)).launches))
            for kernel in wanted:
                if number < kernel.count:
                    forms[kernel.question].append(Solo(launches[kernel.question]))
        return forms

    def _fastest(self, forms: Sequence[Solo]) -> int:
        """The number of the fastest form: the first, unless another is clearly faster twice."""
        runs = compile_solos(forms, self.target, self.options, self.tools, self.threads)
        times = _least_times(runs)
        best = min(range(len(times)), key=times.__getitem__)
        if times[best] > times[0] * _MARGIN:
            return 0
        again = _least_times([runs[0], runs[best]])
        return best if again[1] < again[0] * _MARGIN else 0

    def _key(self, kernel: _Kernel) -> str:
        effort = (str(self.options.opt), str(self.options.exact), str(self.threads))
        machine = machine_key(self.target)
        parts = (compiler_version(), self.tools.identity, machine, *effort, kernel.question)
        return hash_key(["choice", *parts])


def _least_times(runs: Sequence[Callable[[], float]]) -> list[float]:
    """The least time of each, run in turn."""
    times = [float("inf")] * len(runs)
    end = time.monotonic() + _SECONDS
    for turn in range(_MOST_TURNS):
        if turn >= _LEAST_TURNS and time.monotonic() > end:
            break
        for number, run in enumerate(runs):
            times[number] = min(times[number], run())
    return times
