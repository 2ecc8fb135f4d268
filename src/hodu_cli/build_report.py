"""What `hodu build -v` says of a program."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hodu_cli.tables import columns, human_bytes, human_count

_SHOWN = 8


def report_lines(notes: Mapping[str, Any]) -> list[str]:
    """What a built program takes, for people: flash, memory and its kernels."""
    code = notes["file_bytes"] - notes["weight_bytes"] * notes["has_weights"]
    weights = human_bytes(notes["weight_bytes"])
    lines = [
        f"{notes['name']} for {notes['target']}",
        "file",
        *columns(
            [
                ["code", human_bytes(code)],
                ["weights", weights if notes["has_weights"] else f"{weights} in another file"],
            ]
        ),
    ]
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
    return [*lines, *memory_lines(notes), *_kernel_lines(notes["kernels"])]


def memory_lines(notes: Mapping[str, Any], title: str = "memory") -> list[str]:
    """The arena, and what occupies it when most of it is in use."""
    rows = [
        ["arena", human_bytes(notes["arena_bytes"])],
        ["most in use at once", human_bytes(notes["arena_bound"] + notes["state_bytes"])],
    ]
    peak = [[f"  {slot['name']}", human_bytes(slot["bytes"])] for slot in notes["peak"]]
    return [title, *columns([*rows, *_first(peak)])]


def _kernel_lines(kernels: list[Mapping[str, Any]]) -> list[str]:
    rows = [
        [
            k["name"],
            human_count(k["operations"]) if k["operations"] else "",
            human_bytes(k["bytes"]),
        ]
        for k in sorted(kernels, key=lambda k: -k["operations"])
    ]
    return [f"{len(kernels)} kernels: operations, memory", *columns(_first(rows), right=[1, 2])]


def _first(rows: list[list[str]]) -> list[list[str]]:
    left = len(rows) - _SHOWN
    blank = [""] * (len(rows[0]) - 1) if rows else []
    return [*rows[:_SHOWN], *([[f"  and {left} more", *blank]] if left > 0 else [])]
