"""What `hodu build -v` says of a program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hodu_cli.tables import columns, human_bytes, human_count

_SHOWN = 8
_PLACES = 4
LAYER_HEAD = ("kernel", "MACs", "weights", "output", "computes", "nodes")


def report_lines(notes: Mapping[str, Any]) -> list[str]:
    """What a built program takes, for people: flash, memory and its layers."""
    lines = [f"{notes['name']} for {notes['target']}"]
    if "firmware" in notes:
        lines += columns(firmware_rows(notes["firmware"], notes["arena_bytes"]), indent=0)
    else:
        lines += ["file", *columns(_file_rows(notes))]
    rows = [
        [
            v["name"],
            v["processor"],
            human_bytes(v["code_bytes"]),
            f"{human_bytes(v['own_weight_bytes'])} weights of its own",
        ]
        for v in notes["variants"]
    ]
    if rows:
        lines += ["variants: processor, code", *columns(rows, right=[2])]
    return [*lines, *_streaming_lines(notes), *memory_lines(notes), *_layer_lines(notes)]


def firmware_rows(taken: Mapping[str, Any], arena: int) -> list[list[str]]:
    """Flash and RAM by part."""
    stack = "not known" if taken["stack"] is None else human_bytes(taken["stack"])
    below = f", and that of {', '.join(taken['outside'])}" if taken["outside"] else ""
    other = taken["data"] + max(taken["zero"] - arena, 0)
    return [
        ["flash", human_bytes(taken["flash"])],
        ["  code", human_bytes(taken["code"])],
        ["  weights", human_bytes(taken["weights"])],
        ["  tables", human_bytes(taken["tables"])],
        ["RAM", f"{human_bytes(taken['ram'])} without inputs and outputs"],
        ["  arena", human_bytes(arena)],
        *([["  other", human_bytes(other)]] if other else []),
        ["  stack", stack + below],
    ]


def _streaming_lines(notes: Mapping[str, Any]) -> list[str]:
    """What line buffers save and cost."""
    found = notes["streaming"]
    if found is None:
        return []
    if not found["layers"]:
        return ["line buffers would not make the arena smaller: built without them"]
    more = 100 * (found["macs_after"] / max(found["macs_before"], 1) - 1)
    rows = [
        ["layers", " and ".join(map(str, found["layers"]))],
        ["arena without", human_bytes(found["arena_before"])],
        ["extra work", f"{more:.1f} % more multiply-accumulates"],
    ]
    return ["line buffers", *columns(rows)]


def _file_rows(notes: Mapping[str, Any]) -> list[list[str]]:
    code = notes["file_bytes"] - notes["weight_bytes"] * notes["has_weights"]
    weights = human_bytes(notes["weight_bytes"])
    return [
        ["code", human_bytes(code)],
        ["weights", weights if notes["has_weights"] else f"{weights} in another file"],
    ]


def memory_rows(notes: Mapping[str, Any]) -> list[list[str]]:
    """The arena, and what occupies it when most of it is in use."""
    rows = [
        ["arena", human_bytes(notes["arena_bytes"])],
        ["most in use at once", human_bytes(notes["arena_bound"] + notes["state_bytes"])],
    ]
    peak = [[f"  {slot['name']}", human_bytes(slot["bytes"])] for slot in notes["peak"]]
    lent = [[f"in output {y['name']}", human_bytes(y["bytes"])] for y in notes["in_outputs"]]
    return [*rows, *_first(peak), *lent]


def memory_lines(notes: Mapping[str, Any], title: str = "memory") -> list[str]:
    """The rows of memory, for people."""
    return [title, *columns(memory_rows(notes))]


def layer_row(layer: Mapping[str, Any]) -> list[str]:
    """A step of the program: its kernel, its work, its memory, and the nodes it came from."""
    nodes = [place.removeprefix("node ") for place in layer["nodes"]]
    more = ["..."] if len(nodes) > _PLACES else []
    return [
        layer["function"],
        human_count(layer["macs"]) if layer["macs"] else "",
        human_bytes(layer["weight_bytes"]) if layer["weight_bytes"] else "",
        human_bytes(layer["output_bytes"]),
        layer["name"],
        ", ".join([*nodes[:_PLACES], *more]),
    ]


def _layer_lines(notes: Mapping[str, Any]) -> list[str]:
    """All layers of firmware in order, of other programs those with the most work."""
    layers: list[Mapping[str, Any]] = notes["kernels"]
    macs = human_count(sum(layer["macs"] for layer in layers))
    title = f"{len(layers)} layers, {macs} multiply-accumulates"
    if "firmware" in notes:
        rows = [layer_row(layer) for layer in layers]
    else:
        order = sorted(layers, key=lambda k: -max(2 * k["macs"], k["operations"]))
        rows = _first([layer_row(layer) for layer in order])
    return [title, *columns([LAYER_HEAD, *rows], right=[1, 2, 3])]


def _first(rows: list[list[str]]) -> list[list[str]]:
    left = len(rows) - _SHOWN
    blank = [""] * (len(rows[0]) - 1) if rows else []
    more: Sequence[list[str]] = [[f"  and {left} more", *blank]] if left > 0 else []
    return [*rows[:_SHOWN], *more]
