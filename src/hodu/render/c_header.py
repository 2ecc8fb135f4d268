"""The header of a built model."""

from __future__ import annotations

from collections.abc import Sequence

from hodu.lower.program import Port, Program
from hodu.plan.memory import Plan
from hodu.render.c_typed import ArenaOwner, signature
from hodu.render.c_types import c_name


def render_header(
    program: Program, plan: Plan, weight_bytes: int, symbol: str, typed: ArenaOwner | None
) -> str:
    """The text of NAME.h: sizes as macros, and what the model exports.

    `typed` says who has the memory of the typed function, None that there is none.
    """
    upper = symbol.upper()
    sizes: list[tuple[str, object]] = [
        ("ARENA_BYTES", plan.size),
        ("ALIGNMENT", plan.alignment),
        ("WEIGHT_BYTES", weight_bytes),
    ]
    for kind, ports in (("INPUT", program.inputs), ("OUTPUT", program.outputs)):
        sizes.append((f"{kind}_COUNT", len(ports)))
        sizes += [item for i, port in enumerate(ports) for item in _sizes(port, f"{kind}{i}")]
    sizes += _places(program, plan)
    lines = [
        f"/* {_plain(program.name)}",
        *(f" *   {line}" for line in _interface(program)),
        *_lent(program, plan),
        " */",
        f"#ifndef {upper}_H",
        f"#define {upper}_H",
        "",
        '#include "hodu.h"',
        "",
        "#ifdef __cplusplus",
        'extern "C" {',
        "#endif",
        "",
        *(f"#define {upper}_{name} {value}" for name, value in sizes),
        "",
        f"const hodu_model *{symbol}_info(void);",
        f"int {symbol}_init(hodu_instance *self, void *arena, const void *weights);",
        f"int {symbol}_execute(hodu_instance *self, const void *const *inputs, "
        "void *const *outputs);",
        f"void {symbol}_cleanup(hodu_instance *self);",
        "",
        *(_declaration(program, symbol, typed) if typed else ()),
        "#ifdef __cplusplus",
        "}",
        "#endif",
        "",
        "#endif",
    ]
    return "\n".join(lines) + "\n"


def _places(program: Program, plan: Plan) -> list[tuple[str, object]]:
    """Where in the arena each state lies, by its name."""
    found: list[tuple[str, object]] = []
    for port in program.states:
        name = f"STATE_{c_name(port.name).upper()}"
        while any(f"{name}_BYTES" == other for other, _ in found):
            name += "_"
        what = f"/* {_plain(port.name)}: {port.type} */"
        found.append((f"{name}_OFFSET", f"{plan.offsets[port.slot]} {what}"))
        found.append((f"{name}_BYTES", port.slot.bytes))
    return found


def _sizes(port: Port, name: str) -> list[tuple[str, object]]:
    """What a program needs to know of an input or output to make room for it."""
    shape = ", ".join(map(str, port.capacity))
    return [
        (f"{name}_BYTES", port.slot.bytes),
        (f"{name}_ELEMENTS", port.slot.size),
        (f"{name}_RANK", len(port.capacity)),
        *([(f"{name}_SHAPE", f"{{{shape}}}")] if port.capacity else []),
    ]


def _declaration(program: Program, symbol: str, arena: ArenaOwner) -> list[str]:
    if arena == "static":
        says = [
            "/* Runs the model in static memory; returns HODU_OK or another hodu_status.",
            " * One call at a time: threads need instances of their own, "
            "from the functions above. */",
        ]
    else:
        says = [
            f"/* Runs the model in the memory that {symbol}_init has given an instance; returns",
            " * HODU_OK or another hodu_status. */",
        ]
    return [*says, f"{signature(program, symbol, arena)};", ""]


def _interface(program: Program) -> list[str]:
    kinds: Sequence[tuple[str, tuple[Port, ...]]] = (
        ("input", program.inputs),
        ("output", program.outputs),
    )
    return [f"{kind} {_plain(p.name)}: {p.type}" for kind, ports in kinds for p in ports]


def _lent(program: Program, plan: Plan) -> list[str]:
    """A word on outputs in which something else lies before they are written."""
    hosts = set(plan.hosts.values())
    names = ", ".join(_plain(port.name) for port in program.outputs if port.slot in hosts)
    says = " * Until they are written, the model computes in the memory of these outputs, which"
    return [says, f" * must not overlap its inputs: {names}"] if names else []


def _plain(text: str) -> str:
    """A text that can stand in a comment."""
    return text.replace("*/", "* /").replace("/*", "/ *").replace("\n", " ")
