"""Gradients of linear algebra where samples do not reach: repeated values, singular matrices."""

import numpy as np
import pytest

import hodu
from hodu import linalg
from hodu.autograd import grad, gradgradcheck

RNG = np.random.default_rng(4)
X = RNG.standard_normal((4, 4))


def leaf(array) -> hodu.Tensor:
    return hodu.tensor(array, dtype="f64", requires_grad=True)


def gradient(f, array) -> np.ndarray:
    x = leaf(array)
    return grad(f(x), x)[0].numpy()


def test_eigenvalues_may_be_equal():
    np.testing.assert_allclose(gradient(lambda x: linalg.eigvalsh(x).sum(), np.eye(3)), np.eye(3))
    np.testing.assert_allclose(gradient(lambda x: linalg.svdvals(x).sum(), np.eye(3)), np.eye(3))


def test_pinv_of_equal_singular_values():
    found = gradient(lambda x: (linalg.pinv(x) * hodu.tensor(X)).sum(), 2 * np.eye(4))
    np.testing.assert_allclose(found, -X / 4, atol=1e-15)


def test_gradients_do_not_depend_on_the_basis():
    """The complement of two vectors in 5 dimensions may turn; its projector does not."""
    tall = RNG.standard_normal((5, 2))
    weights = hodu.tensor(RNG.standard_normal((5, 5)))

    def rest(q):
        return (q[:, 2:] @ q[:, 2:].mT * weights).sum()

    def lead(q):
        return ((hodu.eye(5, dtype="f64") - q[:, :2] @ q[:, :2].mT) * weights).sum()

    for basis in (lambda x: linalg.qr(x, mode="complete")[0], lambda x: linalg.svd(x)[0]):
        found = gradient(lambda x, basis=basis: rest(basis(x)), tall)
        wanted = gradient(lambda x, basis=basis: lead(basis(x)), tall)
        np.testing.assert_allclose(found, wanted, atol=1e-12)


@pytest.mark.parametrize("rank", [3, 2])
def test_det_of_a_singular_matrix(rank):
    u, s, vh = np.linalg.svd(X)
    s[rank:] = 0
    x = np.rint(u * 4) @ np.diag((s > 0) * [1.0, 2.0, 3.0, 4.0]) @ np.rint(vh * 4)
    minors = [
        [(-1) ** (i + j) * np.linalg.det(np.delete(np.delete(x, i, 0), j, 1)) for j in range(4)]
        for i in range(4)
    ]
    np.testing.assert_allclose(gradient(linalg.det, x), minors, rtol=1e-9, atol=1e-9)


def test_det_of_a_singular_matrix_twice():
    assert gradgradcheck(linalg.det, (leaf([[1.0, 2.0], [2.0, 4.0]]),))
    assert gradgradcheck(linalg.det, (leaf(np.eye(3)),))


def test_slogdet_of_a_large_determinant():
    x = 1e30 * (X + 5 * np.eye(4))
    np.testing.assert_allclose(gradient(hodu.logdet, 1e100 * x), np.linalg.inv(1e100 * x).T)


def test_slogdet_of_a_singular_matrix():
    singular = [[1.0, 2.0], [2.0, 4.0]]
    found = gradient(lambda x: linalg.slogdet(x)[1].sum(), [singular, np.eye(2)])
    assert np.isnan(found[0]).all()
    np.testing.assert_allclose(found[1], np.eye(2))


def test_exchanges_of_rows():
    """lu_factor() knows them one by one, lu() as a matrix."""
    weights = hodu.tensor(X)

    def packed(x):
        _, lower, upper = linalg.lu(x)
        return (hodu.tril(lower, -1) + upper).mul(weights).sum()

    found = gradient(lambda x: (linalg.lu_factor(x)[0] * weights).sum(), X)
    np.testing.assert_allclose(found, gradient(packed, X))


def test_small_floats_are_computed_in_f32():
    x = hodu.tensor(X + 4 * np.eye(4), dtype="f16", requires_grad=True)
    wide = x.detach().to("f32").requires_grad_()
    found, wanted = (grad(linalg.inv(t).sum(), t)[0].numpy() for t in (x, wide))
    assert found.dtype == np.float16
    np.testing.assert_allclose(found, wanted, rtol=2e-3, atol=1e-4)
