"""Attention: errors, dropout, and what is not attended to."""

import numpy as np
import pytest

import hodu
from hodu import errors
from hodu.nn.functional import scaled_dot_product_attention as attention

Q = hodu.ones(2, 4, 3, 8)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: attention(Q, hodu.ones(5, 7), Q), r"key \[5, 7\]"),
        (lambda: attention(Q, Q, Q, hodu.ones(4, 3)), r"attn_mask \[4, 3\] does not broadcast"),
        (lambda: attention(Q, hodu.ones(2, 3, 3, 8), Q, enable_gqa=True), "no multiple"),
        (lambda: attention(Q, hodu.ones(3, 4, 3, 8), Q), "do not broadcast"),
    ],
)
def test_shape_errors(call, message):
    with pytest.raises(errors.ShapeError, match=message):
        call()


def test_dtypes():
    assert attention(Q, Q.to("f16"), Q).dtype is hodu.f32
    assert attention(Q.to("bf16"), Q.to("bf16"), Q.to("bf16"), hodu.ones(3, 3)).dtype is hodu.bf16
    with pytest.raises(errors.DTypeError, match="does not take i64 for 'attn_mask'"):
        attention(Q, Q, Q, hodu.tensor([1, 2, 3]))


def test_dropout_scales_the_weights_it_keeps():
    hodu.manual_seed(0)
    value = hodu.ones(1, 1, 4096, 1)
    got = attention(value, value, value, dropout_p=0.5).numpy()
    assert abs(got.mean() - 1) < 0.05
    assert got.std() > 0
    with pytest.raises(errors.ValueRangeError, match=r"dropout_p=1\.5"):
        attention(Q, Q, Q, dropout_p=1.5)


def test_large_scores_do_not_overflow():
    big = hodu.tensor(np.full((1, 2, 4), 1e3, np.float32))
    assert attention(big, big, big, scale=1.0).tolist() == big.tolist()


def test_a_causal_query_sees_no_later_value():
    rng = np.random.default_rng(0)
    q, k, v = (hodu.tensor(rng.random((2, 5, 4), np.float32)) for _ in range(3))
    first = attention(q, k, v, is_causal=True).numpy()
    v[:, 3:] = 7.0
    changed = attention(q, k, v, is_causal=True).numpy()
    np.testing.assert_array_equal(first[:, :3], changed[:, :3])
    assert (first[:, 3:] != changed[:, 3:]).any()
