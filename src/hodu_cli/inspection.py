"""What `hodu inspect` finds in models and tensor files, as JSON and as text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hodu._tensor import Tensor
from hodu.backends.cpu.report import planned_memory
from hodu.dims import Dim, Symbol
from hodu.shapes import TensorType, format_shape
from hodu.snapshot import statistics
from hodu.snapshot.ir import Snapshot
from hodu.snapshot.text import print_snapshot
from hodu_cli.build_report import memory_lines
from hodu_cli.tables import columns, human_bytes, human_count, plural


def model_report(snapshot: Snapshot, file: str, verbose: bool) -> dict[str, Any]:
    """A model in numbers and names; with `verbose` also its text."""
    dims = statistics.named_dims(snapshot)
    sizes = {name: max(symbol.lo, 1) for name, symbol in dims.items()}
    macs = statistics.multiplications(snapshot)
    constants = statistics.data_statistics(snapshot.constants.values())
    report = {
        "kind": "model",
        "file": file,
        "name": snapshot.name,
        **_interface(snapshot),
        "dims": {name: _bounds(symbol) for name, symbol in dims.items()},
        "nodes": len(snapshot.nodes),
        "ops": statistics.ops_histogram(snapshot),
        "constants": {
            "count": constants.count,
            "bytes": constants.bytes,
            "by_dtype": {
                dtype: {"count": count, "bytes": size}
                for dtype, (count, size) in constants.by_dtype.items()
            },
        },
        "parameters": statistics.parameters(snapshot),
        "macs": _dim(macs.total),
        "macs_unknown": list(macs.unknown),
        "peak_memory": {"bytes": statistics.peak_bytes(snapshot, sizes), "dims": sizes},
        "compiled": planned_memory(snapshot),
        "metadata": dict(snapshot.metadata),
    }
    return {**report, "text": print_snapshot(snapshot, locations=True)} if verbose else report


def _interface(snapshot: Snapshot) -> dict[str, Any]:
    """Inputs, outputs and states; what belongs to states is neither input nor output."""
    states = snapshot.states
    outputs = {n: v for n, v in snapshot.outputs.items() if n not in snapshot.aliases}
    return {
        "inputs": [_typed(v.name, v.type) for v in snapshot.inputs if v.name not in states],
        "outputs": [_typed(name, v.type) for name, v in outputs.items()],
        "states": [_typed(v.name, v.type) for v in snapshot.inputs if v.name in states],
    }


def _typed(name: str, type_: TensorType) -> dict[str, Any]:
    return {"name": name, "dtype": type_.dtype.name, "shape": [_dim(d) for d in type_.shape]}


def _dim(dim: Dim) -> int | str:
    return dim if isinstance(dim, int) else str(dim)


def _bounds(symbol: Symbol) -> dict[str, int | None]:
    return {"min": symbol.lo, "max": symbol.hi}


def model_lines(report: Mapping[str, Any]) -> list[str]:
    """The report for people."""
    lines = [f"model {report['name']} ({report['file']})"]
    for title in ("inputs", "outputs", "states"):
        if report[title]:
            lines += [title, *columns([[e["name"], _type_text(e)] for e in report[title]])]
    if report["dims"]:
        lines += ["dimensions", *columns([_range(n, b) for n, b in report["dims"].items()])]
    lines += ["totals", *columns(_totals(report))]
    if report["compiled"]:
        lines += memory_lines(report["compiled"], "memory when compiled")
    if report["ops"]:
        rows = [[op, str(count)] for op, count in report["ops"].items()]
        lines += ["ops", *columns(rows, right=[1])]
    if report["metadata"]:
        lines += ["metadata", *columns([[k, _one_line(v)] for k, v in report["metadata"].items()])]
    return lines + (["text", report["text"].rstrip()] if "text" in report else [])


def _type_text(entry: Mapping[str, Any]) -> str:
    return f"{entry['dtype']}{format_shape(entry['shape'])}"


def _range(name: str, bounds: Mapping[str, int | None]) -> list[str]:
    if bounds["max"] is None:
        return [name, f"{bounds['min']} or more"]
    return [name, f"{bounds['min']} to {bounds['max']}"]


def _totals(report: Mapping[str, Any]) -> list[list[str]]:
    constants = report["constants"]
    dtypes = ", ".join(
        f"{dtype}: {entry['count']} of {human_bytes(entry['bytes'])}"
        for dtype, entry in constants["by_dtype"].items()
    )
    macs, memory = report["macs"], report["peak_memory"]
    counted = human_count(macs) if isinstance(macs, int) else macs
    unknown = f" (without {', '.join(report['macs_unknown'])})" if report["macs_unknown"] else ""
    given = ", ".join(f"{name}={size}" for name, size in memory["dims"].items())
    return [
        ["nodes", str(report["nodes"])],
        ["constants", f"{constants['count']}, {human_bytes(constants['bytes'])}"],
        *([["", dtypes]] if dtypes else []),
        ["parameters", human_count(report["parameters"])],
        ["multiply-accumulates", counted + unknown],
        ["memory of results", human_bytes(memory["bytes"]) + (f" with {given}" if given else "")],
    ]


def _one_line(text: str, limit: int = 100) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else f"{flat[: limit - 3]}..."


def tensor_report(tensors: Mapping[str, Tensor], file: str, verbose: bool) -> dict[str, Any]:
    """Tensors by name, dtype, shape and bytes; with `verbose` also their range and mean."""
    entries = [_tensor(name, tensor, verbose) for name, tensor in tensors.items()]
    total = sum(e["bytes"] for e in entries)
    return {"kind": "tensors", "file": file, "tensors": entries, "bytes": total}


def _tensor(name: str, tensor: Tensor, verbose: bool) -> dict[str, Any]:
    array = tensor.numpy()
    entry = {
        "name": name,
        "dtype": tensor.dtype.name,
        "shape": list(array.shape),
        "bytes": array.nbytes,
    }
    if not verbose or not array.size:
        return entry
    values = array if array.dtype.kind in "iu" else array.astype(np.float64)
    finite = values[np.isfinite(values)]
    entry["not_finite"] = int(values.size - finite.size)
    if finite.size:
        entry |= {"min": finite.min().item(), "max": finite.max().item()}
        entry["mean"] = float(finite.mean(dtype=np.float64))
    return entry


def tensor_lines(report: Mapping[str, Any]) -> list[str]:
    """The report for people."""
    entries = report["tensors"]
    rows = [
        [e["name"] or "(nameless)", _type_text(e), human_bytes(e["bytes"]), _spread(e)]
        for e in entries
    ]
    title = f"{plural(len(entries), 'tensor')}, {human_bytes(report['bytes'])} ({report['file']})"
    return [title, *columns(rows, right=[2])]


def _spread(entry: Mapping[str, Any]) -> str:
    if "mean" not in entry:
        return ""
    odd = f", {entry['not_finite']} not finite" if entry["not_finite"] else ""
    return f"{entry['min']:.6g} to {entry['max']:.6g}, mean {entry['mean']:.6g}{odd}"
