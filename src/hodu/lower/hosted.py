"""Tables of numbers at the beginning of constants that kernels get anyhow.

A call passes one pointer less, which are about eight bytes of code.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence

import numpy as np

from hodu.dtypes import DType
from hodu.kernel.buffer import Buf
from hodu.kernel.expr import Expr, Load, Ramp
from hodu.kernel.ir import Block, Copy
from hodu.kernel.walk import all_expressions, replace_block, statements
from hodu.lower.program import Argument, Launch, Place, Program, Slot
from hodu.ops._table import Array


def find_host(members: Sequence[Launch], dtype: DType, uses: Counter[Slot]) -> int | None:
    """The number of a parameter that is a constant of this dtype in all calls, and of one each."""
    counts = range(len(members[0].arguments))
    return next((n for n in counts if all(_can_host(m, n, dtype, uses) for m in members)), None)


def count_uses(program: Program) -> Counter[Slot]:
    """How many arguments of calls lie in each slot."""
    return Counter(a.place.slot for launch in program.launches() for a in launch.arguments)


def _can_host(member: Launch, number: int, dtype: DType, uses: Counter[Slot]) -> bool:
    place, buf = member.arguments[number].place, member.kernel.params[number]
    is_own = place.slot.kind == "constant" and place.offset == 0 and uses[place.slot] == 1
    if not is_own or place.slot.dtype is not dtype or buf.dtype is not dtype:
        return False
    copied = [s for s in statements(member.kernel.body) if isinstance(s, Copy) and s.source is buf]
    loads = (x for x in all_expressions(member.kernel.body) if isinstance(x, Load) and x.buf is buf)
    return not copied and not any(isinstance(load.index, Ramp) for load in loads)


def with_table(member: Launch, number: int, table: Array) -> tuple[Launch, Buf]:
    """The call with a table before the elements of a constant, and the buffer of both."""
    kernel, slot = member.kernel, member.arguments[number].place.slot
    old = kernel.params[number]
    new = Buf(old.name, old.dtype, old.size + len(table), "in")
    data = np.concatenate([table, np.asarray(slot.data).reshape(-1)])
    longer = Slot(slot.name, slot.dtype, len(data), "constant", data)
    params = (*kernel.params[:number], new, *kernel.params[number + 1 :])
    arguments = list(member.arguments)
    arguments[number] = Argument(Place(longer), "in")
    body = _moved(kernel.body, old, new, len(table))
    moved = dataclasses.replace(kernel, params=params, body=body)
    return dataclasses.replace(member, kernel=moved, arguments=tuple(arguments)), new


def _moved(body: Block, old: Buf, new: Buf, by: int) -> Block:
    def change(x: Expr) -> Expr | None:
        return Load(new, x.index + by) if isinstance(x, Load) and x.buf is old else None

    return replace_block(body, change)
