"""Several consecutive floats in one instruction, for cores that load registers by the list.

LLVM merges loads only where registers happen to be consecutive, so the registers are named: the
values of one buffer go to the same ones each time, those of another buffer to others.
"""

from __future__ import annotations

from collections.abc import Sequence

from hodu.dtypes import f32
from hodu.kernel.buffer import Buf
from hodu.kernel.expr import Binary, Const, Expr, Load
from hodu.kernel.ir import Let, Stmt

_MOST = 8  # an interrupt waits for the instruction, or starts it again
_LAST_REGISTER, _FIRST_REGISTER = 32, 12  # the others are for sums


class Registers:
    """Which registers take the loads from each buffer of a kernel."""

    def __init__(self) -> None:
        self._first: dict[Buf, tuple[int, int]] = {}
        self._free = _LAST_REGISTER

    def first(self, buf: Buf, count: int) -> int | None:
        """The first of `count` registers for loads from a buffer; None where there are none."""
        known = self._first.get(buf)
        if known is not None and known[1] >= count:
            return known[0]
        if self._free - count < _FIRST_REGISTER:
            return None
        self._free -= count
        self._first[buf] = (self._free, count)
        return self._free


def consecutive(block: Sequence[Stmt], at: int) -> list[Let]:
    """The names from `block[at]` on that are given to consecutive floats of one buffer."""
    found: list[Let] = []
    for stmt in block[at : at + _MOST]:
        if not isinstance(stmt, Let) or not _is_float(stmt.value):
            break
        if found and not _follows(stmt.value, found[-1].value):
            break
        found.append(stmt)
    return found if len(found) > 1 else []


def _is_float(x: Expr) -> bool:
    return isinstance(x, Load) and x.buf.dtype is f32 and x.lanes == 1 and x.buf.role != "local"


def _follows(x: Expr, before: Expr) -> bool:
    assert isinstance(x, Load) and isinstance(before, Load)
    (base, offset), (first, last) = _parts(x.index), _parts(before.index)
    return x.buf is before.buf and base == first and offset == last + 1


def _parts(index: Expr) -> tuple[Expr | None, int]:
    """A position as an expression and a number to add to it."""
    if isinstance(index, Const):
        return None, int(index.value)
    if isinstance(index, Binary) and index.op == "add" and isinstance(index.b, Const):
        return index.a, int(index.b.value)
    return index, 0


def load_helper(name: str) -> str:
    """The function `load_FIRST_COUNT`: consecutive floats into registers from sFIRST on."""
    first, count = map(int, name.split("_")[1:])
    numbers = range(count)
    targets = ", ".join(f"float *a{i}" for i in numbers)
    held = "\n".join(f'  register float r{i} __asm__("s{first + i}");' for i in numbers)
    outputs = ", ".join(f'"=t"(r{i})' for i in numbers)
    listed = f"{{s{first}-s{first + count - 1}}}"
    given = f'"r"(p), "m"(*(const float(*)[{count}])p)'
    taken = " ".join(f"*a{i} = r{i};" for i in numbers)
    plain = " ".join(f"*a{i} = p[{i}];" for i in numbers)
    return (
        f"HODU_UNUSED static inline __attribute__((always_inline)) void {name}(\n"
        f"    const float *p, {targets}) {{\n"
        "#if defined(__arm__) && defined(__ARM_FP)\n"
        f"{held}\n"
        f'  __asm__("vldmia %{count}, {listed}"\n      : {outputs}\n      : {given});\n'
        f"  {taken}\n#else\n  {plain}\n#endif\n}}\n"
    )
