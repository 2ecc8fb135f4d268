"""Normalisation: errors, running statistics, precision."""

import numpy as np
import pytest

import hodu
from hodu import errors
from hodu.nn import functional

X = hodu.tensor(np.arange(24, dtype=np.float32).reshape(2, 3, 4))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: functional.layer_norm(X, [3]),
            r"normalized_shape=\[3\] does not end .*\[2, 3, 4\]",
        ),
        (lambda: functional.layer_norm(X, [4], hodu.ones(1)), r"weight or bias \[1\]"),
        (lambda: functional.layer_norm(X, []), r"normalized_shape=\[\]"),
        (lambda: functional.rms_norm(X, [5, 3, 4]), "does not end"),
        (lambda: functional.group_norm(X, 1, hodu.ones(4)), r"\[4\] numbers for the 3 channels"),
        (lambda: functional.batch_norm(X, hodu.ones(2), hodu.ones(3)), r"\[2\] numbers"),
        (
            lambda: functional.batch_norm(hodu.ones(1, 3), None, None, training=True),
            "more than one",
        ),
        (lambda: functional.instance_norm(hodu.ones(2, 3)), "more than one value in each"),
        (lambda: functional.local_response_norm(hodu.ones(2, 3), 3), "3 or more dimensions"),
        (lambda: functional.batch_norm(hodu.ones(3), hodu.ones(3), hodu.ones(3)), "N, C"),
    ],
)
def test_shape_errors(call, message):
    with pytest.raises(errors.ShapeError, match=message):
        call()


def test_other_errors():
    with pytest.raises(errors.ValueRangeError, match="3 channels do not part into num_groups=2"):
        functional.group_norm(X, 2)
    with pytest.raises(errors.ArgumentError, match="needs running_mean"):
        functional.batch_norm(X, None, None)
    with pytest.raises(errors.ValueRangeError, match="size=0"):
        functional.local_response_norm(X, 0)


def test_batch_norm_updates_running_statistics():
    mean, var = hodu.zeros(3), hodu.ones(3)
    got = functional.batch_norm(X, mean, var, training=True, momentum=0.25)
    x = X.numpy()
    np.testing.assert_allclose(mean.numpy(), 0.25 * x.mean((0, 2)), rtol=1e-6)
    np.testing.assert_allclose(var.numpy(), 0.75 + 0.25 * x.var((0, 2), ddof=1), rtol=1e-6)
    np.testing.assert_allclose(got.numpy().mean((0, 2)), 0, atol=1e-6)


def test_instance_norm_updates_by_the_mean_of_instances():
    mean, var = hodu.zeros(3), hodu.ones(3)
    functional.instance_norm(X, mean, var, momentum=0.5)
    x = X.numpy()
    np.testing.assert_allclose(mean.numpy(), 0.5 * x.mean(2).mean(0), rtol=1e-6)
    np.testing.assert_allclose(var.numpy(), 0.5 + 0.5 * x.var(2, ddof=1).mean(0), rtol=1e-6)
    by_running = functional.instance_norm(X, mean, var, use_input_stats=False)
    wanted = functional.batch_norm(X, mean, var)
    assert by_running.tolist() == wanted.tolist()


def test_statistics_of_small_floats_do_not_overflow():
    x = hodu.tensor(np.array([[300.0, -300.0, 300.0, -300.0]])).to("f16")
    assert functional.layer_norm(x, [4]).tolist() == [[1.0, -1.0, 1.0, -1.0]]
    mixed = functional.batch_norm(x.reshape(4, 1), hodu.zeros(1), hodu.ones(1), training=True)
    assert mixed.dtype is hodu.f16


def test_rms_norm_of_f64_adds_its_own_precision():
    tiny = hodu.tensor(np.full((1, 2), 1e-6))
    np.testing.assert_allclose(functional.rms_norm(tiny, [2]).numpy(), 1, rtol=1e-3)


def test_normalize():
    assert functional.normalize(hodu.tensor([3.0, 4.0]), dim=0).tolist() == pytest.approx(
        [0.6, 0.8]
    )
    assert functional.normalize(hodu.tensor([[0.0, 0.0]])).tolist() == [[0.0, 0.0]]
