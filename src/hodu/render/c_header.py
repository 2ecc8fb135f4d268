"""The header of a built model, and the typed function that calls it without any preparation."""

from __future__ import annotations

from collections.abc import Sequence

from hodu.lower.program import Port, Program
from hodu.plan.memory import Plan
from hodu.render.c_types import RESERVED, memory_type

_OWN = frozenset({"status", "ready", "instance", "taken", "made"})


def render_header(program: Program, plan: Plan, weight_bytes: int, symbol: str, typed: bool) -> str:
    """The text of NAME.h: sizes as macros, and what the model exports."""
    upper = symbol.upper()
    sizes: list[tuple[str, object]] = [("ARENA_BYTES", plan.size), ("ALIGNMENT", plan.alignment)]
    sizes.append(("WEIGHT_BYTES", weight_bytes))
    for kind, ports in (("INPUT", program.inputs), ("OUTPUT", program.outputs)):
        sizes.append((f"{kind}_COUNT", len(ports)))
        sizes += [(f"{kind}{i}_BYTES", port.slot.bytes) for i, port in enumerate(ports)]
    sizes += _places(program, plan)
    lines = [
        f"/* {_plain(program.name)}",
        *(f" *   {line}" for line in _interface(program)),
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
        *(_declaration(program, symbol) if typed else ()),
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


def can_be_typed(program: Program) -> bool:
    """Whether the sizes of all outputs are known, which the typed function takes for granted."""
    return all(isinstance(d, int) for port in program.outputs for d in port.type.shape)


def render_typed(program: Program, plan: Plan, symbol: str, *, bare: bool = False) -> str:
    """The typed function: it keeps the arena, and the instance if need be, in static memory.

    On a `bare` machine an instance without states is made for each call.
    """
    kept = bool(program.states) or not bare
    arena = "arena" if plan.size else "0"
    lines = [f"{_signature(program, symbol)} {{", *_arena(plan)]
    if kept:
        lines += ["  static hodu_instance instance;", "  static int ready;"]
    else:
        lines.append("  hodu_instance instance;")
    lines += [
        *_tables(program),
        *(
            [
                "  if (!ready) {",
                f"    int status = {symbol}_init(&instance, {arena}, 0);",
                "    if (status) return status;",
                "    ready = 1;",
                "  }",
            ]
            if kept
            else [
                f"  int status = {symbol}_init(&instance, {arena}, 0);",
                "  if (status) return status;",
            ]
        ),
        f"  return {symbol}_execute(&instance, taken, made);",
        "}",
    ]
    return "\n".join(lines) + "\n"


def render_plain(program: Program, plan: Plan, symbol: str, weights: str) -> str:
    """The typed function of a program whose runs need no instance."""
    arena = "arena" if plan.size else "0"
    lines = [
        f"{_signature(program, symbol)} {{",
        *_arena(plan),
        *_tables(program),
        f"  return {symbol}_run({arena}, {weights}, taken, made);",
        "}",
    ]
    return "\n".join(lines) + "\n"


def _arena(plan: Plan) -> list[str]:
    if not plan.size:
        return []
    return [
        f"  static unsigned char arena[{plan.size}]",
        f"      __attribute__((aligned({plan.alignment})));",
    ]


def _tables(program: Program) -> list[str]:
    """The inputs and outputs as the functions for all models take them."""
    inputs, outputs = _names(program)
    return [
        f"  const void *taken[] = {{{', '.join(inputs) or '0'}}};",
        f"  void *made[] = {{{', '.join(outputs) or '0'}}};",
    ]


def _declaration(program: Program, symbol: str) -> list[str]:
    return [
        "/* Runs the model in static memory; returns HODU_OK or another hodu_status.",
        " * One call at a time: threads need instances of their own, from the functions above. */",
        f"{_signature(program, symbol)};",
        "",
    ]


def _signature(program: Program, symbol: str) -> str:
    inputs, outputs = _names(program)
    parts = [
        _parameter(p, n, "" if p.slot.kind == "updated" else "const ")
        for p, n in zip(program.inputs, inputs, strict=True)
    ]
    parts += [_parameter(p, n, "") for p, n in zip(program.outputs, outputs, strict=True)]
    return f"int {symbol}({', '.join(parts) or 'void'})"


def _parameter(port: Port, name: str, qualifier: str) -> str:
    element = f"{qualifier}{memory_type(port.type.dtype)}"
    if not port.capacity or 0 in port.capacity:
        return f"{element} *{name}"
    return f"{element} {name}{''.join(f'[{size}]' for size in port.capacity)}"


def _names(program: Program) -> tuple[list[str], list[str]]:
    """Names of parameters: those of the tensors as far as C allows."""
    taken: set[str] = set(RESERVED | _OWN)
    names = [_fresh(port.name, taken) for port in (*program.inputs, *program.outputs)]
    return names[: len(program.inputs)], names[len(program.inputs) :]


def _fresh(hint: str, taken: set[str]) -> str:
    name = base = c_name(hint)
    number = 0
    while name in taken:
        number += 1
        name = f"{base}_{number}"
    taken.add(name)
    return name


def c_name(text: str) -> str:
    """A text as a C identifier."""
    clean = "".join(c if c.isascii() and c.isalnum() else "_" for c in text) or "model"
    return clean if clean[0].isalpha() or clean[0] == "_" else f"v{clean}"


def _interface(program: Program) -> list[str]:
    kinds: Sequence[tuple[str, tuple[Port, ...]]] = (
        ("input", program.inputs),
        ("output", program.outputs),
    )
    return [f"{kind} {_plain(p.name)}: {p.type}" for kind, ports in kinds for p in ports]


def _plain(text: str) -> str:
    """A text that can stand in a comment."""
    return text.replace("*/", "* /").replace("/*", "/ *").replace("\n", " ")
