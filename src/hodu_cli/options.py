"""Options that several commands share, and the parsing of `name=value` pairs."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from typing import Annotated

import typer

from hodu_cli.errors import UsageError


class TextFormat(enum.Enum):
    """The forms of a report."""

    pretty = "pretty"
    json = "json"


class ResultFormat(enum.Enum):
    """The forms of a result."""

    pretty = "pretty"
    json = "json"
    hdt = "hdt"
    npy = "npy"

    @property
    def is_binary(self) -> bool:
        """Whether it is made of files rather than text."""
        return self in (ResultFormat.hdt, ResultFormat.npy)


Format = Annotated[TextFormat, typer.Option("-f", "--format", help="How to print the result.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="No status on stderr.")]
Verbose = Annotated[bool, typer.Option("-v", "--verbose", help="Say more.")]
Tune = Annotated[
    bool, typer.Option("--tune", help="Measure which code is the fastest on this machine.")
]
TuneSeconds = Annotated[
    float, typer.Option(min=1, metavar="S", help="With --tune: how long to measure at most.")
]
Exact = Annotated[bool, typer.Option("--exact", help="Do not reorder arithmetic.")]
Dims = Annotated[
    list[str] | None,
    typer.Option("--dim", metavar="NAME=SIZE", help="Bind a named dimension; repeatable."),
]


def parse_dims(specs: Iterable[str] | None) -> dict[str, int]:
    """Sizes by dimension name from `name=4`; raises UsageError."""
    dims: dict[str, int] = {}
    for spec in specs or ():
        name, separator, size = spec.partition("=")
        is_number = size.strip().isdecimal() and len(size) < 20
        if not separator or not name or not is_number or int(size) < 1:
            raise UsageError(
                f"--dim {spec!r} is not of the form NAME=SIZE", hint="as in --dim batch=4"
            )
        if dims.setdefault(name, int(size)) != int(size):
            raise UsageError(f"--dim {name} is given twice, as {dims[name]} and {size}")
    return dims
