"""`hodu build`: a model as native code in a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from hodu_cli.console import Console
from hodu_cli.errors import UsageError
from hodu_cli.options import Dims, Exact, Quiet, Tune, TuneSeconds, Verbose, parse_dims

_Model = Annotated[Path, typer.Argument(metavar="MODEL", help="Model file; - is stdin.")]
_Output = Annotated[Path, typer.Option("-o", "--output", metavar="OUT", help="File to write.")]
_Triple = Annotated[
    str | None, typer.Option("-t", "--target", metavar="TRIPLE", help="System to build for.")
]
_Form = Annotated[
    str | None,
    typer.Option(
        "-f", "--format", metavar="FORMAT", help="o, so, a, exe, c, ll, bc, s; else as OUT ends."
    ),
]
_Level = Annotated[
    int, typer.Option("-O", "--optimize", min=0, max=3, metavar="LEVEL", help="Effort, 0 to 3.")
]
_Processor = Annotated[
    str | None, typer.Option(metavar="CPU", help="Processor to build for; native is this one.")
]
_Variants = Annotated[
    str | None,
    typer.Option(metavar="A,B", help="Code to choose from when loaded: baseline,avx2,avx512."),
]
_Name = Annotated[str | None, typer.Option(metavar="NAME", help="Name of the functions.")]
_External = Annotated[
    bool, typer.Option("--external-weights", help="Weights in a file of their own.")
]
_Dump = Annotated[Path | None, typer.Option(metavar="DIR", help="Write every stage to a folder.")]


def build(
    model: _Model,
    output: _Output,
    target: _Triple = None,
    format: _Form = None,
    optimize: _Level = 2,
    mcpu: _Processor = None,
    variants: _Variants = None,
    name: _Name = None,
    external_weights: _External = False,
    dim: Dims = None,
    dump: _Dump = None,
    exact: Exact = False,
    tune: Tune = False,
    tune_seconds: TuneSeconds = 30.0,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    """Compile a model into a library, a program or C source."""
    from hodu.devices import CPU
    from hodu.plan.target import baseline
    from hodu.plugins import manager
    from hodu.plugins.interfaces import CompileOptions
    from hodu_cli import building
    from hodu_cli.model import read_model, reporting

    if variants is not None and mcpu is not None:
        raise UsageError("--mcpu builds for one processor, --variants for several: give one")
    if tune and mcpu != "native":
        raise UsageError(
            "--tune measures on this machine, and the code is for other processors too",
            hint="--mcpu native builds for this one",
        )
    console = Console(quiet)
    form = building.chosen_format(output, format)
    building.check_folder(output)
    chosen = baseline(target, mcpu)
    snapshot = read_model(model, parse_dims(dim), console)
    compiler = manager.builder_for(CPU, form)
    console.status("Compiling", f"{snapshot.name} with {compiler.name} for {chosen.triple}")
    extra: dict[str, Any] = {
        "target": chosen,
        "name": name,
        "external_weights": external_weights,
        "dump": dump,
    }
    if mcpu is None:
        extra["variants"] = building.chosen_variants(variants, form, chosen.triple)
    if verbose:
        extra["report"] = lambda notes: print("\n".join(building.report_lines(notes)))
    seconds = tune_seconds if tune else None
    options = CompileOptions(opt=optimize, exact=exact, tune=seconds, extra=extra)
    with console.progress("Tuning") as report:
        compiler.build(snapshot, CPU, form, output, reporting(options, report))
    console.status("Wrote", f"{output} ({output.stat().st_size:,} bytes)")
