"""Broadcasting of shapes, with numbers as NumPy does it and with symbolic dimensions."""

from __future__ import annotations

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hodu.dims import dim_max, symbol
from hodu.dtypes import f32
from hodu.errors import ShapeError
from hodu.shapes import (
    TensorType,
    broadcast_dims,
    broadcast_shapes,
    broadcasts_to,
    format_shape,
    numel,
)

N, M, LARGE = symbol("N"), symbol("M"), symbol("L", 5)
shapes = st.lists(hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=3), max_size=4)
more = settings(max_examples=300, deadline=None)


@more
@given(shapes)
def test_broadcasting_matches_numpy(given_shapes):
    try:
        expected = np.broadcast_shapes(*given_shapes)
    except ValueError:
        with pytest.raises(ShapeError, match="do not broadcast"):
            broadcast_shapes(*given_shapes)
    else:
        assert broadcast_shapes(*given_shapes) == expected


def test_errors_say_which_axis():
    with pytest.raises(
        ShapeError, match=r"\[2, 3\] and \[4, 1\] do not broadcast: 2 against 4 in axis -2"
    ):
        broadcast_shapes((2, 3), (4, 1))
    with pytest.raises(ShapeError, match=r"in axis -1"):
        broadcast_shapes((3,), (2, 2))


def test_symbolic_dimensions():
    assert broadcast_shapes((N, 1), (1, M)) == (N, M)
    assert broadcast_shapes((N, 3), (3,)) == (N, 3)
    assert broadcast_shapes((N,), (N,)) == (N,)
    assert broadcast_dims(N, 4) == 4 == broadcast_dims(4, N)
    assert broadcast_dims(N, M) == dim_max(N, M)
    assert broadcast_dims(LARGE, 4) is None
    assert broadcast_dims(LARGE, 2 * LARGE) is None
    assert broadcast_dims(N, N + 1) == N + 1
    with pytest.raises(ShapeError, match="L against 4"):
        broadcast_shapes((LARGE,), (4,))


def test_broadcasts_to_does_not_enlarge():
    assert broadcasts_to((3,), (2, 3)) and broadcasts_to((), (2,)) and broadcasts_to((1, N), (M, N))
    assert not broadcasts_to((2, 3), (3,)) and not broadcasts_to((2,), (1,))
    assert not broadcasts_to((4,), (2, 3)) and not broadcasts_to((1, 3), (3,))


def test_types():
    kind = TensorType((2, N), f32)
    assert str(kind) == "f32[2, N]" and kind.rank == 2
    assert format_shape(()) == "[]"
    assert numel((2, N, 3)) == 6 * N and numel(()) == 1
    assert kind == TensorType((2, symbol("N")), f32)
