"""`hodu.compile(fn)`: a compiled function does what the function does, call by call."""

from __future__ import annotations

import threading
from collections import OrderedDict, namedtuple
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import hodu
from hodu.errors import ArgumentError, CaptureError, DTypeError
from hodu.tree import flatten, with_children

Pair = namedtuple("Pair", "left right")
X = np.arange(6, dtype=np.float32).reshape(2, 3)


def plain(tree):
    """The contents of the tensors in a structure."""
    return [leaf.tolist() for leaf in flatten(tree)[0]]


def as_tensors(node):
    return hodu.tensor(node) if isinstance(node, np.ndarray) else with_children(node, as_tensors)


def nested(x, scale, *others, flag=True, **named):
    total = x * scale if flag else x - scale
    for other in others:
        total = total + other.left * other.right
    for key, value in named.items():
        total = total + len(key) * value[0]["it"]
    return OrderedDict(total=total, parts=(Pair(total + 1, None), [x.shape, "text"]))


def test_arguments_and_results_of_every_structure():
    compiled = hodu.compile(nested)
    pair, named = Pair(X, hodu.tensor(2.0)), {"it": X + 1}
    calls = [
        ((X, 2), {}),
        ((X, 2), {"flag": False}),
        ((X[:, :2], 2.5), {}),
        ((hodu.tensor(X), hodu.tensor(2.0), pair, pair), {}),
        ((X, 2, pair), {"a": [named], "bb": (named,)}),
        ((X, 2, pair), {"bb": (named,), "a": [named]}),
        ((X.astype("f8"), 1), {}),
    ]
    for args, kwargs in calls * 2:
        given, options = as_tensors((args, kwargs))
        wanted = nested(*given, **options)
        found = compiled(*args, **kwargs)
        assert plain(found) == plain(wanted)
        assert found["parts"][0].right is None and found["parts"][1] == wanted["parts"][1]
    assert len(compiled._programs) == len(calls)


def test_static_arguments_are_told_apart_by_type_sign_and_nan():
    compiled = hodu.compile(lambda x, s: x * s)
    for scale in (0.0, -0.0, 1, True, 1.0, float("nan"), float("nan"), np.float32(-0.0)):
        found = compiled(X, scale).numpy()
        wanted = (hodu.tensor(X) * scale).numpy()
        np.testing.assert_array_equal(np.signbit(found), np.signbit(wanted))
        np.testing.assert_array_equal(found, wanted)
    assert len(compiled._programs) == 7


def test_what_cannot_be_compiled_says_why():
    with pytest.raises(DTypeError, match="which Hodu does not have"):
        hodu.compile(lambda x: x)(np.array(["a"]))
    with pytest.raises(ArgumentError, match="hashable"):
        hodu.compile(lambda x, s: x)(X, {1, 2})
    with pytest.raises(CaptureError, match=r"<lambda>\(\) neither returns nor writes a tensor"):
        hodu.compile(lambda x: x.shape)(X)


def test_draws_follow_the_generators_as_eager_ones_do():
    """One sequence for eager calls and compiled ones of every kind, and seeds count."""
    own = hodu.Generator(7)

    def noisy(x, generator=None):
        return x + hodu.rand(*x.shape), hodu.randint(100, (3,), generator=generator), x * 2

    def sequence(function):
        hodu.manual_seed(3)
        own.manual_seed(7)
        for x in (X, X[:1], X):
            yield plain(function(hodu.tensor(x)))
            yield plain(function(hodu.tensor(x), own))
            yield [hodu.rand(2).tolist(), hodu.rand(2, generator=own).tolist()]
        hodu.manual_seed(3)
        yield plain(function(hodu.tensor(X)))

    compiled = hodu.compile(noisy)
    wanted = list(sequence(noisy))
    assert list(sequence(compiled)) == wanted == list(sequence(compiled))
    assert compiled.snapshot(X).inputs[-1].name == "generator"


def test_dropout_is_the_eager_one():
    compiled = hodu.compile(lambda x: hodu.dropout(x, 0.5))
    hodu.manual_seed(1)
    wanted = [hodu.dropout(hodu.tensor(X), 0.5).tolist() for _ in range(3)]
    hodu.manual_seed(1)
    assert [compiled(X).tolist() for _ in range(3)] == wanted


def test_outer_tensors_that_are_written_are_states():
    def average(total, count):
        def step(x):
            kept = hodu.zeros((3,))
            kept += x[0]
            total.mul_(0.5).add_(x)
            count.add_(x[0, 0].to("i64") * 0 + 1)
            return total / count + kept

        return step

    eager, other = (
        (hodu.tensor(X * 0), hodu.tensor(1)),
        (hodu.tensor(X * 0), hodu.tensor(1)),
    )
    function, compiled = average(*eager), hodu.compile(average(*other))
    for scale in (1.0, 2.0, -1.0):
        wanted, found = function(hodu.tensor(X) * scale), compiled(X * np.float32(scale))
        np.testing.assert_allclose(found.numpy(), wanted.numpy(), rtol=1e-6)
        for mine, theirs in zip(other, eager, strict=True):
            np.testing.assert_allclose(mine.numpy(), theirs.numpy(), rtol=1e-6)
    other[0].fill_(5)
    eager[0].fill_(5)
    assert compiled(X).tolist() == function(hodu.tensor(X)).tolist()


def test_writes_of_known_values_happen_in_each_call():
    """A counter outside is a state; what the function makes or keeps for itself is none."""

    def counting(count, table, kept):
        def step(x):
            count.add_(1)
            table[1] += 2.0
            table[0] = 3.0
            if not kept:
                kept.append(hodu.zeros(3))
                kept[0][1:] = 4.0
            mask = hodu.zeros(3)
            mask[1:].fill_(1.0)
            return x * count * mask + kept[0] + table.sum()

        return step

    eager, mine = ((hodu.tensor(0), hodu.zeros(2), []) for _ in range(2))
    function, compiled = counting(*eager), hodu.compile(counting(*mine))
    for _ in range(3):
        assert compiled(X).tolist() == function(hodu.tensor(X)).tolist()
    assert mine[0].item() == eager[0].item() == 3
    assert mine[1].tolist() == eager[1].tolist() == [3.0, 6.0]


def test_a_function_without_arguments_counts():
    count = hodu.tensor(0)
    compiled = hodu.compile(lambda: count.add_(1).clone())
    assert [compiled().item() for _ in range(3)] == [1, 2, 3]


def test_a_known_write_to_a_view_of_outside_says_so():
    table = hodu.zeros(2, 3)
    function = lambda x: table[0].fill_(1.0) + x  # noqa: E731
    with pytest.raises(CaptureError, match="view of a tensor of outside"):
        hodu.compile(function)(X)
    assert table.tolist() == [[0.0] * 3] * 2
    assert hodu.compile(function, state=table)(X).tolist() == (X + 1).tolist()
    assert table.tolist() == [[1.0] * 3, [0.0] * 3]


def test_arguments_are_written_where_the_function_writes_them():
    def update(x, y):
        x *= 2
        y[0] += x[1]

    compiled = hodu.compile(update)
    eager, other = ([hodu.tensor(X.copy()), hodu.tensor(X.copy())] for _ in range(2))
    for _ in range(2):
        assert update(*eager) is compiled(*other) is None
        assert plain(other) == plain(eager)


def test_two_compiled_functions_share_nothing_but_what_they_write():
    total = hodu.tensor(np.zeros(3, np.float32))
    one, two = (hodu.compile(lambda x, k=k: total.add_(x * k) * 1) for k in (1.0, 10.0))
    x = np.ones(3, np.float32)
    assert [f(x)[0].item() for f in (one, two, one, two)] == [1, 11, 12, 22]


def test_threads_call_at_once():
    captures = []
    total = hodu.tensor(np.zeros((), np.int64))

    def drawn(x):
        captures.append(threading.get_ident())
        total.add_(x.sum().to("i64") * 0 + 1)
        return hodu.rand(100) + x[0, 0] * 0

    compiled = hodu.compile(drawn)
    hodu.manual_seed(9)
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda _: tuple(compiled(X).tolist()), range(30)))
    hodu.manual_seed(9)
    assert sorted(found) == sorted(tuple(hodu.rand(100).tolist()) for _ in range(30))
    assert (total.item(), len(captures)) == (30, 2)


def test_a_compiled_function_in_a_capture_is_recorded():
    inner = hodu.compile(lambda x: x * 2)
    outer = hodu.compile(lambda x: inner(x) + 1)
    assert outer(X).tolist() == (X * 2 + 1).tolist()
    assert [n.op for n in outer.snapshot(X).nodes] == ["mul", "add"]
    assert not inner._programs
