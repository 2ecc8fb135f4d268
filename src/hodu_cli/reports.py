"""What `hodu run` prints besides outputs: the plan, latencies and time by op."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sized
from typing import Any

from hodu.ops._table import Array
from hodu.plugins.interfaces import ExecutableModule
from hodu_cli import timing
from hodu_cli.console import Console
from hodu_cli.model import Program
from hodu_cli.options import ResultFormat
from hodu_cli.tables import columns, human_seconds, plural


def _context(program: Program) -> dict[str, str]:
    engine = program.engine
    return {
        "model": program.describe(),
        "file": str(program.path),
        "compiler": f"{engine.compiler.name} {engine.compiler.version}",
        "runtime": f"{engine.runtime.name} {engine.runtime.version}",
        "device": str(engine.device),
    }


def _print(data: Mapping[str, Any], lines: list[str], form: ResultFormat) -> None:
    print(json.dumps(data) if form is ResultFormat.json else "\n".join(lines))


def plan(program: Program, specs: Mapping[str, str], form: ResultFormat) -> None:
    """Print what would run where, which inputs it takes and which of them were given."""
    context = _context(program)
    inputs = [
        {"name": i.name, "type": str(i).partition(": ")[2], "given": specs.get(i.name)}
        for i in program.inputs
    ]
    outputs = [{"name": o.name, "type": str(o).partition(": ")[2]} for o in program.outputs]
    lines = columns([[f"{key}:", value] for key, value in context.items()], indent=0)
    lines += ["inputs:", *columns([_given(i) for i in inputs])]
    lines += ["outputs:", *columns([[o["name"], o["type"]] for o in outputs])]
    _print({**context, "inputs": inputs, "outputs": outputs}, lines, form)


def _given(entry: Mapping[str, str | None]) -> list[str]:
    return [str(entry["name"]), str(entry["type"]), entry["given"] or "(missing)"]


def benchmark(
    program: Program,
    module: ExecutableModule,
    arrays: Mapping[str, Array],
    runs: int,
    form: ResultFormat,
) -> None:
    """Print the latencies of `runs` runs."""
    latency = timing.measure(module, arrays, runs)
    summary = latency.summary()
    data = {
        **_context(program),
        "runs": runs,
        "warm_up": latency.warm_up,
        "seconds": summary,
    }
    rows = [[name, human_seconds(seconds)] for name, seconds in summary.items()]
    title = f"latency of {plural(runs, 'run')} after {latency.warm_up} to warm up"
    _print(data, [title, *columns(rows, right=[1])], form)


def profile(
    program: Program, module: ExecutableModule, arrays: Mapping[str, Array], form: ResultFormat
) -> None:
    """Print the time of one run by op."""
    times = timing.profile(module, arrays)
    total = sum(t.seconds for t in times) or 1.0
    ops = [{"op": t.op, "calls": t.calls, "seconds": t.seconds} for t in times]
    rows = [["op", "calls", "time", "share"]]
    rows += [
        [t.op, str(t.calls), human_seconds(t.seconds), f"{t.seconds / total:.1%}"] for t in times
    ]
    rows.append(["total", str(sum(t.calls for t in times)), human_seconds(total), ""])
    _print({**_context(program), "ops": ops}, columns(rows, right=[1, 2, 3]), form)


def finished(console: Console, seconds: float, outputs: Sized) -> None:
    """Say how long the run took."""
    console.status("Finished", f"{plural(len(outputs), 'output')} in {human_seconds(seconds)}")
