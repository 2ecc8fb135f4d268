"""`hodu diff`: where two models, or two back ends, compute different things."""

from __future__ import annotations

import enum
import json
from pathlib import Path
from typing import Annotated

import typer

from hodu_cli.console import Console
from hodu_cli.options import Dims, Format, Quiet, TextFormat, Verbose, parse_dims


class Match(enum.Enum):
    """How tensors of two models are brought together."""

    auto = "auto"
    name = "name"
    position = "position"


_A = Annotated[Path, typer.Argument(metavar="A", help="Model file.")]
_B = Annotated[
    Path | None, typer.Argument(metavar="B", help="The other one; else A on another back end.")
]
_Input = Annotated[
    list[str] | None,
    typer.Option(
        "-i", "--input", metavar="NAME=VALUE", help="An input of A, as of hodu run; else random."
    ),
]
_Seed = Annotated[int, typer.Option(min=0, metavar="N", help="Seed of random inputs.")]
_BackendA = Annotated[str, typer.Option(metavar="NAME", help="What runs A: interp, cpu, ...")]
_BackendB = Annotated[str, typer.Option(metavar="NAME", help="What runs B.")]
_Matching = Annotated[
    Match, typer.Option(help="Match tensors by name or by position; auto is by name if it can be.")
]
_Tolerance = Annotated[
    float | None,
    typer.Option(
        min=0, metavar="T", help="|a - b| <= T + T |b|; else 1e-4 for f32, 0 for integers."
    ),
]


def diff(
    a: _A,
    b: _B = None,
    input: _Input = None,
    seed: _Seed = 0,
    backend_a: _BackendA = "interp",
    backend_b: _BackendB = "interp",
    match: _Matching = Match.auto,
    tolerance: _Tolerance = None,
    dim: Dims = None,
    format: Format = TextFormat.pretty,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    """Run two models on the same inputs and show the first tensor where they differ.

    Every tensor that both have is compared. Ends with 0 if they agree, else with 1.
    """
    from hodu.devices import CPU
    from hodu.plugins import manager
    from hodu_cli import diff_report
    from hodu_cli.diffing import Side, compare
    from hodu_cli.inputs import InputOptions, parse_specs, read_inputs
    from hodu_cli.model import model_interface, read_model

    console, dims = Console(quiet), parse_dims(dim)
    engines = [manager.engine_for(CPU, name, name) for name in (backend_a, backend_b)]
    first = read_model(a, dims, console)
    second = first if b is None else read_model(b, dims, console)
    left, right = Side(str(a), first, engines[0]), Side(str(b or a), second, engines[1])
    infos, _ = model_interface(first)
    given = parse_specs(input, None, infos)
    random = {info.name: f"@rand({seed + i})" for i, info in enumerate(infos)}
    arrays = read_inputs({**random, **given}, infos, InputOptions(), console, str(a))
    console.status("Running", f"{backend_a} and {backend_b}")
    found = compare(left, right, arrays, match.value, tolerance)
    if format is TextFormat.json:
        print(json.dumps(diff_report.as_json(found, left, right)))
    else:
        print("\n".join(diff_report.as_lines(found, left, right, verbose)))
    if not found.agrees:
        raise typer.Exit(1)
