"""Where in the user's code or file the current call comes from."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from contextvars import ContextVar
from types import CodeType
from typing import NamedTuple

_PACKAGE = os.path.dirname(__file__) + os.sep  # noqa: PTH120  (pathlib costs 10 ms to import)
_override: ContextVar[str | None] = ContextVar("hodu_source", default=None)


class Mark(NamedTuple):
    """A place in the user's code, cheap to take: its text is made when it is asked for.

    `call` is what was called there; `code` is the text itself where `at` was given one.
    """

    call: str
    code: CodeType | str | None
    instruction: int

    def __str__(self) -> str:
        if not isinstance(self.code, CodeType):
            return self.code or "an unknown place"
        lines = self.code.co_lines()
        found = (n for start, end, n in lines if start <= self.instruction < end and n is not None)
        return f"{self.code.co_filename}:{next(found, self.code.co_firstlineno)}"


@contextlib.contextmanager
def at(where: str) -> Iterator[None]:
    """Report `where` (a node of a file, say) as the origin of what runs inside."""
    token = _override.set(where)
    try:
        yield
    finally:
        _override.reset(token)


def location() -> str | None:
    """The file and line nearest to the user, as "path:line", or what `at` was given."""
    given = _override.get()
    if given is not None:
        return given
    frame = sys._getframe(1)
    while frame.f_code.co_filename.startswith(_PACKAGE):
        if frame.f_back is None:
            return None
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"


def mark(skip: int = 0) -> Mark | None:
    """The place nearest to the user, as `location` gives it, with what was called there.

    The `skip` nearest callers are known to be in this package; what is not looked at costs nothing.
    """
    inner = frame = sys._getframe(1 + skip)
    while frame.f_code.co_filename.startswith(_PACKAGE):
        if frame.f_back is None:
            return None
        inner, frame = frame, frame.f_back
    given = _override.get()
    call = inner.f_code.co_name
    code = frame.f_code if given is None else given
    # One for each node of a tape: half the time of Mark(...), whose __new__ is Python.
    return tuple.__new__(Mark, (call, code, frame.f_lasti))
