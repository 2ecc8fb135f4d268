"""Where the tape records: context managers and decorators, one setting a thread and a context."""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextvars import Token
from types import TracebackType
from typing import ParamSpec, TypeVar

from hodu.dispatch.tape import grad_enabled

_P = ParamSpec("_P")
_R = TypeVar("_R")


class _Mode:
    """Gradients on or off inside a `with` block or a decorated function."""

    def __init__(self, enabled: bool) -> None:
        self._enabled = enabled
        self._tokens: list[Token[bool]] = []

    def __enter__(self) -> None:
        self._tokens.append(grad_enabled.set(self._enabled))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        grad_enabled.reset(self._tokens.pop())

    def __call__(self, function: Callable[_P, _R]) -> Callable[_P, _R]:
        enabled = self._enabled

        @functools.wraps(function)
        def run(*args: _P.args, **kwargs: _P.kwargs) -> _R:
            with _Mode(enabled):
                return function(*args, **kwargs)

        return run


class no_grad(_Mode):
    """Nothing inside is put on the tape: what is computed there has no gradient."""

    def __init__(self) -> None:
        super().__init__(False)


class enable_grad(_Mode):
    """What is computed inside goes on the tape, also within `no_grad`."""

    def __init__(self) -> None:
        super().__init__(True)


class inference_mode(_Mode):
    """The same as `no_grad`, or with `mode` False as `enable_grad`."""

    def __init__(self, mode: bool = True) -> None:
        super().__init__(not mode)


class set_grad_enabled(_Mode):
    """Gradients on or off from the call on; as a context manager, until the block ends."""

    def __init__(self, mode: bool) -> None:
        super().__init__(mode)
        self._tokens.append(grad_enabled.set(mode))

    def __enter__(self) -> None:
        """The setting is made already."""

    def __call__(self, function: Callable[_P, _R]) -> Callable[_P, _R]:
        grad_enabled.reset(self._tokens.pop())
        return super().__call__(function)


def is_grad_enabled() -> bool:
    """Whether what is computed here goes on the tape."""
    return grad_enabled.get()
