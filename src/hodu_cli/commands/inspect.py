"""`hodu inspect`: what is in a model or a tensor file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from hodu_cli.console import Console
from hodu_cli.options import Dims, Format, TextFormat, Verbose, parse_dims

_File = Annotated[Path, typer.Argument(metavar="FILE", help="Model or tensor file; - is stdin.")]


def inspect(
    file: _File, dim: Dims = None, format: Format = TextFormat.pretty, verbose: Verbose = False
) -> None:
    """Show what is in a model or a tensor file.

    Of a model: inputs, outputs, constants, ops, multiply-accumulates and memory.
    """
    from hodu_cli import inspection
    from hodu_cli.conversion import read
    from hodu_cli.streams import readable

    with readable(file) as path:
        content = read(path, parse_dims(dim), None, Console())
        if content.snapshot is not None:
            report = inspection.model_report(content.snapshot, str(file), verbose)
            lines = inspection.model_lines(report)
        else:
            report = inspection.tensor_report(content.tensors, str(file), verbose)
            lines = inspection.tensor_lines(report)
    print(json.dumps(report) if format is TextFormat.json else "\n".join(lines))
