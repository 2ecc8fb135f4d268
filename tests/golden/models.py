"""Small models, one for each way in which the compiler makes code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import hodu
from hodu import DType, Tensor
from hodu.nn import functional as F


@dataclass(frozen=True)
class Model:
    """A function of tensors, and the shapes and dtypes that it is captured for."""

    function: Callable[..., Any]
    inputs: tuple[tuple[tuple[int, ...], DType], ...]

    @property
    def name(self) -> str:
        """The function's name."""
        return self.function.__name__

    def arrays(self) -> list[np.ndarray]:
        """The same inputs every time: numbers between -2 and 2, ones and zeros for bools."""
        random = np.random.default_rng(7)
        return [
            np.asarray(random.uniform(-2, 2, shape) * (1 if dtype.is_float else 2)).astype(
                dtype.numpy
            )
            for shape, dtype in self.inputs
        ]


MODELS: list[Model] = []


def model(*shapes: tuple[int, ...], dtypes: tuple[DType, ...] = ()) -> Callable[..., Any]:
    """Register a function with the shapes of its inputs, f32 unless said otherwise."""
    given = dtypes or (hodu.f32,) * len(shapes)

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        MODELS.append(Model(function, tuple(zip(shapes, given, strict=True))))
        return function

    return register


def weight(*shape: int, dtype: Any = np.float32) -> Tensor:
    """A constant with different numbers everywhere."""
    size = int(np.prod(shape))
    return hodu.tensor((np.arange(size, dtype=dtype).reshape(shape) - size // 2) / dtype(size))


@model((4, 12))
def elementwise(x):
    return (x * 2 + 1).relu() - x.abs()


@model((3, 5), (5,))
def broadcasting(x, y):
    return x * y + y


@model((19,))
def exponential(x):
    return x.exp()


@model((3, 20))
def sum_of_rows(x):
    return x.sum(1)


@model((20, 3))
def mean_of_columns(x):
    return x.mean(0)


@model((2, 7))
def argmax_of_rows(x):
    return x.argmax(1)


@model((2, 10))
def softmax(x):
    return F.softmax(x, 1)


@model((2, 16))
def layer_norm(x):
    return F.layer_norm(x, (16,), weight(16), weight(16))


@model((5, 6), (6, 9))
def matmul(x, y):
    return x @ y


@model((2, 8))
def linear_relu(x):
    return F.relu(F.linear(x, weight(6, 8), weight(6)))


@model((1, 3, 6, 6))
def conv_bn_relu(x):
    y = F.conv2d(x, weight(8, 3, 3, 3), padding=1)
    y = F.batch_norm(y, weight(8), weight(8) + 1, weight(8), weight(8), training=False)
    return F.relu(y)


@model((1, 8, 5, 5))
def depthwise_conv(x):
    return F.conv2d(x, weight(8, 1, 3, 3), padding=1, groups=8)


@model((1, 2, 6, 6))
def few_channels(x):
    return F.conv2d(F.conv2d(x, weight(3, 2, 3, 3), stride=2, padding=1), weight(9, 3, 1, 1))


@model((1, 2, 4, 8), (1, 2, 6, 8), (1, 2, 6, 8))
def attention(q, k, v):
    return F.scaled_dot_product_attention(q, k, v)


@model((1, 2, 6, 6))
def max_pooling(x):
    return F.max_pool2d(x, 2)


@model((1, 2, 6, 6))
def average_pooling(x):
    return F.avg_pool2d(x, 3, stride=1)


@model((2, 3), (2, 4))
def concatenation(x, y):
    return hodu.cat([x.exp(), y], 1)


@model((6, 4))
def splitting(x):
    a, b = x.split(3)
    return a + b


@model((3, 4))
def transposition(x):
    return x.permute((1, 0)).clone()


@model((5, 3), (4,), dtypes=(hodu.f32, hodu.i64))
def gathering(table, rows):
    return table.index_select(0, rows)


@model((5, 3), (2, 3), (2, 3), dtypes=(hodu.f32, hodu.i64, hodu.f32))
def scattering(x, at, values):
    return x.scatter_add(0, at, values)


@model((3, 6))
def sorting(x):
    return x.sort(1).values


@model((2, 9))
def running_sum(x):
    return x.cumsum(1)


@model((2, 5))
def positions_of_positives(x):
    return hodu.nonzero(x > 0)


@model((4,))
def halving(x):
    return hodu.while_loop(lambda v: v.abs().sum() > 1, lambda v: (v / 2,), (x,))


@model((), (3,))
def branching(p, x):
    return hodu.cond(p > 0, lambda v: v + 1, lambda v: v * 2, (x,))


@model((3,), (5, 3))
def scanning(start, rows):
    return hodu.scan(lambda carry, row: (carry + row, carry * row), start, rows)


@model((20,))
def to_integers(x):
    return x.to(hodu.i32)


@model((10,), dtypes=(hodu.bf16,))
def brain_floats(x):
    return x * 2 + 1


@model((3, 8), dtypes=(hodu.f16,))
def half_floats(x):
    return x.sum(1)


@model((40,), (40,), dtypes=(hodu.i8, hodu.i8))
def small_integers(x, y):
    return x * y + 1


@model((7,), (7,), dtypes=(hodu.i32, hodu.i32))
def whole_quotients(x, y):
    return x // y


@model((2, 4))
def padding(x):
    return F.pad(x, (1, 2), value=9.0)
