"""`hodu bench`: latencies of models, back ends side by side."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from hodu_cli.console import Console
from hodu_cli.options import Dims, Format, Quiet, TextFormat, parse_dims

_Models = Annotated[list[Path], typer.Argument(metavar="MODEL...", help="Model files.")]
_Warmup = Annotated[int, typer.Option(min=0, metavar="N", help="Runs before measuring.")]
_Runs = Annotated[int, typer.Option("-n", "--runs", min=1, metavar="N", help="Runs to measure.")]
_Threads = Annotated[int | None, typer.Option(min=1, metavar="N", help="Threads to use.")]


def bench(
    models: _Models,
    warmup: _Warmup = 3,
    runs: _Runs = 20,
    threads: _Threads = None,
    dim: Dims = None,
    format: Format = TextFormat.pretty,
    quiet: Quiet = False,
) -> None:
    """Compare the latency of back ends.

    They are cpu, interp, and ONNX Runtime for .onnx, where it is installed. Inputs are random; named sizes without --dim are the least they can be.
    """
    from hodu_cli import benching

    console = Console(quiet)
    settings = benching.Settings(warmup, runs, threads)
    results = [benching.bench(path, parse_dims(dim), settings, console) for path in models]
    if format is TextFormat.json:
        print(json.dumps(results))
    else:
        print("\n".join(benching.lines(results)))
