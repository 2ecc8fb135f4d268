"""Eager updates, a block at a time, so that what an update computes on the way stays in the cache.

The update of an optimizer is a pure function of tensors. Where each element of its results depends
on the same element of its operands alone, it gives the same to the bit on parts of them: large
parameters are cut into blocks, and small ones joined, so that they share its calls.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hodu._tensor import Tensor
from hodu.dispatch.base import quiet, wrap
from hodu.dispatch.inplace import assign, check_writable
from hodu.dispatch.writes import wrote
from hodu.ops._table import Array
from hodu.optim._arithmetic import IN_PLACE, SCALARS, Hyper, State, UpdateFunction, counted

BLOCK = 1 << 18  # bytes: of the five or so arrays that an update has at hand, L2 holds most


@dataclass(frozen=True, slots=True)
class Job:
    """The update of one parameter.

    `arrays` are flat views of the parameter, its gradient and the states called `names`, which
    have its shape; `scalars` are the others, as an update takes them. What `owns` its memory can
    be joined with others: all of them are read before any is written.
    """

    arrays: tuple[Array, ...]
    names: tuple[str, ...]
    scalars: Mapping[str, Any]
    owns: bool

    @property
    def length(self) -> int:
        """The elements that make a block."""
        return BLOCK // self.arrays[0].itemsize

    def key(self) -> tuple[Any, ...]:
        """What jobs have in common that can be joined: all but the arrays."""
        scalars = [(n, float(getattr(v, "_data", v))) for n, v in self.scalars.items()]
        return (self.arrays[0].dtype, self.names, *scalars)


def job(param: Tensor, grad: Tensor | None, state: State) -> Job | None:
    """The update of a parameter, counted; None if its memory is not plain enough to be cut.

    Raises ValueRangeError for memory that is read-only.
    """
    named = {name: s for name, s in state.items() if name not in SCALARS}
    assert grad is not None
    arrays = [param._data, grad._data, *(s._data for s in named.values())]
    first = arrays[0]
    if first is None or any(
        a is None
        or a.dtype is not first.dtype
        or a.shape != first.shape
        or not a.flags.c_contiguous
        for a in arrays
    ):
        return None
    flat: list[Array] = [a.reshape(-1) for a in arrays if a is not None]
    for written in (flat[0], *flat[2:]):
        check_writable(written)
    scalars = counted({name: s for name, s in state.items() if name in SCALARS})
    return Job(tuple(flat), tuple(named), scalars, first.base is None)


def advance(update: UpdateFunction, jobs: Iterable[Job], hyper: Hyper) -> None:
    """Write what `update` computes to the parameters and states of the jobs."""
    step = _Step(update, hyper)
    small: dict[tuple[Any, ...], list[Job]] = {}
    for each in jobs:
        if each.owns and each.arrays[0].size <= each.length // 2:
            small.setdefault(each.key(), []).append(each)
        else:
            _advance_one(step, each)
    for alike in small.values():
        for pack in _packs(alike):
            if len(pack) == 1:
                _advance_one(step, pack[0])
            else:
                _advance_joined(step, pack)


class _Step:
    """An update of a block; by its form in place, if it has one."""

    def __init__(self, update: UpdateFunction, hyper: Hyper) -> None:
        self._update, self._hyper = update, hyper
        are_numbers = not any(isinstance(value, Tensor) for value in hyper.values())
        self._in_place = IN_PLACE.get(update) if are_numbers else None
        self._scratch: dict[Any, Array] = {}

    def run(self, block: Sequence[Array], job: Job) -> Mapping[str, Tensor]:
        """Update the arrays, of a block's length at most; returns the new scalars."""
        dtype = block[0].dtype
        if self._in_place is None or dtype.char not in "fd":
            return self._run_pure(block, job)
        if dtype not in self._scratch:
            self._scratch[dtype] = np.empty((2, job.length), dtype)
        param, grad, *states = block
        state = {**job.scalars, **dict(zip(job.names, states, strict=True))}
        scratch = self._scratch[dtype][:, : param.size]
        quiet.run(self._in_place, param, grad, state, self._hyper, scratch)
        return {}

    def _run_pure(self, block: Sequence[Array], job: Job) -> Mapping[str, Tensor]:
        param, grad, *states = map(wrap, block)
        named = dict(zip(job.names, states, strict=True))
        result, changed = self._update(param, grad, {**job.scalars, **named}, self._hyper)
        written = [(named[name], changed[name]) for name in job.names if name in changed]
        for target, value in [(param, result), *written]:
            quiet.run(_copy, target, value)
        return {name: value for name, value in changed.items() if name in SCALARS}


def _advance_one(step: _Step, job: Job) -> None:
    found: Mapping[str, Tensor] = {}
    for start in range(0, max(job.arrays[0].size, 1), job.length):
        found = step.run([a[start : start + job.length] for a in job.arrays], job)
    _finish(job, found)


def _advance_joined(step: _Step, jobs: Sequence[Job]) -> None:
    joined = [np.concatenate(parts) for parts in zip(*(j.arrays for j in jobs), strict=True)]
    found = step.run(joined, jobs[0])
    start = 0
    for each in jobs:
        end = start + each.arrays[0].size
        for array, source in zip(each.arrays, joined, strict=True):
            if array is not each.arrays[1]:
                array[...] = source[start:end]
        _finish(each, found)
        start = end


def _packs(jobs: Sequence[Job]) -> Iterator[Sequence[Job]]:
    """The jobs in runs that fill a block at most."""
    pack: list[Job] = []
    for each in jobs:
        if pack and sum(j.arrays[0].size for j in (*pack, each)) > each.length:
            yield pack
            pack = []
        pack.append(each)
    yield pack


def _finish(job: Job, scalars: Mapping[str, Tensor]) -> None:
    for name, value in scalars.items():
        assign(job.scalars[name], value)
    wrote(job.arrays[0], *job.arrays[2:])


def _copy(target: Tensor, value: Tensor) -> None:
    assert target._data is not None and value._data is not None
    np.copyto(target._data, value._data, casting="unsafe")
