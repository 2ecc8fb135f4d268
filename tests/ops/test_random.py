"""Random numbers: known answers, reproducibility and distributions."""

from __future__ import annotations

import copy
import math
import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import hodu
from hodu.errors import DTypeError, ShapeError, ValueRangeError
from hodu.ops.philox import philox4x32
from tests.ops.oracles.philox import philox4x32 as reference

N = 20_000

# From kat_vectors of Random123, the library of the authors of Philox.
KNOWN = [
    (["00000000"] * 4, ["00000000"] * 2, "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    (["ffffffff"] * 4, ["ffffffff"] * 2, "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    (
        "243f6a88 85a308d3 13198a2e 03707344",
        "a4093822 299f31d0",
        "d16cfe09 94fdcceb 5001e420 24126ea1",
    ),
]


def _hex(text):
    return [int(word, 16) for word in (text.split() if isinstance(text, str) else text)]


@pytest.mark.parametrize(("counter", "key", "expected"), KNOWN)
def test_philox_known_answers(counter, key, expected):
    words = [np.array([w], np.uint64) for w in _hex(counter)]
    assert [int(w[0]) for w in philox4x32(words, tuple(_hex(key)))] == _hex(expected)
    assert reference(_hex(counter), tuple(_hex(key))) == _hex(expected)


def generator(seed=1):
    return hodu.Generator(seed)


def test_same_seed_same_numbers():
    hodu.manual_seed(5)
    first = [hodu.rand(3), hodu.randn(2, 2), hodu.randint(9, (4,)), hodu.randperm(5)]
    hodu.manual_seed(5)
    again = [hodu.rand(3), hodu.randn(2, 2), hodu.randint(9, (4,)), hodu.randperm(5)]
    assert [t.tolist() for t in first] == [t.tolist() for t in again]
    assert hodu.rand(3).tolist() != first[0].tolist()
    assert hodu.initial_seed() == hodu.default_generator.initial_seed() == 5


def test_numbers_do_not_depend_on_the_shape():
    flat = hodu.rand(24, generator=generator())
    assert hodu.rand(2, 3, 4, generator=generator()).numpy().ravel().tolist() == flat.tolist()
    longer = hodu.rand(100_000, generator=generator())
    assert longer[:24].tolist() == flat.tolist()


def test_state_can_be_kept_and_restored():
    g = generator()
    hodu.rand(5, generator=g)
    state = g.get_state()
    wanted = hodu.rand(5, generator=g).tolist()
    for other in (generator(9).set_state(state), pickle.loads(pickle.dumps(g.set_state(state)))):
        assert hodu.rand(5, generator=other).tolist() == wanted
    assert copy.deepcopy(g).initial_seed() == 1
    assert (state.dtype, state.tolist()) == (hodu.u64, [1, 2])
    with pytest.raises(ValueRangeError, match=r"is u64\[2\], not i64\[3\]"):
        g.set_state(hodu.tensor([1, 2, 3]))


def test_unseeded_generators_differ():
    assert hodu.Generator().initial_seed() != hodu.Generator().initial_seed()
    g = generator()
    assert g.seed() == g.initial_seed() != 1
    assert generator(-1).initial_seed() == 2**64 - 1


def test_threads_draw_different_numbers():
    g = generator()
    with ThreadPoolExecutor(4) as pool:
        drawn = list(pool.map(lambda _: hodu.rand(1000, generator=g).tolist(), range(8)))
    assert len({tuple(d) for d in drawn}) == 8
    assert g.state.tolist() == [1, 8 * 250]


def _ks(sample, cdf):
    """Kolmogorov and Smirnov's distance; above 1.95 / sqrt(n) once in a thousand times."""
    x = np.sort(np.asarray(sample, np.float64).ravel())
    n = len(x)
    at = cdf(x)
    steps = np.arange(n + 1) / n
    return max(np.abs(steps[1:] - at).max(), np.abs(at - steps[:-1]).max()) * math.sqrt(n)


_phi = np.vectorize(lambda v: 0.5 * (1 + math.erf(v / math.sqrt(2))))


@pytest.mark.parametrize("dtype", ["f16", "bf16", "f32", "f64", "f8e4m3", "f8e5m2"])
def test_rand_is_uniform_in_half_open_interval(dtype):
    x = hodu.rand(N, dtype=dtype, generator=generator())
    values = x.numpy().astype(np.float64)
    assert x.dtype.name == dtype
    assert values.min() >= 0
    assert values.max() < 1
    step = {"f8e4m3": 2**-4, "f8e5m2": 2**-3, "bf16": 2**-8}.get(dtype, 0)
    assert values.mean() + step / 2 == pytest.approx(0.5, abs=0.01)
    if not step:
        assert _ks(values, lambda v: v) < 1.95


@pytest.mark.parametrize("dtype", ["f32", "f64"])
def test_randn_is_normal(dtype):
    x = hodu.randn(N + 1, dtype=dtype, generator=generator()).numpy()
    assert np.isfinite(x).all()
    assert _ks(x, _phi) < 1.95
    assert x.mean() == pytest.approx(0, abs=0.03)
    assert x.var() == pytest.approx(1, abs=0.05)
    assert abs(np.corrcoef(x[: N // 2], x[-(N // 2) :])[0, 1]) < 0.03


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_randn_of_few(n):
    assert hodu.randn(n).shape == (n,)
    assert hodu.randn((n, 3), dtype="bf16").dtype is hodu.bf16
    assert hodu.randn().shape == hodu.rand(()).shape == ()


def test_randint_is_even():
    x = hodu.randint(-3, 4, (N,), generator=generator()).numpy()
    counts = np.bincount(x + 3, minlength=7)
    assert len(counts) == 7
    assert ((counts - N / 7) ** 2 / (N / 7)).sum() < 22.5
    assert x.dtype == np.int64


@pytest.mark.parametrize("span", [1, 10, 2**32, 2**32 + 5, 3 * 2**61, 2**64 - 1, 2**64])
def test_randint_is_the_high_half_of_the_product(span):
    bits = generator().bits((2, 50)).numpy().astype(object)
    expected = [(int(h) * 2**32 + int(low)) * span >> 64 for h, low in zip(*bits, strict=True)]
    drawn = hodu.randint(0, span, (50,), dtype="u64", generator=generator())
    assert drawn.tolist() == expected


def test_randint_spellings_and_errors():
    assert hodu.randint(3, (2, 2)).shape == hodu.randint(high=3, size=(2, 2)).shape == (2, 2)
    assert hodu.randint(5, 6, size=[3], dtype="u8").tolist() == [5, 5, 5]
    like = hodu.randint_like(hodu.tensor([1.0, 2.0]), 4, 5)
    assert (like.dtype, like.tolist()) == (hodu.f32, [4, 4])
    with pytest.raises(ValueRangeError, match="from low=3 up to but not including high=3"):
        hodu.randint(3, 3, (1,))


def test_randperm():
    x = hodu.randperm(500, generator=generator())
    assert sorted(x.tolist()) == list(range(500))
    assert x.tolist() != list(range(500))
    assert hodu.randperm(0, dtype="i32").dtype is hodu.i32
    first = [hodu.randperm(3, generator=generator(s)).tolist()[0] for s in range(600)]
    assert np.bincount(first).min() > 150


def test_uniform_and_normal():
    x = hodu.uniform(2, 6, N, generator=generator()).numpy()
    assert _ks(x, lambda v: (v - 2) / 4) < 1.95
    y = hodu.normal(3.0, 2.0, (N,), generator=generator()).numpy()
    assert _ks((y - 3) / 2, _phi) < 1.95
    means = hodu.tensor([[0.0], [100.0]])
    z = hodu.normal(means, hodu.tensor([1.0, 2.0, 3.0]))
    assert z.shape == (2, 3)
    assert z[1].min().item() > 50
    assert hodu.normal(means, 0.0).tolist() == means.tolist()
    with pytest.raises(ValueRangeError, match="std=-1"):
        hodu.normal(0, -1, (2,))
    with pytest.raises(ValueRangeError, match="from 2 to 1"):
        hodu.uniform(2, 1, 3)


def test_like_takes_shape_and_dtype():
    x = hodu.tensor([[1.0, 2.0]], dtype="f64")
    for like in (hodu.rand_like, hodu.randn_like):
        assert (like(x).shape, like(x).dtype) == ((1, 2), hodu.f64)
        assert like(x, dtype="f16").dtype is hodu.f16
    with pytest.raises(DTypeError, match="makes floats, not i64"):
        hodu.rand_like(hodu.tensor([1]))


def test_bernoulli():
    p = hodu.tensor(np.linspace(0, 1, 5, dtype=np.float32))
    drawn = np.stack([hodu.bernoulli(p, generator=generator(s)).numpy() for s in range(800)])
    np.testing.assert_allclose(drawn.mean(0), p.numpy(), atol=0.06)
    assert set(drawn[:, 0]) == {0}
    assert set(drawn[:, 4]) == {1}
    assert p.bernoulli(1.0).tolist() == [1] * 5
    with pytest.raises(ValueRangeError, match=r"p=1\.5 is not a probability"):
        hodu.bernoulli(hodu.tensor([0.5, 1.5]))


def test_multinomial_with_replacement():
    w = hodu.tensor([0.0, 1.0, 3.0, 0.0])
    x = hodu.multinomial(w, N, replacement=True, generator=generator()).numpy()
    np.testing.assert_allclose(np.bincount(x, minlength=4) / N, [0, 0.25, 0.75, 0], atol=0.015)
    rows = hodu.multinomial(hodu.tensor([[1.0, 0], [0, 1]]), 3, True)
    assert rows.tolist() == [[0, 0, 0], [1, 1, 1]]


def test_multinomial_without_replacement():
    w = hodu.tensor([[1.0, 2.0, 0.0, 3.0]] * 4000)
    x = hodu.multinomial(w, 2, generator=generator()).numpy()
    assert (x[:, 0] != x[:, 1]).all()
    assert (x != 2).all()
    np.testing.assert_allclose(
        np.bincount(x[:, 0], minlength=4) / 4000, [1 / 6, 2 / 6, 0, 3 / 6], atol=0.03
    )
    # The second of two: sum over the first i of p_i * p_1 / (1 - p_i).
    second = (2 / 6) * (1 / 4) + (3 / 6) * (1 / 3)
    assert (x[:, 1] == 0).mean() == pytest.approx(second, abs=0.03)


def test_multinomial_refuses():
    with pytest.raises(ValueRangeError, match="cannot draw 3 different indices from 2 weights"):
        hodu.multinomial(hodu.tensor([1.0, 1.0, 0.0]), 3)
    with pytest.raises(ValueRangeError, match="weights of 0 or more"):
        hodu.multinomial(hodu.tensor([1.0, -1.0]), 1)
    with pytest.raises(ValueRangeError, match="weights of 0 or more"):
        hodu.multinomial(hodu.tensor([0.0, 0.0]), 1, True)
    with pytest.raises(DTypeError, match="float weights, not i64"):
        hodu.multinomial(hodu.tensor([1, 1]), 1)
    with pytest.raises(ShapeError, match=r"weights \[1, 1, 1\]"):
        hodu.multinomial(hodu.tensor([[[1.0]]]), 1)


def test_filling_in_place():
    x = hodu.tensor(np.zeros(N, np.float32))
    assert x.uniform_(-1, 1, generator=generator()) is x
    assert _ks(x.numpy(), lambda v: (v + 1) / 2) < 1.95
    assert _ks(x.normal_(1, 2, generator=generator()).numpy(), lambda v: _phi((v - 1) / 2)) < 1.95
    assert x.bernoulli_(0.25, generator=generator()).mean().item() == pytest.approx(0.25, abs=0.02)
    assert x.bernoulli_(hodu.tensor([1.0])).min().item() == 1
    assert set(x.random_(2, 4).tolist()) == {2, 3}
    bytes_ = hodu.tensor(np.zeros(5000, np.int8)).random_(generator=generator())
    assert (bytes_.min().item(), bytes_.max().item()) == (0, 127)
    assert set(hodu.tensor([False] * 99).random_().tolist()) == {False, True}
    with pytest.raises(DTypeError, match=r"normal_\(\) fills floats, not i64"):
        hodu.tensor([1]).normal_()


def test_dropout():
    x = hodu.tensor(np.ones(N, np.float32))
    hodu.manual_seed(3)
    y = hodu.dropout(x, 0.25).numpy()
    assert sorted(set(y.tolist())) == pytest.approx([0, 4 / 3])
    assert y.mean() == pytest.approx(1, abs=0.02)
    assert hodu.dropout(x, 0.5, training=False) is x
    assert hodu.dropout(x, 1.0).tolist() == [0] * N
    z = x.to("bf16")
    assert hodu.dropout(z, 0.5, inplace=True) is z
    with pytest.raises(ValueRangeError, match=r"p=1\.5 is not a probability"):
        hodu.dropout(x, 1.5)


def test_a_captured_program_draws_the_same_numbers():
    hodu.manual_seed(11)
    with hodu.capture("draws") as board:
        board.target("x", hodu.rand(2, 3) + board.input("bias", (3,)))
        board.target("y", hodu.rand(3))
    assert [n.op for n in board.snapshot.nodes].count("philox") == 2
    assert hodu.default_generator.state.tolist() == [11, 0]
    module = hodu.compile(board.snapshot)
    runs = [module.execute({"bias": np.zeros(3, np.float32)}) for _ in range(2)]
    hodu.manual_seed(11)
    for run in runs:
        assert run["x"].tolist() == hodu.rand(2, 3).tolist()
        assert run["y"].tolist() == hodu.rand(3).tolist()
