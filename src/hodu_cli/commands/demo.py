"""`hodu demo`: a small ONNX model reads handwritten digits, in the terminal."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from hodu_cli.console import Console
from hodu_cli.options import Quiet

_Device = Annotated[str, typer.Option("-d", "--device", help="Where to run.")]
_Output = Annotated[Path, typer.Option("-o", "--output", metavar="OUT", help="Program to build.")]


def demo(device: _Device = "cpu", output: _Output = Path("digits"), quiet: Quiet = False) -> None:
    """Read handwritten digits with a small model.

    It is compiled for this process, and built as a program of its own.
    """
    from hodu_cli import digits

    if not digits.show(device, output, Console(quiet)):
        sys.stdout.flush()
        raise typer.Exit(1)
