"""What kernels of one form differ in: their sizes and numbers, as a table and as variables."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from hodu.dtypes import DType, f32, i16, i32
from hodu.kernel.expr import INDEX, Bounds, Const, Expr, Load, Var
from hodu.kernel.form import form_of, names_in
from hodu.kernel.ir import Block, Kernel
from hodu.kernel.walk import replace_block
from hodu.lower.reread import read_numbers
from hodu.ops._table import Array

Column = tuple[DType, tuple[int, ...]]
"""A number of each kernel, all of one dtype; of an f32, its bits."""

_NUMBERS = (INDEX, i32, f32)


class _Blanks:
    """Puts variables that no kernel names so in the place of numbers, and remembers these."""

    def __init__(self) -> None:
        self.numbers: list[Const] = []

    def __call__(self, x: Expr) -> Expr | None:
        if not _is_number(x):
            return None
        assert isinstance(x, Const)
        self.numbers.append(x)
        return Var(f"#{len(self.numbers) - 1}", x.dtype)


def _is_number(x: Expr) -> bool:
    return isinstance(x, Const) and x.lanes == 1 and x.dtype in _NUMBERS


def form_without_numbers(kernel: Kernel) -> str:
    """A text that kernels share which differ in sizes and numbers alone."""
    return form_of(dataclasses.replace(kernel, body=replace_block(kernel.body, _Blanks())))


@dataclass(frozen=True, slots=True)
class _Rule:
    """A number is `factor` times that of a column of the table, and `more`."""

    column: int
    factor: int = 1
    more: int = 0


@dataclass(frozen=True, slots=True)
class Differences:
    """The columns of numbers, and for each number of a kernel its rule, None if all share it.

    Numbers are read `again` where they are needed, or once.
    """

    columns: tuple[Column, ...]
    rules: tuple[_Rule | None, ...]
    again: bool

    def row(self, number: int) -> Array:
        """The numbers of a kernel, in 32 bits."""
        return np.array([column[number] for _, column in self.columns], np.int32)

    @property
    def dtype(self) -> DType:
        """A dtype that holds all numbers: i16 for small ones."""
        limit = 1 << 15
        small = all(
            dtype is not f32 and -limit <= min(column) and max(column) < limit
            for dtype, column in self.columns
        )
        return i16 if small else i32

    def body(self, kernel: Kernel, load: Callable[[int], Load]) -> Block:
        """The body of a kernel that gets its numbers from `load`: integers, or bits in f32."""
        name = fresh_name(kernel)
        variables = [self._variable(name, i) for i in range(len(self.columns))]
        body = replace_block(kernel.body, _Fill(self.rules, variables))
        return read_numbers(body, variables, load, again=self.again)

    def _variable(self, name: str, number: int) -> Var:
        dtype, column = self.columns[number]
        limits: Bounds = (None, None) if dtype is f32 else (min(column), max(column))
        return Var(f"{name}_{number}", dtype, 1, limits)


def fresh_name(kernel: Kernel) -> str:
    """A name for a table with which no name of a kernel begins."""
    name = "sizes"
    while any(other.startswith(name) for other in names_in(kernel)):
        name += "_"
    return name


class _Fill:
    """Puts back the numbers that all have, and for others what they are in the table's terms."""

    def __init__(self, rules: Sequence[_Rule | None], variables: Sequence[Var]) -> None:
        self._rest, self._variables = iter(rules), variables

    def __call__(self, x: Expr) -> Expr | None:
        if not _is_number(x):
            return None
        rule = next(self._rest)
        if rule is None:
            return x
        found = self._variables[rule.column]
        return found if rule.factor == 1 and not rule.more else found * rule.factor + rule.more


def differences(kernels: Sequence[Kernel], *, again: bool) -> Differences | None:
    """What kernels of one form differ in; None if they are the same."""
    numbers: list[Column] = [
        (same[0].dtype, tuple(map(_bits, same)))
        for same in zip(*map(_numbers, kernels), strict=True)
    ]
    columns: list[Column] = []
    rules: dict[Column, _Rule] = {}
    # Those that are multiples of others come after them.
    for column in sorted({c for c in numbers if len(set(c[1])) > 1}, key=_spread):
        rule = next(_rules(column, columns), None)
        rules[column] = rule or _Rule(len(columns))
        if rule is None:
            columns.append(column)
    if not columns:
        return None
    return Differences(tuple(columns), tuple(map(rules.get, numbers)), again)


def _numbers(kernel: Kernel) -> list[Const]:
    blanks = _Blanks()
    replace_block(kernel.body, blanks)
    return blanks.numbers


def _bits(x: Const) -> int:
    return int(np.float32(x.value).view(np.int32)) if x.dtype is f32 else int(x.value)


def _spread(column: Column) -> tuple[int, int, tuple[int, ...]]:
    dtype, numbers = column
    return _NUMBERS.index(dtype), max(numbers) - min(numbers), numbers


def _rules(column: Column, columns: Sequence[Column]) -> Iterator[_Rule]:
    """The rules by which a column of sizes follows from one of the others."""
    dtype, numbers = column
    for place, (other, known) in enumerate(columns):
        if not dtype is other is INDEX:
            continue
        low, high = known.index(min(known)), known.index(max(known))
        factor = (numbers[high] - numbers[low]) // (known[high] - known[low])
        more = numbers[low] - factor * known[low]
        if all(n == factor * k + more for n, k in zip(numbers, known, strict=True)):
            yield _Rule(place, factor, more)
