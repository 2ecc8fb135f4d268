"""`hodu inspect`: what is in a model or a tensor file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from hodu_cli.console import Console
from hodu_cli.errors import UsageError
from hodu_cli.options import Dims, Format, TextFormat, Verbose, parse_dims

_File = Annotated[Path, typer.Argument(metavar="FILE", help="Model or tensor file; - is stdin.")]


_Check = Annotated[
    bool, typer.Option("--check", help="List what cannot be imported or compiled, with remedies.")
]
_Target = Annotated[
    str | None,
    typer.Option("-t", "--target", metavar="TRIPLE", help="With --check: the system to build for."),
]


def inspect(
    file: _File,
    dim: Dims = None,
    check: _Check = False,
    target: _Target = None,
    format: Format = TextFormat.pretty,
    verbose: Verbose = False,
) -> None:
    """Show what is in a model or a tensor file.

    Of a model: inputs, outputs, constants, ops, multiply-accumulates and memory. With --check,
    every node that a back end does not take; it ends with 1 if there is one.
    """
    if target is not None and not check:
        raise UsageError("--target is for --check")
    if check:
        return _check(file, parse_dims(dim), target, format)
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
    return None


def _check(file: Path, dims: dict[str, int], target: str | None, format: TextFormat) -> None:
    from hodu_cli import checking
    from hodu_cli.streams import readable

    with readable(file) as path:
        found = checking.problems(path, dims, target)
    if format is TextFormat.json:
        print(json.dumps(checking.as_json(found, str(file))))
    else:
        print("\n".join(checking.as_lines(found, str(file))))
    if found:
        raise typer.Exit(1)
