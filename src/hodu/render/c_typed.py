"""The typed function of a built model, which takes C arrays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, TypeAlias

from hodu.kernel.walk import can_fail
from hodu.lower.program import Port, Program, slots_of
from hodu.plan.memory import Plan
from hodu.render.c_types import RESERVED, c_name, memory_type

ArenaOwner: TypeAlias = Literal["static", "caller"]
"""Who has the memory of the typed function: it itself, or the caller with an instance."""
_OWN = frozenset({"status", "ready", "instance", "taken", "made", "memory", "self"})


def can_be_typed(program: Program) -> bool:
    """Whether the sizes of all outputs are known, which the typed function takes for granted."""
    return all(isinstance(d, int) for port in program.outputs for d in port.type.shape)


def needs_instance(program: Program) -> bool:
    """Whether the steps of a program for a bare machine read or write their instance."""
    fails = any(can_fail(launch.kernel) for launch in program.launches())
    return fails or any(slot.kind == "shapes" for slot in slots_of(program.steps))


def render_typed(program: Program, plan: Plan, symbol: str, arena: ArenaOwner = "static") -> str:
    """The typed function of a machine with room: it keeps arena and instance in static memory."""
    lines = [f"{signature(program, symbol, arena)} {{", *_arrays(program)]
    if arena == "caller":
        return _finished([*lines, f"  return {symbol}_execute(self, taken, made);"])
    if plan.size:
        lines.append(f"  {_arena('arena', plan)}")
    memory = "arena" if plan.size else "0"
    lines += [
        "  static hodu_instance instance;",
        "  static int ready;",
        "  if (!ready) {",
        f"    int status = {symbol}_init(&instance, {memory}, 0);",
        "    if (status) return status;",
        "    ready = 1;",
        "  }",
        f"  return {symbol}_execute(&instance, taken, made);",
    ]
    return _finished(lines)


def render_bare_typed(
    program: Program, plan: Plan, symbol: str, weights: str | None, arena: ArenaOwner
) -> str:
    """The typed function of a small machine: nothing but the arena is in static memory.

    An instance is there only for what needs it. `weights` names their array.
    """
    if arena == "caller":
        return render_typed(program, plan, symbol, arena)
    lines = [f"{signature(program, symbol, arena)} {{", *_arrays(program)]
    memory = "arena" if plan.size else "0"
    if program.states and plan.size:
        memory = "memory.arena"
        field = _arena("arena", plan, static=False)
        lines.append(f"  static struct {{ {field} int ready; }} memory;")
    elif plan.size:
        lines.append(f"  {_arena('arena', plan)}")
    if needs_instance(program) or program.states:
        lines.append("  hodu_instance instance = {0};")
    if program.states and plan.size:
        lines += [
            "  if (!memory.ready) {",
            f"    int status = {symbol}_init(&instance, {memory}, 0);",
            "    if (status) return status;",
            "    memory.ready = 1;",
            "  }",
        ]
    instance = "&instance" if needs_instance(program) else "0"
    given = f"{instance}, {memory}, {weights or '0'}, taken, made"
    return _finished([*lines, f"  return {symbol}_steps({given});"])


def signature(program: Program, symbol: str, arena: ArenaOwner = "static") -> str:
    """The declaration of the typed function, without a semicolon."""
    inputs, outputs = parameter_names(program)
    parts = ["hodu_instance *self"] if arena == "caller" else []
    parts += [
        _parameter(p, n, "" if p.slot.kind == "updated" else "const ")
        for p, n in zip(program.inputs, inputs, strict=True)
    ]
    parts += [_parameter(p, n, "") for p, n in zip(program.outputs, outputs, strict=True)]
    return f"int {symbol}({', '.join(parts) or 'void'})"


def parameter_names(program: Program, others: Iterable[str] = ()) -> tuple[list[str], list[str]]:
    """Names of the parameters, inputs and outputs: those of the tensors as far as C allows.

    They are not among `others`.
    """
    taken: set[str] = set(RESERVED | _OWN).union(others)
    names = [_fresh(port.name, taken) for port in (*program.inputs, *program.outputs)]
    return names[: len(program.inputs)], names[len(program.inputs) :]


def array(port: Port, name: str) -> str:
    """The declaration of an array that is such a parameter; a single number is an array of one."""
    sizes = port.capacity if port.capacity and 0 not in port.capacity else (1,)
    return f"{memory_type(port.type.dtype)} {name}{''.join(f'[{size}]' for size in sizes)}"


def _parameter(port: Port, name: str, qualifier: str) -> str:
    if not port.capacity or 0 in port.capacity:
        return f"{qualifier}{memory_type(port.type.dtype)} *{name}"
    return f"{qualifier}{array(port, name)}"


def _arrays(program: Program) -> list[str]:
    inputs, outputs = parameter_names(program)
    return [
        f"  const void *taken[] = {{{', '.join(inputs) or '0'}}};",
        f"  void *made[] = {{{', '.join(outputs) or '0'}}};",
    ]


def _arena(name: str, plan: Plan, *, static: bool = True) -> str:
    attribute = f"__attribute__((aligned({plan.alignment})))"
    return f"{'static ' if static else ''}unsigned char {name}[{plan.size}] {attribute};"


def _finished(lines: Sequence[str]) -> str:
    return "\n".join([*lines, "}"]) + "\n"


def _fresh(hint: str, taken: set[str]) -> str:
    name = base = c_name(hint)
    number = 0
    while name in taken:
        number += 1
        name = f"{base}_{number}"
    taken.add(name)
    return name
