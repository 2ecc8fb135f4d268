"""What a program says of itself in C: its tensors, its kernels and the texts of its errors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from hodu.lower.program import Port, Program, Slot
from hodu.plan.memory import Plan


def render_description(
    program: Program, plan: Plan, symbol: str, *, target: str, weight_bytes: int, has_weights: bool
) -> Iterator[str]:
    """The `hodu_model` of a program, and the function that gives it.

    `target` is its triple, for the record; `has_weights` says that none need be given to init.
    """
    counts = {"inputs": program.inputs, "outputs": program.outputs, "states": program.states}
    for name, ports in counts.items():
        yield from _tensors(f"{symbol}_{name}", ports, plan.offsets)
    labels = [launch.label for launch in program.launches()]
    yield _strings(f"{symbol}_sites", program.sites)
    yield _strings(f"{symbol}_kernels", labels)
    fields = [
        ("abi", "HODU_ABI"),
        ("name", _c_string(program.name)),
        ("target", _c_string(target)),
        *((f"{name[:-1]}_count", str(len(ports))) for name, ports in counts.items()),
        ("site_count", str(len(program.sites))),
        *((name, f"{symbol}_{name}" if ports else "0") for name, ports in counts.items()),
        ("sites", f"{symbol}_sites"),
        ("arena_bytes", str(plan.size)),
        ("weight_bytes", str(weight_bytes)),
        ("has_weights", str(int(has_weights))),
        ("kernel_count", str(len(labels))),
        ("kernels", f"{symbol}_kernels"),
    ]
    body = "\n".join(f"  .{name} = {value}," for name, value in fields)
    yield f"static const hodu_model {symbol}_description = {{\n{body}\n}};\n"
    yield f"const hodu_model *{symbol}_info(void) {{ return &{symbol}_description; }}\n"


def _tensors(name: str, ports: Sequence[Port], offsets: Mapping[Slot, int]) -> Iterator[str]:
    if not ports:
        return
    rows = []
    for number, port in enumerate(ports):
        shape = "0"
        if port.capacity:
            shape = f"{name[:-1]}{number}_shape"
            yield f"static const int64_t {shape}[] = {{{', '.join(map(str, port.capacity))}}};"
        dynamic = int(any(not isinstance(d, int) for d in port.type.shape))
        offset = offsets.get(port.slot, 0)
        row = (_c_string(port.name), port.type.dtype.onnx, len(port.capacity), shape)
        more = (port.slot.bytes, offset, dynamic, int(port.slot.kind == "updated"))
        rows.append(f"  {{{', '.join(map(str, (*row, *more)))}}},")
    yield f"static const hodu_tensor {name}[] = {{\n" + "\n".join(rows) + "\n};\n"


def _strings(name: str, texts: Sequence[str]) -> str:
    rows = "\n".join(f"  {_c_string(t)}," for t in texts) if texts else "  0"
    return f"static const char *const {name}[] = {{\n{rows}\n}};\n"


def _c_string(text: str) -> str:
    """A C string literal; bytes that are not printable ASCII are written in octal."""
    out = []
    for byte in text.encode():
        char = chr(byte)
        plain = 32 <= byte < 127 and char not in '"\\?'
        out.append(char if plain else f"\\{byte:03o}")
    return '"' + "".join(out) + '"'
