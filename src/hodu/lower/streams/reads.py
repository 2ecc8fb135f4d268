"""Which groups can be computed row by row, and which rows they read for each row that they make."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from hodu.dtypes import f32, i8, i32, u8
from hodu.lower.groups import Group
from hodu.lower.streams.layer import ROWS, Layer, Read, height
from hodu.ops._pooling import extreme
from hodu.ops._table import Array
from hodu.passes._elementwise import BINARY, TERNARY, UNARY
from hodu.snapshot.ir import Node, Value

_PRODUCTS = ("conv", "integer_conv")
_POOLS = ("max_pool", "avg_pool")
_ELEMENTWISE = frozenset(
    (*UNARY, *BINARY, *TERNARY, "requantize", "quantize_linear", "dequantize_linear")
)


class _NotByRowError(Exception):
    """Something that is not computed row by row."""


@dataclass(frozen=True, slots=True)
class Reader:
    """What is known of a program: the values that have memory, and the contents of constants."""

    stored: Collection[Value]
    constants: Mapping[str, Array]

    def layer(self, group: Group) -> Layer | None:
        """A group with what it reads; None where it is not computed row by row."""
        if group.others or group.first is not None or len(group.root.outputs) != 1:
            return None
        totals = _is_total(group.node)
        try:
            inner = self._totalled(group.node) if totals else self._inner(group.node)
            others = self._others(group, totals)
        except _NotByRowError:
            return None
        reads = tuple(dict.fromkeys((*inner, *others)))
        return Layer(group, reads, totals) if reads else None

    def _totalled(self, node: Node) -> list[Read]:
        """What a sum over all pixels reads."""
        (value,) = node.inputs
        assert value is not None
        return [Read(v, True) for v in self._behind([value], value)]

    def _inner(self, node: Node) -> list[Read]:
        """What the node of a group reads."""
        if not _is_image(node.outputs[0]):
            raise _NotByRowError
        if node.op in _PRODUCTS or node.op in _POOLS:
            return [self._window(node)]
        if node.op not in _ELEMENTWISE:
            raise _NotByRowError
        return [Read(v, True) for v in self._behind(node.inputs, node.outputs[0])]

    def _others(self, group: Group, totals: bool) -> list[Read]:
        """What the epilogue of a group reads besides; that of totals is computed at the end."""
        own = {v for n in (group.node, *group.epilogue) for v in n.outputs}
        given = [v for n in group.epilogue for v in n.inputs if v is not None and v not in own]
        if any(n.op not in _ELEMENTWISE for n in group.epilogue):
            raise _NotByRowError
        if totals:
            if not all(map(self._is_constant, given)):
                raise _NotByRowError
            return []
        return [Read(v, False) for v in self._behind(given, group.root.outputs[0])]

    def _is_constant(self, value: Value | None) -> bool:
        return value is None or (value.name in self.constants and value.producer is None)

    def _behind(self, values: Iterable[Value | None], like: Value) -> list[Value]:
        """The values in memory from which elementwise ops compute a row from the same row."""
        found: list[Value] = []
        for value in values:
            if value is None or self._is_constant(value):
                if value is not None and value.type.rank >= ROWS and value.type.shape[-ROWS] != 1:
                    raise _NotByRowError
            elif not _is_image(value) or height(value) != height(like):
                raise _NotByRowError
            elif value in self.stored:
                found.append(value)
            elif value.producer is None or value.producer.op not in _ELEMENTWISE:
                raise _NotByRowError
            else:
                found += self._behind(value.producer.inputs, value)
        return found

    def _window(self, node: Node) -> Read:
        """The window of a node that slides over rows and columns of one value in memory."""
        value, *others = node.inputs
        a = node.attrs
        assert value is not None
        if not all(map(self._is_constant, others)) or value not in self.stored:
            raise _NotByRowError
        if not _is_image(value) or len(a["padding"]) != 4 or a.get("ceil_mode"):
            raise _NotByRowError
        weight = others[0] if node.op in _PRODUCTS else None
        taps = a["kernel_size"][0] if weight is None else height(weight)
        rows = (taps - 1) * a["dilation"][0] + 1
        above, _, below, _ = a["padding"]
        if max(above, below) >= rows:  # a row of padding alone
            raise _NotByRowError
        if weight is None and node.outputs[0].type.shape[-1] == 1:  # a reduction, which joins axes
            raise _NotByRowError
        fill = self._fill(node, value) if above or below else None
        return Read(value, True, rows, a["stride"][0], above, fill)

    def _fill(self, node: Node, value: Value) -> float:
        """What padding counts as."""
        if node.op == "max_pool":
            return float(extreme(value.type.dtype.numpy, -1))
        if node.op == "avg_pool" and not node.attrs["count_include_pad"]:
            raise _NotByRowError  # no number stands for what does not count
        zero = node.inputs[3] if node.op == "integer_conv" and len(node.inputs) > 3 else None
        data = np.zeros(1) if zero is None else self.constants[zero.name].reshape(-1)
        if data.size != 1:
            raise _NotByRowError
        return float(data[0])


def _is_total(node: Node) -> bool:
    """Whether a node sums all pixels of each channel."""
    value = node.inputs[0] if node.inputs else None
    if value is None or not _is_image(value):
        return False
    if node.op == "avg_pool":
        is_whole = tuple(node.attrs["kernel_size"]) == tuple(value.type.shape[ROWS:])
        plain = not any(node.attrs["padding"]) and node.attrs["divisor_override"] is None
        return is_whole and plain and value.type.dtype is f32
    if node.op not in ("sum", "mean") or sorted(d % 4 for d in node.attrs["dim"] or ()) != [2, 3]:
        return False
    given, made = value.type.dtype, node.outputs[0].type.dtype
    return given is made is f32 or (given in (i8, u8) and made is i32)


def _is_image(value: Value) -> bool:
    shape = value.type.shape
    known = len(shape) == 4 and all(isinstance(d, int) and d > 0 for d in shape)
    return known and shape[0] == 1
