"""Regions of mixed precision, as context managers and decorators."""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextvars import Token
from types import TracebackType
from typing import ParamSpec, TypeVar

from hodu.dtypes import DTypeLike, as_dtype, bf16, f16
from hodu.errors import DTypeError
from hodu.ops._autocast import Region, closed, opened, region_var
from hodu.source import location

_P = ParamSpec("_P")
_R = TypeVar("_R")


class autocast:
    """A region in which each op runs in the dtype that suits it, eagerly and in captures.

    Products, convolutions, attention and recurrent layers take their float inputs in `dtype` (bf16
    or f16); losses, softmax, norms, exponentials, logarithms and sums in f32; other ops take the
    widest of theirs. f64 stays. Which op does what is the entry `autocast` of the op table; the
    lists are PyTorch's for CUDA. Gradients have the dtypes of what they are the gradients of.

    Parameters are cast once a region unless `cache_enabled` is False. Regions nest; `enabled=False`
    is a part without autocast. One setting a thread and a context. Raises DTypeError.
    """

    def __init__(
        self, dtype: DTypeLike = "bf16", enabled: bool = True, cache_enabled: bool = True
    ) -> None:
        self._dtype = as_dtype(dtype)
        if self._dtype not in (bf16, f16):
            raise DTypeError(
                f"autocast() to {self._dtype}", where=location(), hint="it takes bf16 or f16"
            )
        self._enabled, self._cache = enabled, cache_enabled
        self._tokens: list[Token[Region | None]] = []

    def __enter__(self) -> None:
        if self._enabled:
            opened()
        self._tokens.append(region_var.set(self._region()))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        region_var.reset(self._tokens.pop())
        if self._enabled:
            closed()

    def _region(self) -> Region | None:
        """The region to open; one inside another keeps casts where that does."""
        if not self._enabled:
            return None
        around = region_var.get()
        if not self._cache:
            return Region(self._dtype, None)
        if around is not None and around.casts is not None:
            return Region(self._dtype, around.casts)
        return Region(self._dtype)

    def __call__(self, function: Callable[_P, _R]) -> Callable[_P, _R]:
        @functools.wraps(function)
        def run(*args: _P.args, **kwargs: _P.kwargs) -> _R:
            with autocast(self._dtype, self._enabled, self._cache):
                return function(*args, **kwargs)

        return run


def is_autocast_enabled() -> bool:
    """Whether a region of autocast is open here."""
    return region_var.get() is not None
