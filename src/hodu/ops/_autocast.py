"""Mixed precision: the region that is open, and which ops it concerns.

Nothing of this is on the way of an op call. While no region is open in any thread, an op's `plans`
say what they always say; opening the first one empties them for the ops that are marked, and until
the last one is closed they stay empty, so that each call asks `hodu.dispatch.plan` for its casts.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from hodu.dtypes import DType, f32, f64, join

Policy: TypeAlias = Literal["low", "f32", "widest"]


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """What autocast does: the low dtype, and casts of parameters that were made already.

    `casts` is None where they are made anew each time; else it maps the id of the parameter's array
    and the dtype to that array, the time of the cast, and the result.
    """

    dtype: DType
    casts: dict[tuple[int, Any], tuple[Any, int, Any]] | None = field(default_factory=dict)

    def target(self, policy: Policy, given: Iterable[DType], dtype: DType) -> DType:
        """The dtype in which an op of this policy takes an input among those `given`.

        What is no float stays, and so does f64.
        """
        if not dtype.is_float or dtype is f64:
            return dtype
        if policy == "widest":
            return functools.reduce(join, [t for t in given if t.is_float])
        return self.dtype if policy == "low" else f32


region_var: ContextVar[Region | None] = ContextVar("hodu_autocast", default=None)
lock = threading.Lock()
_open = 0
_marked: list[dict[Any, Any]] = []


def watch(caches: Sequence[dict[Any, Any]]) -> None:
    """Have these dicts, which hold what is true outside of regions, emptied when one is opened."""
    _marked.extend(caches)


def is_open() -> bool:
    """Whether a region is open in any thread."""
    return _open > 0


def opened() -> None:
    """Count a region that opens."""
    global _open
    with lock:
        _open += 1
        if _open == 1:
            for cache in _marked:
                cache.clear()


def closed() -> None:
    """Count a region that closes."""
    global _open
    with lock:
        _open -= 1


@contextmanager
def inside(region: Region | None) -> Iterator[None]:
    """Be in a region that was open before, or in none, for the length of the block."""
    if region is None:
        with outside():
            yield
        return
    opened()
    token = region_var.set(region)
    try:
        yield
    finally:
        region_var.reset(token)
        closed()


@contextmanager
def outside() -> Iterator[None]:
    """Leave the region for the length of the block."""
    token = region_var.set(None)
    try:
        yield
    finally:
        region_var.reset(token)


def call_outside(
    compose: Callable[..., Any], inputs: Sequence[Any], attrs: Mapping[str, Any]
) -> Any:
    """Run what an op is written in: autocast concerns the op that is called, not its parts."""
    if not _open:
        return compose(*inputs, **attrs)
    with outside():
        return compose(*inputs, **attrs)


def casting(call: Callable[..., Any], policy: Policy, cast: Callable[[Any, DType], Any]) -> Any:
    """`call` with its tensors cast by `policy` where a region is open.

    For functions over tensors, which have no plans; `cast` makes a tensor of another dtype.
    """

    def run(*args: Any, **kwargs: Any) -> Any:
        region = region_var.get() if _open else None
        if region is None:
            return call(*args, **kwargs)

        def brought(x: Any) -> Any:
            dtype = getattr(x, "dtype", None)
            if not isinstance(dtype, DType):
                return x
            target = region.target(policy, (dtype,), dtype)
            return x if target is dtype else cast(x, target)

        with outside():
            return call(*map(brought, args), **{k: brought(v) for k, v in kwargs.items()})

    return run
