"""The options of `hodu build`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def _list_targets(wanted: bool) -> None:
    if wanted:
        from hodu_cli.targets import target_lines

        print("\n".join(target_lines()))
        raise typer.Exit


Model = Annotated[Path, typer.Argument(metavar="MODEL", help="Model file; - is stdin.")]
Output = Annotated[Path, typer.Option("-o", "--output", metavar="OUT", help="File to write.")]
Triple = Annotated[
    str | None, typer.Option("-t", "--target", metavar="TRIPLE", help="System to build for.")
]
Form = Annotated[
    str | None,
    typer.Option(
        "-f",
        "--format",
        metavar="FORMAT",
        help="o, so, a, exe, wasm, wheel, c, ll, bc, s; else as OUT ends.",
    ),
]
Level = Annotated[
    str,
    typer.Option("-O", "--optimize", metavar="LEVEL", help="Effort, 0 to 3, or s for little code."),
]
Processor = Annotated[
    str | None, typer.Option(metavar="CPU", help="Processor to build for; native is this one.")
]
Variants = Annotated[
    str | None,
    typer.Option(metavar="A,B", help="Code to choose from when loaded: baseline,avx2,avx512."),
]
Name = Annotated[str | None, typer.Option(metavar="NAME", help="Name of the functions.")]
ExternalWeights = Annotated[
    bool, typer.Option("--external-weights", help="Weights in a file of their own.")
]
Dump = Annotated[Path | None, typer.Option(metavar="DIR", help="Write every stage to a folder.")]
ListTargets = Annotated[
    bool,
    typer.Option(
        "--list-targets",
        is_eager=True,
        callback=_list_targets,
        help="Show the systems to build for, and leave.",
    ),
]
