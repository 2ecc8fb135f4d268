"""What kernels of one form differ in: their sizes and numbers, as a table and as variables."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from hodu.dtypes import DType, f32, i32
from hodu.kernel.expr import INDEX, Bounds, Const, Expr, Var
from hodu.kernel.form import form_of, names_in
from hodu.kernel.ir import Block, Kernel
from hodu.kernel.walk import replace_block
from hodu.lower.reread import read_numbers
from hodu.ops._table import Array

Column = tuple[int, ...]
"""A number of each kernel; of an f32, its bits."""


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
    return isinstance(x, Const) and x.dtype in (INDEX, i32, f32) and x.lanes == 1


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
    dtypes: tuple[DType, ...]
    rules: tuple[_Rule | None, ...]
    again: bool

    def row(self, number: int) -> Array:
        """The numbers of a kernel."""
        return np.array([column[number] for column in self.columns], np.int32)

    def body(self, kernel: Kernel, load: Callable[[int], Expr]) -> Block:
        """The body of a kernel that gets its numbers from `load`, in 32 bits of any dtype.

        Where all of them `are_short`, 16 bits do.
        """
        name = fresh_name(kernel)
        variables = [self._variable(name, i) for i in range(len(self.columns))]
        body = replace_block(kernel.body, _Fill(self.rules, variables))
        return read_numbers(body, variables, load, again=self.again)

    @property
    def are_short(self) -> bool:
        """Whether all numbers are integers of 16 bits."""
        near = all(-(1 << 15) <= number < 1 << 15 for column in self.columns for number in column)
        return near and f32 not in self.dtypes

    def _variable(self, name: str, number: int) -> Var:
        column, dtype = self.columns[number], self.dtypes[number]
        limits: Bounds = (None, None) if dtype is f32 else (min(column), max(column))
        return Var(f"{name}_{number}", dtype, 1, limits)


def fresh_name(kernel: Kernel, name: str = "sizes") -> str:
    """A name with which no name of a kernel begins."""
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
    numbers = [
        (tuple(map(_bits, same)), same[0].dtype)
        for same in zip(*map(_numbers, kernels), strict=True)
    ]
    different = {pair for pair in numbers if len(set(pair[0])) > 1}
    columns: list[Column] = []
    dtypes: list[DType] = []
    rules: dict[tuple[Column, DType], _Rule] = {}
    for column, dtype in sorted(different, key=_spread):  # others are multiples of the narrow ones
        rule = next(_rules(column, columns), None) if dtype is INDEX else None
        rules[column, dtype] = rule or _Rule(len(columns))
        if rule is None:
            columns.append(column)
            dtypes.append(dtype)
    if not columns:
        return None
    found = tuple(rules.get(pair) for pair in numbers)
    return Differences(tuple(columns), tuple(dtypes), found, again)


def _numbers(kernel: Kernel) -> list[Const]:
    blanks = _Blanks()
    replace_block(kernel.body, blanks)
    return blanks.numbers


def _bits(x: Const) -> int:
    return int(np.float32(x.value).view(np.int32)) if x.dtype is f32 else int(x.value)


def _spread(pair: tuple[Column, DType]) -> tuple[bool, str, int, Column]:
    column, dtype = pair
    return dtype is not INDEX, dtype.name, max(column) - min(column), column


def _rules(column: Column, columns: Sequence[Column]) -> Iterator[_Rule]:
    """The rules by which a column of sizes follows from one of the others."""
    for number, known in enumerate(columns):
        low, high = known.index(min(known)), known.index(max(known))
        factor = (column[high] - column[low]) // (known[high] - known[low])
        more = column[low] - factor * known[low]
        if all(c == factor * k + more for c, k in zip(column, known, strict=True)):
            yield _Rule(number, factor, more)
