"""What `hodu run` prints besides outputs: the plan, latencies and time by step."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sized
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hodu.ops._table import Array
from hodu.plugins.interfaces import ExecutableModule
from hodu.runtime.support import default_threads
from hodu_cli import memory, profiling, timing
from hodu_cli.console import Console
from hodu_cli.model import Program
from hodu_cli.options import ResultFormat
from hodu_cli.tables import columns, human_seconds, plural

if TYPE_CHECKING:
    from hodu.backends.cpu.limits import Limits


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
    latency = timing.measure(lambda: module.execute(arrays), runs)
    summary, inner = latency.summary(), profiling.concrete(module, arrays)
    data = {
        **_context(program),
        "runs": runs,
        "warm_up": latency.warm_up,
        "seconds": summary,
        "memory": memory.stages(inner),
    }
    rows = [[name, human_seconds(seconds)] for name, seconds in summary.items()]
    title = f"latency of {plural(runs, 'run')} after {latency.warm_up} to warm up"
    _print(data, [title, *columns(rows, right=[1]), *memory.lines(inner)], form)


def profile(
    program: Program,
    module: ExecutableModule,
    arrays: Mapping[str, Array],
    form: ResultFormat,
    trace: Path | None,
) -> None:
    """Print the time of one run by op or kernel, and write a trace of it."""
    steps = profiling.profile(module, arrays)
    if trace is not None:
        profiling.write_trace(steps, trace)
    inner = profiling.concrete(module, arrays)
    threads = getattr(inner, "threads", None) or default_threads()
    limits = _limits(threads) if any(s.bytes for s in steps) else None
    if limits is not None:
        steps = [s.bounded(limits, threads) for s in steps]
    total = sum(s.seconds for s in steps) or 1.0
    found = [_step(s, total) for s in profiling.by_name(steps)]
    rows = [["step", "calls", "time", "share", "rate", "of the limit"], *map(_step_row, found)]
    rows.append(["total", str(sum(s["calls"] for s in found)), human_seconds(total), "", "", ""])
    if all(not row[4] for row in rows[1:]):
        rows = [row[:4] for row in rows]
    data = {**_context(program), "seconds": total, "steps": found, "memory": memory.stages(inner)}
    if limits is not None:
        data["limits"] = {"operations": limits.operations, "bytes": limits.bytes}
    lines = [*columns(rows, right=[1, 2, 3, 4, 5]), *memory.lines(inner)]
    _print(data, lines, form)


def _limits(threads: int) -> Limits:
    from hodu.backends.cpu.limits import machine_limits

    return machine_limits(threads)


def _step(step: profiling.StepTime, total: float) -> dict[str, Any]:
    seconds = max(step.seconds, 1e-9)
    entry = {
        "step": step.name,
        "calls": step.calls,
        "seconds": step.seconds,
        "share": step.seconds / total,
    }
    if not any(step.least):
        return entry
    rates = {"operations": step.operations / seconds, "bytes": step.bytes / seconds}
    bound = "operations" if step.least[0] >= step.least[1] else "bytes"
    return {**entry, "rates": rates, "bound": bound, "of_limit": max(step.least) / seconds}


def _step_row(entry: Mapping[str, Any]) -> list[str]:
    row = [entry["step"], str(entry["calls"]), human_seconds(entry["seconds"])]
    row.append(f"{entry['share']:.1%}")
    if "rates" not in entry:
        return [*row, "", ""]
    rate = entry["rates"][entry["bound"]] / 1e9
    unit = "GFLOP/s" if entry["bound"] == "operations" else "GB/s"
    return [*row, f"{rate:.2f} {unit}", f"{entry['of_limit']:.0%}"]


def finished(console: Console, seconds: float, outputs: Sized) -> None:
    """Say how long the run took."""
    console.status("Finished", f"{plural(len(outputs), 'output')} in {human_seconds(seconds)}")
