"""The measurements of `hodu bench`."""

from __future__ import annotations

import functools
import importlib.util
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hodu.devices import CPU
from hodu.dims import symbols
from hodu.ops._table import Array
from hodu.plugins import manager
from hodu.plugins.interfaces import CompileOptions
from hodu.snapshot.bind_dims import bind_dims
from hodu.snapshot.ir import Snapshot
from hodu_cli.console import Console
from hodu_cli.model import model_interface, read_model
from hodu_cli.tables import columns, human_seconds
from hodu_cli.timing import measure

Run = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Settings:
    """How many runs go before, how many are measured, and with how many threads."""

    warm_up: int
    runs: int
    threads: int | None


def bench(
    path: Path, dims: Mapping[str, int], settings: Settings, console: Console
) -> dict[str, Any]:
    """The latencies of a model by back end, in seconds, and the time until each was ready."""
    snapshot = read_model(path, dims, console)
    named = symbols(d for v in snapshot.inputs for d in v.type.shape)
    free = {name: max(symbol.lo, 1) for name, symbol in named.items()}
    snapshot = bind_dims(snapshot, free) if free else snapshot
    inputs = _random_inputs(snapshot, console)
    engines: dict[str, Callable[[], Run]] = {
        name: functools.partial(_hodu, snapshot, name, inputs, settings)
        for name in ("cpu", "interp")
    }
    if path.suffix.lower() == ".onnx" and importlib.util.find_spec("onnxruntime"):
        engines["onnxruntime"] = lambda: _onnxruntime(path, inputs, settings)
    found = {name: _measure(name, prepare, settings, console) for name, prepare in engines.items()}
    return {"model": snapshot.name, "file": str(path), "dims": {**dims, **free}, "engines": found}


def _random_inputs(snapshot: Snapshot, console: Console) -> dict[str, Array]:
    from hodu_cli.images import parse_options
    from hodu_cli.inputs import InputOptions, parse_specs, read_inputs

    infos, _ = model_interface(snapshot)
    specs = parse_specs(["@rand(0)"], None, infos)
    image = parse_options(None, None, None, None, None, None)
    return read_inputs(specs, infos, InputOptions(image, False), console)


def _hodu(snapshot: Snapshot, name: str, inputs: Mapping[str, Array], settings: Settings) -> Run:
    options = CompileOptions(threads=settings.threads)
    module = manager.engine_for(CPU, name).compile(snapshot, options)
    return lambda: module.execute(inputs)


def _onnxruntime(path: Path, inputs: Mapping[str, Array], settings: Settings) -> Run:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = settings.threads or 0
    session = onnxruntime.InferenceSession(str(path), options, ["CPUExecutionProvider"])
    return lambda: session.run(None, dict(inputs))


def _measure(
    name: str, prepare: Callable[[], Run], settings: Settings, console: Console
) -> dict[str, Any]:
    console.status("Measuring", name)
    start = time.perf_counter()
    run = prepare()
    ready = time.perf_counter() - start
    latency = measure(run, settings.runs, settings.warm_up)
    return {"ready": ready, **latency.summary()}


def lines(results: list[dict[str, Any]]) -> list[str]:
    """A table with a line for each model and back end; the last column compares with `cpu`."""
    rows = [["model", "back end", "min", "median", "p90", "p99", "ready in", "to cpu"]]
    for result in results:
        base = result["engines"]["cpu"]["min"]
        for name, found in result["engines"].items():
            shown = [human_seconds(found[k]) for k in ("min", "median", "p90", "p99", "ready")]
            rows.append([result["model"], name, *shown, f"{found['min'] / base:.2f}x"])
    return columns(rows, right=[2, 3, 4, 5, 6, 7], indent=0)
