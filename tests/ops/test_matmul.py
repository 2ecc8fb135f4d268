"""Matrix products: their functions, errors and exactness."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hodu
from hodu import errors
from hodu.dims import symbol
from hodu.dtypes import f32
from hodu.ops._table import REGISTRY
from hodu.shapes import TensorType

A = hodu.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
B = hodu.tensor([[1.0, 0.0, 2.0], [0.0, 1.0, 3.0]])
V = hodu.tensor([1.0, -1.0])


def test_products_of_given_ranks():
    assert hodu.mm(A, B).tolist() == [[1.0, 2.0, 8.0], [3.0, 4.0, 18.0], [5.0, 6.0, 28.0]]
    assert hodu.mv(A, V).tolist() == [-1.0, -1.0, -1.0]
    assert hodu.dot(V, V).item() == hodu.vdot(V, V).item() == 2.0
    assert hodu.outer(V, V).tolist() == [[1.0, -1.0], [-1.0, 1.0]]
    assert hodu.inner(A, V).tolist() == [-1.0, -1.0, -1.0]
    assert hodu.inner(V, hodu.tensor(2.0)).tolist() == [2.0, -2.0]
    assert hodu.bmm(A.reshape(1, 3, 2), B.reshape(1, 2, 3)).shape == (1, 3, 3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: hodu.mm(A, V), r"mm\(\) takes 2-D and 2-D tensors, not \[3, 2\] and \[2\]"),
        (lambda: hodu.mv(A, B), "2-D and 1-D"),
        (lambda: hodu.dot(A, V), "1-D and 1-D"),
        (lambda: hodu.bmm(A.reshape(1, 3, 2), hodu.ones(2, 2, 3)), "the batches 1 and 2 differ"),
        (lambda: A @ A, r"\[3, 2\] and \[3, 2\]: the inner sizes 2 and 3 differ"),
        (lambda: hodu.matmul(A, 3.0), "needs at least one dimension"),
        (lambda: hodu.ones(2, 3, 4) @ hodu.ones(3, 4, 5), "do not broadcast"),
        (lambda: hodu.linear(A, B), r"linear\(\) of an input \[3, 2\] and a weight \[2, 3\]"),
        (lambda: hodu.linear(A, B.T, hodu.ones(4, 1, 3)), r"bias \[4, 1, 3\] does not broadcast"),
        (lambda: hodu.addmm(hodu.ones(4), A, B), r"input \[4\] does not broadcast to \[3, 3\]"),
        (lambda: hodu.bilinear(A, A, hodu.ones(1, 2, 3)), r"weight \[1, 2, 3\]"),
    ],
)
def test_shape_errors(call, message):
    with pytest.raises(errors.ShapeError, match=message):
        call()


def test_bools_are_refused():
    with pytest.raises(errors.DTypeError, match="does not take bool"):
        hodu.tensor([True]) @ hodu.tensor([True])


def test_integers_take_no_float_factors():
    i = hodu.tensor([[1, 2], [3, 4]])
    with pytest.raises(errors.DTypeError, match="integer beta and alpha"):
        hodu.addmm(i, i, i, alpha=0.5)


def test_addmm_ignores_the_term_with_beta_zero():
    term = hodu.tensor([float("nan")])
    assert not np.isnan(hodu.addmm(term, A, B, beta=0).numpy()).any()


def test_small_floats_accumulate_in_f32():
    ones = hodu.ones(1, 4096).to("bf16")
    assert (ones @ ones.T).item() == 4096.0


def test_integers_wrap_around():
    x = hodu.tensor([[100, 100]]).to("i8")
    assert (x @ x.T).item() == np.int8(20000 & 0xFF if 20000 & 0x80 == 0 else (20000 & 0xFF) - 256)


def test_symbolic_sizes():
    n = symbol("n")
    rule = REGISTRY["matmul"].infer
    got = rule(TensorType((n, 3, 4), f32), TensorType((4, 5), f32))
    assert str(got) == "f32[n, 3, 5]"
    assert rule(TensorType((n,), f32), TensorType((n, 2), f32)).shape == (2,)


@given(st.data())
def test_matmul_is_numpys(data):
    m, k, n = (data.draw(st.integers(0, 4)) for _ in range(3))
    batches = [data.draw(st.lists(st.sampled_from([1, 3]), max_size=2)) for _ in range(2)]
    x = np.arange(np.prod([*batches[0], m, k]), dtype=np.int64).reshape(*batches[0], m, k)
    y = np.arange(np.prod([*batches[1], k, n]), dtype=np.int64).reshape(*batches[1], k, n)
    np.testing.assert_array_equal((hodu.tensor(x) @ hodu.tensor(y)).numpy(), np.matmul(x, y))


def test_symbolic_sizes_that_never_agree_are_refused_at_capture():
    n = symbol("N")
    with hodu.capture() as board:
        x, weight = board.input("x", (2, n)), board.input("weight", (3, n + 1))
        with pytest.raises(errors.ShapeError, match=r"N \+ 1"):
            hodu.nn.functional.linear(x, weight)
        board.target("x", x)


@pytest.mark.parametrize("rows", [1, 2, 64, 65])
@pytest.mark.parametrize("has_bias", [True, False])
def test_linear_of_few_rows_and_many_weights(rows, has_bias):
    """They are multiplied the other way round, which must not show."""
    rng = np.random.default_rng(0)
    x, w, b = (rng.standard_normal(s) for s in ((rows, 300), (400, 300), (400,)))
    found = hodu.linear(*map(hodu.tensor, (x, w)), hodu.tensor(b) if has_bias else None)
    assert found.is_contiguous()
    np.testing.assert_allclose(found.numpy(), x @ w.T + b * has_bias, rtol=1e-10, atol=1e-12)


def test_linear_checks_its_bias_whatever_the_sizes():
    with pytest.raises(errors.ShapeError, match="bias"):
        hodu.linear(hodu.ones(3, 300), hodu.ones(400, 300), hodu.ones(2, 3, 400))
