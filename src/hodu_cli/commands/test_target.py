"""`hodu test-target`: a model on another machine, in an emulator, against this one."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from hodu_cli import build_options as choices
from hodu_cli import firmware_options as firmware
from hodu_cli.console import Console
from hodu_cli.options import Dims, Exact, Format, Quiet, TextFormat, parse_dims

_Triple = Annotated[
    str, typer.Option("-t", "--target", metavar="TRIPLE", help="System to run the model on.")
]
_Input = Annotated[
    list[str] | None,
    typer.Option(
        "-i", "--input", metavar="NAME=VALUE", help="An input, as of hodu run; else random."
    ),
]
_Tolerance = Annotated[
    float | None,
    typer.Option(
        min=0, metavar="T", help="|a - b| <= T + T |b|; else 1e-4 for f32, 0 for integers."
    ),
]


def test_target(
    model: choices.Model,
    target: _Triple,
    input: _Input = None,
    mcpu: choices.Processor = None,
    optimize: choices.Level = "2",
    tolerance: _Tolerance = None,
    dim: Dims = None,
    exact: Exact = False,
    streaming: firmware.Streaming = False,
    format: Format = TextFormat.pretty,
    quiet: Quiet = False,
) -> None:
    """Build a model for a target, run it in an emulator, and compare with the interpreter here.

    Reports instructions, flash, RAM and stack. Ends with 0 if the outputs agree, else with 1.
    """
    from hodu.emulation.emulate import emulate
    from hodu.plan.systems import spelled
    from hodu.plan.target import baseline
    from hodu.plugins.interfaces import CompileOptions
    from hodu_cli import emulation
    from hodu_cli.building import chosen_effort
    from hodu_cli.inputs import InputOptions, parse_specs, read_inputs
    from hodu_cli.model import model_interface, read_model

    console = Console(quiet)
    effort, chosen = chosen_effort(optimize, baseline(spelled(target), mcpu))
    snapshot = read_model(model, parse_dims(dim), console)
    infos, _ = model_interface(snapshot)
    random = {info.name: f"@rand({i})" for i, info in enumerate(infos)}
    given = parse_specs(input, None, infos)
    arrays = read_inputs({**random, **given}, infos, InputOptions(), console, str(model))
    console.status("Running", f"{snapshot.name} on {chosen.triple} {chosen.processor}")
    options = CompileOptions(opt=effort, exact=exact, extra={"streaming": streaming})
    outcome = emulate(snapshot, arrays, chosen, options)
    report = emulation.compare(snapshot, arrays, outcome, tolerance)
    if format is TextFormat.json:
        print(json.dumps(report))
    else:
        print("\n".join(emulation.lines(report)))
    if not report["agrees"]:
        raise typer.Exit(1)
