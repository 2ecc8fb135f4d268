"""The options of `hodu build` for firmware."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from hodu_cli.errors import UsageError


class Arena(enum.Enum):
    """Who has the memory for all results."""

    static = "static"
    caller = "caller"


ArenaOwner = Annotated[
    Arena, typer.Option("--arena", help="Memory of the typed function: its own, or the caller's.")
]
RamLimit = Annotated[
    str | None,
    typer.Option(metavar="SIZE", help="Refuse what takes more memory with its stack, as in 64K."),
]
FlashLimit = Annotated[
    str | None, typer.Option(metavar="SIZE", help="Refuse what takes more flash, as in 1M.")
]
Streaming = Annotated[
    bool,
    typer.Option("--streaming", help="Compute by line buffers where that takes less memory."),
]
Report = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="A picture of the arena (.svg), or a page (.html)."),
]
Example = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR", help="A folder with the model for CMake, Arduino and PlatformIO, and a main."
    ),
]


def parse_limits(ram: str | None, flash: str | None) -> Mapping[str, Any]:
    """Limits in bytes as a compiler takes them; raises UsageError."""
    given = {"ram": ram, "flash": flash}
    return {f"{name}_limit": _size(name, text) for name, text in given.items() if text is not None}


def _size(name: str, text: str) -> int:
    from hodu.toolchain.cache import as_bytes

    size = as_bytes(text)
    if size is None:
        raise UsageError(
            f"--{name}-limit {text!r} is not a size",
            hint="give bytes, or a number with K or M, as in 64K",
        )
    return size
