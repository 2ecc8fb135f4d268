"""What `hodu test-target` found, as JSON and as text."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from hodu.backends.interp.module import InterpModule
from hodu.dtypes import FROM_NUMPY
from hodu.emulation.outcome import Outcome
from hodu.ops._table import Array
from hodu.snapshot.ir import Snapshot
from hodu_cli.build_report import firmware_rows
from hodu_cli.closeness import distance, tolerance_of
from hodu_cli.tables import columns, human_bytes


def compare(
    snapshot: Snapshot, inputs: Mapping[str, Array], outcome: Outcome, tolerance: float | None
) -> dict[str, Any]:
    """The run in numbers, with the distance of each output from what the interpreter gives.

    And of each state after the run, where the emulator tells them.
    """
    module = InterpModule(snapshot)
    wanted = {name: tensor.numpy() for name, tensor in module.execute(inputs).items()}
    outputs = [_output(name, outcome.outputs[name], y, tolerance) for name, y in wanted.items()]
    states = [
        _output(name, became, module.states[name], tolerance)
        for name, became in outcome.states.items()
    ]
    notes = outcome.notes
    return {
        "kind": "test-target",
        "name": notes["name"],
        "target": notes["target"],
        "machine": outcome.machine,
        "agrees": all(output["agrees"] for output in (*outputs, *states)),
        "outputs": outputs,
        "states": states,
        "instructions": outcome.instructions,
        "counted_by": outcome.counted_by,
        "macs": sum(layer["macs"] for layer in notes["kernels"]),
        "stack": outcome.stack,
        "arena_bytes": notes["arena_bytes"],
        "file_bytes": notes["file_bytes"],
        "firmware": notes.get("firmware"),
    }


def _output(name: str, found: Array, wanted: Array, tolerance: float | None) -> dict[str, Any]:
    if found.shape != wanted.shape or found.dtype != wanted.dtype:
        return {"name": name, "agrees": False, "max_abs": None, "max_rel": None, "beyond": None}
    apart = distance(found, wanted, tolerance_of(FROM_NUMPY[wanted.dtype], tolerance))
    errors = {"max_abs": _plain(apart.absolute), "max_rel": _plain(apart.relative)}
    return {"name": name, "agrees": apart.beyond == 0, **errors, "beyond": apart.beyond}


def _plain(value: float) -> float | str:
    return value if math.isfinite(value) else str(value)


def lines(report: Mapping[str, Any]) -> list[str]:
    """The report for people."""
    rows = [["output", "max abs", "max rel", ""], *map(_row, report["outputs"])]
    if report["states"]:
        rows += [["state", "", "", ""], *map(_row, report["states"])]
    return [
        f"{report['name']} for {report['target']}, on {report['machine']}",
        *columns(rows, right=[1, 2], indent=0),
        *columns(_taken(report), indent=0),
    ]


def _row(output: Mapping[str, Any]) -> list[str]:
    if output["beyond"] is None:
        return [output["name"], "", "", "another type"]
    told = "agrees" if output["agrees"] else f"{output['beyond']} beyond the tolerance"
    return [output["name"], f"{output['max_abs']:.3}", f"{output['max_rel']:.3}", told]


def _taken(report: Mapping[str, Any]) -> list[list[str]]:
    rows = []
    if report["instructions"] is not None:
        count, macs = report["instructions"], report["macs"]
        each = f", {count / macs:.2f} a multiply-accumulate" if macs else ""
        rows.append(["instructions", f"{count:,}{each} (counted {report['counted_by']})"])
    if report["firmware"] is None:
        file, arena = human_bytes(report["file_bytes"]), human_bytes(report["arena_bytes"])
        return [*rows, ["file", file], ["arena", arena]]
    rows += firmware_rows(report["firmware"], report["arena_bytes"])
    return [*rows, ["  stack measured", human_bytes(report["stack"])]]
