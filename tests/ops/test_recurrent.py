"""Recurrent layers: errors, ended and reversed sequences."""

import numpy as np
import pytest

import hodu
from hodu import errors

RNG = np.random.default_rng(3)


def _tensor(*shape):
    return hodu.tensor(RNG.uniform(-1, 1, shape).astype(np.float32))


X = _tensor(5, 2, 3)
GRU = (_tensor(12, 3), _tensor(12, 4), _tensor(12), _tensor(12), hodu.zeros(2, 4))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: hodu.gru_layer(X[0], *GRU), r"an input \[2, 3\] and w_hh \[12, 4\]"),
        (lambda: hodu.lstm_layer(X, *GRU, GRU[4]), r"w_hh has shape \[12, 4\].*be \[16, 4\]"),
        (lambda: hodu.gru_layer(X, *GRU[:4], hodu.zeros(3, 4)), r"h0 has shape \[3, 4\].*\[2, 4\]"),
        (lambda: hodu.gru_layer(X, *GRU, hodu.tensor([1])), r"lengths has shape \[1\]"),
    ],
)
def test_shape_errors(call, message):
    with pytest.raises(errors.ShapeError, match=message):
        call()


def test_other_errors():
    with pytest.raises(errors.OutOfRangeError, match="lengths holds 6, the sequences have 5 steps"):
        hodu.gru_layer(X, *GRU, hodu.tensor([1, 6]))
    with pytest.raises(errors.ValueRangeError, match="activations='sigmoid'"):
        hodu.gru_layer(X, *GRU, activations="sigmoid")
    with pytest.raises(errors.ValueRangeError, match="activations='sigmoid,sin'"):
        hodu.gru_layer(X, *GRU, activations="sigmoid,sin")
    with pytest.raises(errors.ValueRangeError, match="use 0 of them"):
        hodu.gru_layer(X, *GRU, alphas=[1.0])


def test_a_sequence_that_ends_early_is_as_if_alone():
    output, last = hodu.gru_layer(X, *GRU, hodu.tensor([5, 2]))
    w_ih, w_hh, b_ih, b_hh, h0 = GRU
    alone, end = hodu.gru_layer(X[:2, 1:], w_ih, w_hh, b_ih, b_hh, h0[1:])
    np.testing.assert_allclose(output.numpy()[:2, 1:], alone.numpy(), rtol=1e-6)
    np.testing.assert_allclose(last.numpy()[1:], end.numpy(), rtol=1e-6)
    assert not output.numpy()[2:, 1].any()


def test_reversing_reads_from_each_end():
    output, last = hodu.gru_layer(X, *GRU, reverse=True)
    turned, end = hodu.gru_layer(hodu.tensor(X.numpy()[::-1].copy()), *GRU)
    np.testing.assert_allclose(output.numpy(), turned.numpy()[::-1], rtol=1e-6)
    np.testing.assert_allclose(last.numpy(), end.numpy(), rtol=1e-6)


def test_dead_steps_pass_no_nan():
    x = X.numpy().copy()
    x[3:, 1] = np.nan
    output, last = hodu.gru_layer(hodu.tensor(x), *GRU, hodu.tensor([5, 3]))
    assert not np.isnan(output.numpy()).any()
    assert not np.isnan(last.numpy()).any()
