"""Einsum: spellings, errors, order of contraction."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hodu
from hodu import errors
from hodu.dims import symbol
from hodu.dtypes import f32
from hodu.ops._einsum_equation import greedy_steps, parse, sizes
from hodu.ops._table import REGISTRY, F
from hodu.shapes import TensorType

A = hodu.tensor(np.arange(6.0).reshape(2, 3))
B = hodu.tensor(np.arange(12.0).reshape(3, 4))


def test_spellings_agree():
    wanted = (A @ B).tolist()
    for got in (
        hodu.einsum("ij,jk->ik", A, B),
        hodu.einsum("ij,jk", A, B),
        hodu.einsum(" i j , j k -> i k ", A, B),
        hodu.einsum("ij,jk->ik", [A, B]),
        hodu.einsum(A, [0, 1], B, [1, 2], [0, 2]),
        hodu.einsum(A, [0, 1], B, [1, 2]),
        hodu.einsum(A, [..., 1], B, [1, 2], [..., 2]),
    ):
        assert got.tolist() == wanted


@pytest.mark.parametrize(
    ("equation", "message"),
    [
        ("ij,jk->ik,", "'ik,' is not a list of subscripts"),
        ("i1,jk", "'i1' is not"),
        ("ij", "names 1 operands, 2 are given"),
        ("ij,jk->iz", "output subscript 'z' occurs in no operand"),
        ("ij,jk->ii", "output subscript 'i' occurs twice"),
    ],
)
def test_equations_that_are_wrong(equation, message):
    with pytest.raises(errors.ValueRangeError, match=message):
        hodu.einsum(equation, A, B)


@pytest.mark.parametrize(
    ("equation", "message"),
    [
        ("ij,ik->jk", "'i' is 2 in one operand and 3 in"),
        ("ijk,jk->i", "operand 0 has 2 dimensions, its subscripts 'ijk' name 3"),
        ("ii,jk->i", "'i' repeats in an operand"),
    ],
)
def test_shapes_that_do_not_fit(equation, message):
    with pytest.raises(errors.ShapeError, match=message):
        hodu.einsum(equation, A, B)


def test_arguments_that_are_wrong():
    with pytest.raises(errors.ArgumentError, match="takes an equation"):
        hodu.einsum(A, B)


def test_the_smallest_intermediate_comes_first():
    shapes = [(2, 500), (500, 2), (2, 500)]
    equation = parse("ab,bc,cd->ad", [2, 2, 2])
    first, second = greedy_steps(equation, sizes(equation, shapes))
    assert (first.a, first.b) == (0, 1)
    assert first.keep == ("a", "c")
    assert set(second.keep) == {"a", "d"}


def test_symbolic_sizes():
    n = symbol("n")
    rule = REGISTRY["einsum"].infer
    got = rule([TensorType((n, 3), f32), TensorType((3, 4), f32)], equation="...j,jk->...k")
    assert str(got) == "f32[n, 4]"


@given(st.data())
def test_any_equation_is_numpys(data):
    size = {"a": 2, "b": 3, "c": 1, "d": 4}
    terms = data.draw(st.lists(st.text("abcd", min_size=1, max_size=3), min_size=1, max_size=4))
    used = sorted(set("".join(terms)))
    output = "".join(data.draw(st.lists(st.sampled_from(used), unique=True)))
    equation = f"{','.join(terms)}->{output}"
    rng = np.random.default_rng(1)
    arrays = [rng.integers(-3, 4, [size[c] for c in t]) for t in terms]
    wanted = np.einsum(equation, *arrays)
    tensors = [hodu.tensor(a) for a in arrays]
    np.testing.assert_array_equal(F.einsum(equation, *tensors).numpy(), wanted)
    composed = REGISTRY["einsum"].compose(tensors, equation=equation)
    np.testing.assert_array_equal(composed.numpy(), wanted)
