"""`hodu build`: a model as native code in a file."""

from __future__ import annotations

from functools import partial
from typing import Any

from hodu_cli import build_options as choices
from hodu_cli import firmware_options as firmware
from hodu_cli.console import Console
from hodu_cli.options import Dims, Exact, Quiet, Tune, TuneSeconds, Verbose, parse_dims


def build(
    model: choices.Model,
    output: choices.Output,
    target: choices.Triple = None,
    format: choices.Form = None,
    optimize: choices.Level = "2",
    mcpu: choices.Processor = None,
    variants: choices.Variants = None,
    name: choices.Name = None,
    external_weights: choices.ExternalWeights = False,
    arena: firmware.ArenaOwner = firmware.Arena.static,
    ram_limit: firmware.RamLimit = None,
    flash_limit: firmware.FlashLimit = None,
    streaming: firmware.Streaming = False,
    report: firmware.Report = None,
    example: firmware.Example = None,
    dim: Dims = None,
    dump: choices.Dump = None,
    exact: Exact = False,
    tune: Tune = False,
    tune_seconds: TuneSeconds = 30.0,
    verbose: Verbose = False,
    quiet: Quiet = False,
    list_targets: choices.ListTargets = False,
) -> None:
    """Compile a model into a library, a program or C source."""
    from hodu.plan.systems import target_for
    from hodu.plugins.interfaces import CompileOptions
    from hodu_cli import building
    from hodu_cli.build_page import check_report
    from hodu_cli.model import read_model

    building.check_choices(variants, mcpu, tune)
    check_report(report)
    console = Console(quiet)
    form = building.chosen_format(output, format)
    building.check_folder(output, form)
    effort, chosen = building.chosen_effort(optimize, target_for(form, target, mcpu))
    extra: dict[str, Any] = {
        "target": chosen,
        "name": name,
        "external_weights": external_weights,
        "dump": dump,
        "arena": arena.value,
        "streaming": streaming,
        "example": example,
        **firmware.parse_limits(ram_limit, flash_limit),
    }
    if mcpu is None and not (variants is None and chosen.compact):
        extra["variants"] = building.chosen_variants(variants, form, chosen.triple)
    if verbose or report is not None:
        extra["report"] = partial(building.tell, verbose, report, console)
    seconds = tune_seconds if tune else None
    options = CompileOptions(opt=effort, exact=exact, tune=seconds, extra=extra)
    snapshot = read_model(model, parse_dims(dim), console)
    building.write(snapshot, form, output, options, console)
