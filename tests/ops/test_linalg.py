"""Linear algebra: errors that name the matrix, forms of arguments, edge cases."""

import numpy as np
import pytest

import hodu
from hodu import errors, linalg
from hodu.dims import symbol
from hodu.dtypes import f32
from hodu.ops._table import REGISTRY
from hodu.shapes import TensorType

GOOD = np.array([[4.0, 1.0], [1.0, 3.0]], np.float32)
BAD = np.array([[1.0, 2.0], [2.0, 4.0]], np.float32)
STACK = hodu.tensor(np.stack([GOOD, GOOD, BAD]).reshape(3, 1, 2, 2))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: linalg.inv(STACK), r"inv\w*\(\): the matrix at batch index \[2, 0\] is singular"),
        (lambda: linalg.inv(hodu.tensor(BAD)), r"inv\w*\(\): the matrix is singular"),
        (lambda: linalg.solve(STACK, hodu.ones(2, 1)), r"batch index \[2, 0\] is singular"),
        (lambda: linalg.cholesky(-STACK), r"batch index \[0, 0\] is not positive definite"),
        (
            lambda: linalg.solve_triangular(
                STACK * hodu.tensor([[0.0, 1], [1, 1]]), STACK, upper=True
            ),
            r"batch index \[0, 0\] has a zero on its diagonal",
        ),
        (lambda: linalg.svd(hodu.tensor([[float("nan")]])), "holds NaN or infinity"),
        (lambda: linalg.matrix_power(hodu.tensor(BAD), -1), "is singular"),
        (lambda: linalg.qr(STACK, mode="full"), "mode='full'"),
        (lambda: linalg.eigh(STACK, UPLO="X"), "UPLO='X'"),
        (lambda: linalg.matrix_norm(STACK, "one"), "ord='one'"),
    ],
)
def test_value_errors(call, message):
    with pytest.raises(errors.ValueRangeError, match=message):
        call()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: linalg.det(hodu.ones(2, 3)), r"det\(\) takes square matrices .* \[2, 3\]"),
        (lambda: linalg.det(hodu.ones(2)), r"det\(\) takes matrices .* \[2\]"),
        (lambda: linalg.inv(hodu.ones(2, 3)), "takes square matrices"),
        (lambda: linalg.pinv(hodu.ones(2, 3), hermitian=True), "takes square matrices"),
        (lambda: linalg.svd(hodu.ones(2)), r"svd\(\) takes matrices"),
        (lambda: linalg.solve(hodu.ones(2, 2), hodu.ones(3, 1)), "needs 2 rows"),
        (lambda: linalg.matrix_exp(hodu.ones(2, 3)), "takes square matrices"),
        (lambda: linalg.cross(hodu.ones(2), hodu.ones(2)), r"size 3 in dim=-1"),
        (lambda: hodu.cross(hodu.ones(2, 2), hodu.ones(2, 2)), "no dimension of"),
        (lambda: linalg.norm(hodu.ones(2, 2, 2), 2), "vectors or matrices"),
        (lambda: linalg.matrix_norm(hodu.ones(2)), "two different dimensions"),
        (lambda: hodu.tensordot(hodu.ones(2, 3), hodu.ones(2, 3)[:, :2]), "differ"),
        (lambda: linalg.multi_dot([hodu.ones(2, 2), hodu.ones(1, 2, 2)]), "takes matrices"),
        (lambda: hodu.cov(hodu.ones(2, 3), fweights=hodu.ones(2)), "for 3 observations"),
    ],
)
def test_shape_errors(call, message):
    with pytest.raises(errors.ShapeError, match=message):
        call()


def test_empty_matrices():
    none = hodu.zeros(0, 0)
    assert linalg.det(none).item() == 1.0
    sign, logabs = linalg.slogdet(none)
    assert (sign.item(), logabs.item()) == (1.0, 0.0)
    assert linalg.inv(hodu.zeros(2, 0, 0)).shape == (2, 0, 0)
    assert linalg.svd(hodu.zeros(0, 3)).Vh.tolist() == np.eye(3).tolist()
    assert linalg.matrix_rank(hodu.zeros(0, 3)).item() == 0
    assert linalg.norm(hodu.zeros(0, 3), 2).item() == 0.0


def test_a_zero_determinant_has_no_logarithm():
    singular = hodu.tensor(BAD)
    sign, logabs = linalg.slogdet(singular)
    assert (sign.item(), logabs.item()) == (0.0, -np.inf)
    assert hodu.logdet(singular).item() == -np.inf
    assert np.isnan(hodu.logdet(hodu.tensor([[-1.0]])).item())


def test_solve_takes_vectors_and_both_sides():
    a = hodu.tensor(np.stack([GOOD, 2 * GOOD]))
    for b in (hodu.ones(2), hodu.ones(2, 2)):
        x = linalg.solve(a, b)
        assert x.shape == (2, 2)
        np.testing.assert_allclose((a @ x.reshape(2, 2, 1)).numpy(), 1, rtol=1e-6)
    left = linalg.solve(a, hodu.ones(2, 5, 2), left=False)
    np.testing.assert_allclose((left @ a).numpy(), 1, rtol=1e-6)


def test_solve_from_a_cholesky_factor():
    b = hodu.tensor([[1.0], [2.0]])
    for upper in (False, True):
        factor = linalg.cholesky(hodu.tensor(GOOD), upper=upper)
        x = hodu.cholesky_solve(b, factor, upper)
        np.testing.assert_allclose(GOOD @ x.numpy(), b.numpy(), rtol=1e-6)


def test_matrix_functions():
    turn = hodu.tensor([[0.0, -1.0], [1.0, 0.0]])
    assert linalg.matrix_power(turn, 4).tolist() == np.eye(2).tolist()
    assert linalg.matrix_power(turn, -1).tolist() == [[0.0, 1.0], [-1.0, 0.0]]
    assert linalg.matrix_power(hodu.tensor([[1, 1], [1, 0]]), 10).tolist() == [[89, 55], [55, 34]]
    half = linalg.matrix_exp(turn * np.pi).numpy()
    np.testing.assert_allclose(half, -np.eye(2), atol=1e-6)
    big = linalg.matrix_exp(hodu.tensor([[30.0, 0.0], [0.0, -30.0]])).numpy()
    np.testing.assert_allclose(np.diagonal(big), np.exp([30.0, -30.0]), rtol=1e-6)
    assert linalg.matrix_rank(STACK).tolist() == [[2], [2], [1]]


def test_norms():
    m = hodu.tensor([[3.0, -4.0], [0.0, 12.0]])
    assert linalg.norm(m).item() == 13.0
    assert linalg.norm(m, 1).item() == 16.0
    assert linalg.norm(m, -np.inf).item() == 7.0
    assert linalg.vector_norm(m, np.inf).item() == 12.0
    assert linalg.vector_norm(m, 0, dim=1).tolist() == [2.0, 1.0]
    kept = linalg.matrix_norm(m.reshape(2, 1, 2), "nuc", dim=(0, 2), keepdim=True)
    assert kept.shape == (1, 1, 1)
    values = linalg.svdvals(m).numpy()
    assert kept.item() == pytest.approx(values.sum())
    assert linalg.cond(m).item() == pytest.approx(values[0] / values[1])
    assert linalg.cond(m, 1).item() == pytest.approx(np.linalg.cond(m.numpy(), 1))


def test_products():
    rng = np.random.default_rng(0)
    a, b, c = (rng.random(s) for s in ((4, 2, 3), (3, 2, 5), (7, 5)))
    got = hodu.tensordot(hodu.tensor(a), hodu.tensor(b), dims=([1, 2], [1, 0])).numpy()
    np.testing.assert_allclose(got, np.tensordot(a, b, ((1, 2), (1, 0))))
    outer = hodu.tensordot(hodu.tensor(a), hodu.tensor(c), dims=0)
    assert outer.shape == (4, 2, 3, 7, 5)
    chain = [rng.random(s) for s in ((3,), (3, 9), (9, 2), (2, 8), (8,))]
    got = linalg.multi_dot([hodu.tensor(m) for m in chain])
    assert got.item() == pytest.approx(np.linalg.multi_dot(chain))
    x, y = rng.random((2, 3, 4)), rng.random((3, 4))
    got = linalg.vecdot(hodu.tensor(x), hodu.tensor(y), dim=-2).numpy()
    np.testing.assert_allclose(got, (x * y).sum(-2))
    got = hodu.cov(hodu.tensor(c)).numpy(), hodu.corrcoef(hodu.tensor(c)).numpy()
    np.testing.assert_allclose(got[0], np.cov(c))
    np.testing.assert_allclose(got[1], np.corrcoef(c))
    often, weight = np.array([1, 2, 1, 3, 1]), rng.random(5)
    got = hodu.cov(hodu.tensor(c), fweights=hodu.tensor(often), aweights=hodu.tensor(weight))
    np.testing.assert_allclose(got.numpy(), np.cov(c, fweights=often, aweights=weight))


def test_results_have_names():
    assert linalg.svd(hodu.tensor(GOOD))._fields == ("U", "S", "Vh")
    assert linalg.slogdet(hodu.tensor(GOOD))._fields == ("sign", "logabsdet")
    assert linalg.lu(hodu.tensor(GOOD))._fields == ("P", "L", "U")


def test_symbolic_sizes():
    n = symbol("n")
    stack = TensorType((n, 3, 2), f32)
    assert [str(t) for t in REGISTRY["svd"].infer(stack, full_matrices=False)] == [
        "f32[n, 3, 2]",
        "f32[n, 2]",
        "f32[n, 2, 2]",
    ]
    assert REGISTRY["det"].infer(TensorType((2, n, n), f32)).shape == (2,)
