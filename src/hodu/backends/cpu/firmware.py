"""What a program takes of a small machine, and whether it fits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from typing import Any

from hodu.backends.cpu.prepare import Prepared
from hodu.errors import ValueRangeError
from hodu.render.c_typed import can_be_typed
from hodu.runtime.support import C_FOLDER
from hodu.toolchain.build import Source, compile_forms
from hodu.toolchain.compiler import CodeOptions
from hodu.toolchain.footprint import measure

_BLAMED = 5


def describe_firmware(ready: Prepared, code: CodeOptions, *, has_weights: bool) -> dict[str, Any]:
    """The parts of flash and memory in bytes when nothing but the typed function is called.

    Where the arena is the caller's, init is called too; without a typed function, execute is in
    its place. `outside` are the functions that the firmware has to have, whose stack is not
    counted; `stack` is None where it is not known.
    """
    options = ready.options
    typed = options.typed if can_be_typed(ready.program) else None
    is_given = typed != "static"
    entries = [f"{options.symbol}_execute" if typed is None else options.symbol]
    entries += [f"{options.symbol}_init"] if is_given else []
    source = Source(f"{options.symbol}.c", ready.source)
    found = measure(compile_forms([source], _with_headers(code)), entries)
    weights = ready.weights.size if has_weights else 0
    return {
        **asdict(found),
        "outside": [name for name in found.outside if name != options.embedded],
        "weights": weights,
        "flash": found.flash + weights,
        "ram": found.memory + ready.plan.size * is_given + (found.stack or 0),
    }


def _with_headers(code: CodeOptions) -> CodeOptions:
    return replace(code, includes=(*code.includes, C_FOLDER))


def check_limits(notes: Mapping[str, Any], ram: int | None, flash: int | None) -> None:
    """Raise ValueRangeError that names the layers to blame if a program does not fit.

    `notes` are those of `hodu.backends.cpu.build`; flash and ram are limits in bytes.
    """
    taken = notes["firmware"]
    if ram is not None and taken["ram"] > ram:
        raise ValueRangeError(
            f"{notes['name']} takes {taken['ram']:,} bytes of RAM, and the limit is {ram:,}:\n"
            f"  {notes['arena_bytes']:,} of the arena and {taken['stack'] or 0:,} of the stack; "
            f"when the arena is fullest it holds\n{_rows(_alive(notes))}",
            hint="int8 weights and activations take a quarter; "
            "a smaller input or fewer channels of these tensors take less",
        )
    if flash is not None and taken["flash"] > flash:
        raise ValueRangeError(
            f"{notes['name']} takes {taken['flash']:,} bytes of flash, and the limit is "
            f"{flash:,}:\n  {taken['code']:,} of code, {taken['tables']:,} of tables and "
            f"{taken['weights']:,} of weights, most of them those of\n{_rows(_heavy(notes))}",
            hint="int8 weights take a quarter; "
            "-Os makes the code smaller; fewer channels of these layers take less",
        )


def _alive(notes: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    """What is in memory when most is, with the layers that make it."""
    makers = {name: _title(row) for row in reversed(notes["kernels"]) for name in row["writes"]}
    for row in notes["peak"]:
        maker = makers.get(row["name"])
        name = row["name"] if maker is None else f"{row['name']} of {maker}"
        yield {"name": name, "bytes": row["bytes"]}


def _heavy(notes: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    """The layers with the most weights."""
    layers = [{"name": _title(r), "bytes": r["weight_bytes"]} for r in notes["kernels"]]
    return sorted(layers, key=lambda row: -row["bytes"])


def _title(layer: Mapping[str, Any]) -> str:
    return ", ".join(layer["nodes"]) or layer["name"]


def _rows(rows: Iterable[Mapping[str, Any]]) -> str:
    found = [row for row in rows if row["bytes"]]
    lines = [f"    {row['bytes']:>12,}  {row['name']}" for row in found[:_BLAMED]]
    more = len(found) - _BLAMED
    return "\n".join([*lines, *([f"    and {more} more"] if more > 0 else [])])
