"""What must hold of LU factors."""

import numpy as np

from tests.ops.oracles._checker import Checker


def lu(inputs, outputs, pivot):
    (a,), (p, lower, upper) = inputs, outputs
    yield p @ lower @ upper, a
    yield np.tril(upper, -1), np.zeros_like(upper)
    yield np.triu(lower), np.broadcast_to(np.eye(*lower.shape[-2:]), lower.shape)
    assert set(np.unique(p)) <= {0.0, 1.0}
    yield p @ np.swapaxes(p, -1, -2), np.broadcast_to(np.eye(p.shape[-1]), p.shape)
    if pivot:
        assert np.abs(lower).max(initial=0) <= 1
    else:
        yield p, np.broadcast_to(np.eye(p.shape[-1]), p.shape)


def lu_factor(inputs, outputs, pivot):
    (a,), (packed, pivots) = inputs, outputs
    m, n = a.shape[-2:]
    k = min(m, n)
    product = (np.tril(packed[..., :k], -1) + np.eye(m, k)) @ np.triu(packed[..., :k, :])
    exchanged = np.array(a)
    for index in np.ndindex(*a.shape[:-2]):
        for i, row in enumerate(pivots[index]):
            exchanged[index][[i, row - 1]] = exchanged[index][[row - 1, i]]
    yield product, exchanged
    assert pivot or (pivots == np.arange(1, k + 1)).all()


ORACLES = {"lu": Checker(lu), "lu_factor": Checker(lu_factor)}
