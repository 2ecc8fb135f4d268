"""How errors reach the user: one line, what to do next, and an exit code."""

from __future__ import annotations

import errno
import os
import sys
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from hodu_cli.console import paint

# The base of the errors that the parser raises; it has no public name of its own in typer.
_ParserError: type[Exception] = typer.BadParameter.__mro__[1]


class UsageError(Exception):
    """Options that do not make sense; the exit code is 2."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


def report(error: BaseException, debug: bool) -> int:
    """Tell the user about `error` on stderr; returns the exit code."""
    if isinstance(error, SystemExit):
        return _exit_code(error)
    if isinstance(error, BrokenPipeError):
        return _broken_pipe()
    if isinstance(error, (KeyboardInterrupt, typer.Abort)):
        say("interrupted")
        return 130
    if debug:
        traceback.print_exception(error)
    if isinstance(error, (UsageError, _ParserError)):
        _report_usage(error)
        return 2
    message, hint = _describe(error, debug)
    say(message, hint)
    return 1


def say(message: str, hint: str | None = None) -> None:
    """Print an error and, line by line, what to do next."""
    lines = [f"{paint('error:', '1;31', sys.stderr)} {message}"]
    lines += [
        f"  {paint('help:', '1;36', sys.stderr)} {line}" for line in (hint or "").splitlines()
    ]
    print("\n".join(lines), file=sys.stderr, flush=True)


@contextmanager
def shown_warnings() -> Iterator[None]:
    """Show Python's warnings as one line each, without the place in the code."""

    def show(message: Warning | str, *args: object, **kwargs: object) -> None:
        print(f"{paint('warning:', '1;33', sys.stderr)} {message}", file=sys.stderr, flush=True)

    before = warnings.showwarning
    warnings.showwarning = show
    try:
        yield
    finally:
        warnings.showwarning = before


def _report_usage(error: Exception) -> None:
    if isinstance(error, UsageError):
        return say(str(error), error.hint)
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "hodu"
    if type(error).__name__ == "NoArgsIsHelpError":
        return say("missing command", f"see `{command} --help`")
    text: str = error.format_message()  # type: ignore[attr-defined]
    text = " ".join(text.replace("Value error, ", "").split())
    return say(text[:1].lower() + text[1:].rstrip("."), f"see `{command} --help`")


def _describe(error: BaseException, debug: bool) -> tuple[str, str | None]:
    """The message and the help for an error that is not about usage."""
    from hodu.errors import HoduError

    if isinstance(error, HoduError):
        where = f"\n  at: {error.where}" if error.where else ""
        return error.message + where, error.hint
    if isinstance(error, OSError) and error.strerror:
        name = f"{str(error.filename)!r}: " if error.filename is not None else ""
        return f"{name}{error.strerror[:1].lower()}{error.strerror[1:]}", None
    if isinstance(error, MemoryError):
        return f"out of memory{f': {error}' if str(error) else ''}", None
    text = f"internal error: {type(error).__name__}: {error}"
    return text, None if debug else "run it again with --debug for the stack trace to report"


def _exit_code(error: SystemExit) -> int:
    if isinstance(error.__context__, OSError) and error.__context__.errno == errno.EPIPE:
        return _broken_pipe()
    return error.code if isinstance(error.code, int) else int(error.code is not None)


def _broken_pipe() -> int:
    """The reader of our output has gone, as `head` does: nothing more to say, and no error."""
    try:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
    except (OSError, ValueError):
        pass
    return 0
