"""Live progress of a run on a terminal."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any, Protocol


class Progress(Protocol):
    """What shows how far a run is."""

    def begin(self, title: str, total: int | None, done: int) -> None:
        """A pass over `total` batches begins, of which `done` are behind it."""

    def advance(self, values: Mapping[str, float]) -> None:
        """Another batch is done; these are the numbers so far."""


class Silent:
    """Shows nothing."""

    def begin(self, title: str, total: int | None, done: int) -> None:
        """Nothing."""

    def advance(self, values: Mapping[str, float]) -> None:
        """Nothing."""


class Bar:
    """A bar of rich for each pass, with the numbers beside it."""

    def __init__(self, display: Any) -> None:
        self._display = display
        self._task: Any = None

    def begin(self, title: str, total: int | None, done: int) -> None:
        """Add a bar below those that are there."""
        self._task = self._display.add_task(title, total=total, completed=done, numbers="")

    def advance(self, values: Mapping[str, float]) -> None:
        """Move the bar on."""
        numbers = "  ".join(f"{name} {value:.4g}" for name, value in values.items())
        self._display.update(self._task, advance=1, numbers=numbers)


@contextlib.contextmanager
def live(is_shown: bool) -> Iterator[Progress]:
    """Bars on stderr while the block runs, if that is a terminal and they are wanted."""
    from rich import progress
    from rich.console import Console

    console = Console(stderr=True)
    if not is_shown or not console.is_terminal:
        yield Silent()
        return
    columns = (
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        progress.TimeRemainingColumn(elapsed_when_finished=True),
        progress.TextColumn("{task.fields[numbers]}"),
    )
    with progress.Progress(*columns, console=console) as display:
        yield Bar(display)
