"""`hodu run`: inference with a model file."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from hodu_cli.console import Console
from hodu_cli.errors import UsageError
from hodu_cli.options import Dims, Exact, Quiet, ResultFormat, Tune, TuneSeconds, parse_dims

_Model = Annotated[Path, typer.Argument(metavar="MODEL", help="Model file; - is stdin.")]
_Input = Annotated[
    list[str] | None,
    typer.Option(
        "-i",
        "--input",
        metavar="NAME=VALUE",
        help="An input: a tensor file (FILE or FILE:TENSOR), an image, a number or JSON list, "
        "@zeros, @ones, @rand, @rand(SEED), or - for stdin; repeatable.",
    ),
]
_Inputs = Annotated[
    list[str] | None,
    typer.Option("-I", "--inputs", metavar="A=X,B=Y", help="Several inputs at once."),
]
_Device = Annotated[str, typer.Option("-d", "--device", help="Where to run: cpu, cuda:0, ...")]
_Form = Annotated[ResultFormat, typer.Option("-f", "--format", help="Form of the outputs.")]
_Folder = Annotated[
    Path | None,
    typer.Option("-o", "--output-dir", metavar="DIR", help="One file an output; - is stdout."),
]
_Tensors = Annotated[
    list[str] | None,
    typer.Option("--output", metavar="TENSOR", help="Only this output or intermediate tensor."),
]
_Compiler = Annotated[str | None, typer.Option(metavar="NAME", help="Compiler plugin.")]
_Runtime = Annotated[str | None, typer.Option(metavar="NAME", help="Runtime plugin.")]
_Pack = Annotated[str | None, typer.Option(metavar="NAME", help="Compiler and runtime of a name.")]
_CompilerFile = Annotated[
    Path | None, typer.Option(metavar="PATH", help="A Python file that defines `compiler`.")
]
_RuntimeFile = Annotated[
    Path | None, typer.Option(metavar="PATH", help="A Python file that defines `runtime`.")
]
_Cast = Annotated[bool, typer.Option("--cast", help="Cast inputs to the dtypes of the model.")]
_ImageSize = Annotated[str | None, typer.Option(metavar="HxW", help="Resize images.")]
_ImageMode = Annotated[str | None, typer.Option(metavar="rgb|gray", help="Channels of images.")]
_ImageLayout = Annotated[
    str | None, typer.Option(metavar="nchw|nhwc", help="Where the channels of images go.")
]
_ImageScale = Annotated[
    str | None,
    typer.Option(metavar="X", help="Multiply pixels, as in 1/255 (the default for floats)."),
]
_Mean = Annotated[str | None, typer.Option(metavar="R,G,B", help="Subtract from scaled pixels.")]
_Std = Annotated[str | None, typer.Option(metavar="R,G,B", help="Then divide by.")]
_Benchmark = Annotated[
    int | None, typer.Option(min=1, metavar="N", help="Print the latency of N runs instead.")
]
_Profile = Annotated[
    bool, typer.Option("--profile", help="Print the time by kernel or op instead.")
]
_Trace = Annotated[
    Path | None, typer.Option(metavar="FILE", help="With --profile: write a Chrome trace.")
]
_DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would run where.")]
_Timeout = Annotated[float | None, typer.Option(metavar="SECONDS", help="Give up after this long.")]


def run(
    model: _Model,
    input: _Input = None,
    inputs: _Inputs = None,
    device: _Device = "cpu",
    format: _Form = ResultFormat.pretty,
    output_dir: _Folder = None,
    output: _Tensors = None,
    dim: Dims = None,
    compiler: _Compiler = None,
    runtime: _Runtime = None,
    pack: _Pack = None,
    compiler_plugin: _CompilerFile = None,
    runtime_plugin: _RuntimeFile = None,
    cast: _Cast = False,
    image_size: _ImageSize = None,
    image_mode: _ImageMode = None,
    image_layout: _ImageLayout = None,
    image_scale: _ImageScale = None,
    mean: _Mean = None,
    std: _Std = None,
    benchmark: _Benchmark = None,
    profile: _Profile = False,
    trace: _Trace = None,
    dry_run: _DryRun = False,
    exact: Exact = False,
    tune: Tune = False,
    tune_seconds: TuneSeconds = 30.0,
    timeout: _Timeout = None,
    quiet: Quiet = False,
) -> None:
    """Run a model and print or write its outputs."""
    reporting = bool(benchmark or profile or dry_run)
    _check_choices(timeout, bool(benchmark and profile), reporting, output_dir, format)
    from hodu.plugins.interfaces import CompileOptions
    from hodu_cli import reports
    from hodu_cli.engine import choose_engine
    from hodu_cli.images import parse_options
    from hodu_cli.inputs import InputOptions, parse_specs, read_inputs
    from hodu_cli.model import open_program
    from hodu_cli.output import check_destination, write_outputs
    from hodu_cli.timing import time_limit

    if trace is not None and not profile:
        raise UsageError("--trace writes what --profile measures: give both")
    console = Console(quiet)
    image = parse_options(image_size, image_mode, image_layout, image_scale, mean, std)
    with time_limit(timeout):
        engine = choose_engine(device, compiler, runtime, pack, compiler_plugin, runtime_plugin)
        program = open_program(model, parse_dims(dim), output or (), engine, console)
        specs = parse_specs(input, inputs, program.inputs, program.spare)
        if not reporting:
            check_destination(format, output_dir, [info.name for info in program.outputs])
        if dry_run:
            return reports.plan(program, specs, format)
        arrays = read_inputs(specs, program.inputs, InputOptions(image, cast), console, str(model))
        seconds = tune_seconds if tune else None
        module = program.executable(console, CompileOptions(exact=exact, tune=seconds))
        console.status("Running", f"{engine.runtime.name} on {engine.device}")
        if benchmark is not None:
            return reports.benchmark(program, module, arrays, benchmark, format)
        if profile:
            return reports.profile(program, module, arrays, format, trace)
        start = time.perf_counter()
        outputs = module.execute(arrays)
        seconds = time.perf_counter() - start
    reports.finished(console, seconds, outputs)
    return write_outputs(outputs, format, output_dir, console)


def _check_choices(
    timeout: float | None,
    two_reports: bool,
    reporting: bool,
    output_dir: Path | None,
    format: ResultFormat,
) -> None:
    """Raise UsageError for options that do not go together."""
    if timeout is not None and not timeout > 0:
        raise UsageError(f"--timeout {timeout:g} is not a time", hint="give seconds above 0")
    if two_reports:
        raise UsageError("--benchmark and --profile print different reports: give one of them")
    if reporting and (output_dir is not None or format.is_binary):
        raise UsageError(
            "--benchmark, --profile and --dry-run print a report and write no outputs",
            hint="leave out -o, and -f other than json",
        )
