"""What a module is made of and what it costs, as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import numpy as np

from hodu import tree
from hodu.dims import Dim
from hodu.dispatch.base import type_of, wrap
from hodu.errors import ArgumentError
from hodu.nn.module import Module
from hodu.shapes import Shape, format_shape
from hodu.snapshot.capture import CaptureBoard
from hodu.snapshot.statistics import multiplications_of


@dataclass(slots=True)
class Row:
    """A module: its dotted name, its class, what it gave, its own parameters, multiply-adds.

    The multiply-adds (MACs) are those of matrix products and convolutions, with those of the
    modules within; a module that is called several times has a row for each call.
    """

    name: str
    kind: str
    shapes: tuple[Shape, ...]
    parameters: int
    macs: Dim


@dataclass(frozen=True, slots=True)
class Summary:
    """The rows of a module and its parts in the order of their calls; printed, a table."""

    rows: tuple[Row, ...]
    parameters: int
    trainable: int
    buffers: int
    macs: Dim

    def __str__(self) -> str:
        return "\n".join(_lines(self))

    __repr__ = __str__


def summary(module: Module, input: Any) -> Summary:
    """What the module and its parts give for an input, and what that costs.

    `input` is a tensor or array, a tuple of arguments, or a shape (of f32). The module is
    captured, not run: no numbers are computed, and nothing changes.
    """
    arguments = _arguments(input)
    names = {id(m): name for name, m in module.named_modules()}
    rows: list[Row] = []
    board = CaptureBoard(type(module).__name__)
    with board, ExitStack() as hooks:
        watch = _Watch(board, names, rows)
        for part in module.modules():
            hooks.enter_context(part.register_forward_pre_hook(watch.before, prepend=True))
            hooks.enter_context(part.register_forward_hook(watch.after))
        leaves, structure = tree.flatten(arguments)
        types = [type_of(leaf) for leaf in leaves]
        given = [board.input(f"arg{i}", t.shape, t.dtype) for i, t in enumerate(types)]
        outputs, _ = tree.flatten(module(*tree.unflatten(structure, given)))
        for number, output in enumerate(outputs):
            board.target(f"out{number}", output)
    return Summary(
        tuple(rows),
        _count(module.parameters()),
        _count(p for p in module.parameters() if p.requires_grad),
        _count(module.buffers()),
        rows[0].macs,
    )


def _arguments(input: Any) -> tuple[Any, ...]:
    """The input as a tuple of arguments with tensors."""
    if isinstance(input, (tuple, list)) and input and all(isinstance(n, int) for n in input):
        return (wrap(np.broadcast_to(np.float32(0), tuple(input))),)
    given = tuple(input) if isinstance(input, (tuple, list)) else (input,)
    arguments = tuple(wrap(a) if isinstance(a, np.ndarray) else a for a in given)
    if not tree.flatten(arguments)[0]:
        raise ArgumentError(
            f"summary() of an input of {type(input).__name__}",
            hint="give a tensor, a tuple of them, or a shape",
        )
    return arguments


def _count(tensors: Any) -> int:
    return sum(int(t.numel()) for t in tensors)


class _Watch:
    """The hooks that make the rows."""

    def __init__(self, board: CaptureBoard, names: dict[int, str], rows: list[Row]) -> None:
        self._nodes, self._names, self._rows = board._builder.nodes, names, rows
        self._open: list[tuple[Row, int]] = []

    def before(self, module: Module, args: Any) -> None:
        own = _count(module.parameters(recurse=False))
        row = Row(self._names[id(module)], type(module).__name__, (), own, 0)
        self._rows.append(row)
        self._open.append((row, len(self._nodes)))

    def after(self, module: Module, args: Any, result: Any) -> None:
        row, start = self._open.pop()
        row.shapes = tuple(tuple(t.shape) for t in tree.flatten(result)[0])
        row.macs = multiplications_of(self._nodes[start:]).total


def _lines(found: Summary) -> Iterator[str]:
    header = ("layer", "output", "parameters", "MACs")
    cells = [header, *map(_cells, found.rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(4)]
    rule = "-" * (sum(widths) + 6)
    for number, row in enumerate(cells):
        left = [row[i].ljust(widths[i]) for i in (0, 1)]
        right = [row[i].rjust(widths[i]) for i in (2, 3)]
        yield "  ".join([*left, *right])
        if number == 0:
            yield rule
    yield rule
    yield f"parameters: {found.parameters:,} ({found.trainable:,} trainable)"
    yield f"buffers: {found.buffers:,}"
    yield f"MACs: {_number(found.macs)}"


def _cells(row: Row) -> Sequence[str]:
    depth = row.name.count(".") + 1 if row.name else 0
    label = f"{row.name.rpartition('.')[2]}: {row.kind}" if row.name else row.kind
    shapes = ", ".join(map(format_shape, row.shapes))
    own = f"{row.parameters:,}" if row.parameters else "-"
    return "  " * depth + label, shapes, own, _number(row.macs)


def _number(value: Dim) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
