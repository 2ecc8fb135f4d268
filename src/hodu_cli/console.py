"""Status on stderr: right-aligned verbs, warnings, and a progress bar for slow loads."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO

Progress = Callable[[int, int], None]
_PATIENCE = 0.5


def paint(text: str, code: str, stream: TextIO) -> str:
    """`text` in an ANSI style, where the stream is a terminal that wants colour."""
    return f"\x1b[{code}m{text}\x1b[0m" if wants_color(stream) else text


def wants_color(stream: TextIO) -> bool:
    """Whether to write colours: a terminal, and neither NO_COLOR nor TERM=dumb is set."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return not plain and stream.isatty()


class Console:
    """What a command says about its work; `quiet` silences all but warnings."""

    def __init__(self, quiet: bool = False) -> None:
        self.quiet = quiet

    def status(self, verb: str, text: str) -> None:
        """One line about what is being done, as in `   Compiling digits for cpu`."""
        if not self.quiet:
            print(f"{paint(f'{verb:>12}', '1;32', sys.stderr)} {text}", file=sys.stderr)

    def warn(self, text: str) -> None:
        """One line about something that may not be what the user wants."""
        print(f"{paint('warning:', '1;33', sys.stderr)} {text}", file=sys.stderr)

    @contextmanager
    def progress(self, verb: str) -> Iterator[Progress | None]:
        """A function for reporting (done, total); a bar appears after half a second."""
        if self.quiet or not sys.stderr.isatty():
            yield None
            return
        bar = _Bar(verb)
        try:
            yield bar.report
        finally:
            bar.close()


class _Bar:
    """A progress bar that is only drawn (and rich only imported) when the work takes long."""

    def __init__(self, verb: str) -> None:
        self._verb = verb
        self._start = time.monotonic()
        self._bar: Any = None

    def report(self, done: int, total: int) -> None:
        if self._bar is None:
            if time.monotonic() - self._start < _PATIENCE:
                return
            self._open(total)
        self._bar.update(self._task, completed=done, total=total)

    def _open(self, total: int) -> None:
        from rich.console import Console as RichConsole
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

        self._bar = Progress(
            TextColumn(f"[bold cyan]{self._verb:>12}[/]"),
            BarColumn(),
            TaskProgressColumn(),
            console=RichConsole(stderr=True),
            transient=True,
        )
        self._bar.start()
        self._task = self._bar.add_task(self._verb, total=total)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.stop()
