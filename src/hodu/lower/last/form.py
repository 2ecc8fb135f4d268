"""A convolution of bytes as it is computed with channels last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hodu.kernel.expr import Binary, Expr, index
from hodu.lower.conv.form import Form, conv_form
from hodu.lower.conv.windows import Taps, Window
from hodu.lower.gemm.integers import centred_bytes
from hodu.lower.gemm.operands import WORD
from hodu.lower.index import ZERO, Index
from hodu.shapes import static_shape
from hodu.snapshot.ir import Node

if TYPE_CHECKING:
    from hodu.lower.lowering import Lowering


@dataclass(frozen=True, slots=True)
class PlainWindow(Window):
    """A window whose numbers stand in the kernel as they are, also those that change nothing.

    So layers with other strides and padding share its code.
    """

    def taps(self, at: Expr) -> Taps:
        """The taps that an output element reads; there may be less than none of them."""
        if self.dilation != 1:
            return Window.taps(self, at)
        origin = self._origin(at)
        before, rest = _plain("sub", ZERO, origin), _plain("sub", self.size, origin)
        return Taps(_plain("max", before, ZERO), _plain("min", rest, index(self.kernel)))

    def source(self, at: Expr, tap: Expr) -> Expr:
        """The input position that a tap reads."""
        return self._origin(at) + tap * self.dilation

    def _origin(self, at: Expr) -> Expr:
        moved = at + self.first
        return _plain("sub", _plain("mul", moved, index(self.stride)), index(self.before))


def _plain(op: str, a: Expr, b: Expr) -> Expr:
    return Binary(op, a, b)


@dataclass(frozen=True, slots=True)
class Bytes:
    """A form of bytes, the zero point of its input, and the sizes [rows, columns] of that."""

    form: Form
    zero: int
    size: tuple[int, int]
    spatial: int

    @property
    def windows(self) -> tuple[Window, Window]:
        """The window of each axis."""
        f = self.form
        axes = zip(self.size, f.kernel, f.stride, f.dilation, f.origin, strict=True)
        rows, columns = (PlainWindow(index(n), k, s, d, -o) for n, k, s, d, o in axes)
        return rows, columns

    @property
    def is_pointwise(self) -> bool:
        """Whether each pixel is computed from the one in its place."""
        f = self.form
        return f.kernel == f.stride == (1, 1) and f.origin == (0, 0) and f.count == self.size

    def position(self, item: Expr, channel: Expr, row: Expr, column: Expr) -> Index:
        """A position in the op's input or result."""
        return (item, channel, *(row, column)[2 - self.spatial :])


def bytes_form(lowering: Lowering, node: Node) -> Bytes | None:
    """The form of an `integer_conv` that has kernels here: one group, or whole words of them."""
    x, weight, bias, x_zero, w_zero = (*node.inputs, *[None] * 5)[:5]
    assert x is not None and weight is not None
    given = (weight, bias, x_zero, w_zero)
    data = [None if v is None else lowering.constant_data(v) for v in given]
    is_known = all((d is None) == (v is None) for d, v in zip(data, given, strict=True))
    shape, result = static_shape(x.type.shape), static_shape(node.outputs[0].type.shape)
    if not is_known or shape is None or result is None or len(shape) not in (3, 4) or 0 in result:
        return None
    weights = centred_bytes(data[0], data[3])
    if weights is None or 0 in shape:
        return None
    form = conv_form(node, weights, data[1])
    if form.groups > 1 and not (form.is_depthwise and form.groups % WORD == 0):
        return None
    zero = 0 if data[2] is None else int(data[2].reshape(-1)[0])
    rows = 1 if len(shape) == 3 else shape[2]
    return Bytes(form, zero, (rows, shape[-1]), len(shape) - 2)
