"""`hodu convert`: models and tensors from one format to another."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hodu_cli.console import Console
from hodu_cli.options import Dims, Quiet, Verbose, parse_dims

if TYPE_CHECKING:
    from hodu_cli.conversion import Content

_Source = Annotated[Path, typer.Argument(metavar="IN", help="Model or tensor file; - is stdin.")]
_Target = Annotated[
    Path, typer.Option("-o", "--output", metavar="OUT", help="File to write; - is stdout.")
]
_From = Annotated[
    str | None, typer.Option("--from", metavar="FORMAT", help="Format of IN, if it is not clear.")
]
_To = Annotated[
    str | None, typer.Option("--to", metavar="FORMAT", help="Format of OUT, if it is not clear.")
]
_Level = Annotated[
    int,
    typer.Option("-O", "--optimize", min=0, max=3, metavar="LEVEL", help="Simplify a model: 0-3."),
]
_Opset = Annotated[
    int | None, typer.Option("--opset", min=1, metavar="N", help="Opset of an .onnx to write.")
]
_Dump = Annotated[
    Path | None,
    typer.Option("--dump", metavar="DIR", help="With -O: write the model after every stage."),
]


def convert(
    source: _Source,
    output: _Target,
    source_format: _From = None,
    target_format: _To = None,
    dim: Dims = None,
    optimize: _Level = 0,
    dump: _Dump = None,
    opset: _Opset = None,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    """Convert models and tensors between formats.

    A model written to a tensor format gives its constants.
    """
    from hodu_cli.conversion import optimized, read, target_plugin, write
    from hodu_cli.streams import readable, writable

    console = Console(quiet)
    dims = parse_dims(dim)
    console.status("Loading", "stdin" if str(source) == "-" else str(source))
    with readable(source) as file:
        content = read(file, dims, source_format, console)
        if optimize or dump is not None:
            content = optimized(content, optimize, dump)
        plugin = target_plugin(output, target_format, content)
        if content.is_model and "save_model" not in plugin.capabilities:
            console.status("Extracting", f"the constants of {content.name}")
        with writable(output, plugin.extensions[0]) as target:
            write(content, plugin, target, {} if opset is None else {"opset": opset})
            size = target.stat().st_size
    if verbose:
        _describe(content, console)
    where = "stdout" if str(output) == "-" else str(output)
    console.status("Wrote", f"{where} ({plugin.name}, {size:,} bytes)")


def _describe(content: Content, console: Console) -> None:
    if content.snapshot is not None:
        snapshot = content.snapshot
        for op, count in content.ops().items():
            console.status("Op", f"{op} x {count}")
        console.status("Model", f"{snapshot.name}: {len(snapshot.constants)} constants")
    for name, tensor in content.tensors.items():
        console.status("Tensor", f"{name or '(nameless)'}: {tensor.dtype}{list(tensor.shape)}")
