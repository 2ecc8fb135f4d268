"""Compiled matrix products, attention and recurrent layers of many sizes, against NumPy in f64."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import hodu
import hodu.nn.functional as F
from hodu.backends.cpu.prepare import prepare
from hodu.lower.gemm import choose
from hodu.plan.target import host, named
from hodu.render.c_program import Options
from hodu.snapshot.ir import Snapshot

Array = np.ndarray[Any, Any]


def numbers(*shape: int, dtype: str = "f32", seed: int = 0) -> Array:
    """Normal numbers, or integers over nearly the whole range of a dtype."""
    random = np.random.default_rng([seed, *shape])
    kind = np.dtype({"f32": np.float32, "f64": np.float64}.get(dtype) or getattr(np, dtype))
    if kind.kind == "f":
        return random.standard_normal(shape).astype(kind)
    limits = np.iinfo(kind)
    return random.integers(limits.min, limits.max, shape, dtype=kind)


def capture(f: Callable[..., hodu.Tensor], arrays: list[Array]) -> Snapshot:
    """The Snapshot of `f` on inputs like some arrays, named x0, x1, ..."""
    with hodu.capture("product") as board:
        inputs = [board.input(f"x{i}", a.shape, a.dtype) for i, a in enumerate(arrays)]
        board.target("y", f(*inputs))
    return board.snapshot


def run(f: Callable[..., hodu.Tensor], *arrays: Array, threads: int = 1) -> Array:
    """What compiled `f` gives for some arrays."""
    snapshot = capture(f, list(arrays))
    module = hodu.compile(snapshot, compiler="cpu", runtime="cpu", threads=threads)
    return module.execute({f"x{i}": a for i, a in enumerate(arrays)})["y"].numpy()


def assert_product(got: Array, a: Array, b: Array) -> None:
    """The result is the product up to the rounding of sums."""
    wanted = a.astype(np.float64) @ b.astype(np.float64)
    bound = np.abs(a).astype(np.float64) @ np.abs(b).astype(np.float64)
    assert got.shape == wanted.shape
    assert (np.abs(got - wanted) <= 1e-6 * bound + 1e-30).all()


# (rows, depth, columns): whole tiles, what is left over on every side, several blocks of depth.
SIZES = [
    (28, 64, 64), (29, 40, 37), (15, 700, 33), (130, 3000, 70), (5, 1030, 96), (40, 24, 10),
    (30, 4096, 9), (31, 2048, 100),
]  # fmt: skip


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("constant", [True, False])
def test_products_of_many_sizes(size: tuple[int, int, int], constant: bool) -> None:
    rows, depth, columns = size
    a, b = numbers(rows, depth), numbers(depth, columns, seed=1)
    if constant:
        assert_product(run(lambda x: x @ hodu.tensor(b), a), a, b)
    else:
        assert_product(run(lambda x, y: x @ y, a, b), a, b)


@pytest.mark.parametrize("rows", [1, 2, 3, 8])
@pytest.mark.parametrize("columns", [1, 10, 512])
@pytest.mark.parametrize("way", ["constant", "as it lies", "transposed"])
def test_products_of_few_rows(rows: int, columns: int, way: str) -> None:
    a, b = numbers(rows, 83), numbers(83, columns, seed=1)
    if way == "constant":
        got = run(lambda x: x @ hodu.tensor(b), a)
    elif way == "as it lies":
        got = run(lambda x, y: x @ y, a, b)
    else:
        got = run(lambda x, y: x @ y.mT, a, np.ascontiguousarray(b.T))
    assert_product(got, a, b)


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("depth", [1111, 1184])
def test_products_of_few_rows_with_an_operand_beyond_the_cache(rows: int, depth: int) -> None:
    a, b = numbers(rows, depth), numbers(300, depth, seed=1)
    assert_product(run(lambda x: x @ hodu.tensor(b).mT, a), a, b.T)
    assert_product(run(lambda x, y: x @ y.mT, a, b, threads=3), a, b.T)


@pytest.mark.parametrize("left", [False, True])
@pytest.mark.parametrize("right", [False, True])
def test_transposed_operands_are_read_where_they_lie(left: bool, right: bool) -> None:
    a, b = numbers(3, 20, 50), numbers(3, 50, 33, seed=1)
    given = [np.ascontiguousarray(a.swapaxes(1, 2)) if left else a,
             np.ascontiguousarray(b.swapaxes(1, 2)) if right else b]  # fmt: skip

    def f(x: hodu.Tensor, y: hodu.Tensor) -> hodu.Tensor:
        return (x.mT if left else x) @ (y.mT if right else y)

    assert_product(run(f, *given), a, b)
    program = prepare(capture(f, given), named("native"), Options(), level=2).program
    assert {launch.label for launch in program.launches()} <= {"pack", "matmul"}


@pytest.mark.parametrize("size", [(16, 90, 75), (35, 200, 131), (61, 300, 514)])
def test_a_layer_of_which_the_transposed_product_is_computed(size: tuple[int, int, int]) -> None:
    rows, depth, columns = size
    x, w, b = numbers(rows, depth), numbers(columns, depth, seed=1), numbers(columns, seed=2)
    packed = prepare(capture(F.linear, [x, w, b]), host(), Options(), level=2).program.slots
    assert next(s.size for s in packed if s.name == "packed") <= depth * (rows + 16)
    got = run(lambda x, w, b: F.relu(F.linear(x, w, b)), x, w, b)
    wanted = np.maximum(x.astype(np.float64) @ w.T.astype(np.float64) + b, 0)
    assert np.allclose(got, wanted, rtol=1e-4, atol=1e-4)


def test_a_view_of_heads_is_multiplied_without_a_copy() -> None:
    a, b = numbers(2, 17, 4, 24), numbers(2, 17, 4, 24, seed=1)

    def f(x: hodu.Tensor, y: hodu.Tensor) -> hodu.Tensor:
        return x.permute(0, 2, 1, 3) @ y.permute(0, 2, 3, 1)

    assert_product(run(f, a, b), a.transpose(0, 2, 1, 3), b.transpose(0, 2, 3, 1))


def test_what_is_not_strided_is_copied_first() -> None:
    a, b = numbers(9, 5), numbers(14, 6, seed=1)
    got = run(lambda x, y: hodu.cat([x, x], 1)[:, ::2] @ hodu.flip(y, [0])[3:8], a, b)
    assert_product(got, np.concatenate([a, a], 1)[:, ::2], b[::-1][3:8])


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int32", "uint64"])
@pytest.mark.parametrize("columns", [1, 37])
def test_integers_wrap_around(dtype: str, columns: int) -> None:
    a, b = numbers(18, 300, dtype=dtype), numbers(300, columns, dtype=dtype, seed=1)
    with np.errstate(over="ignore"):
        wanted = a @ b
    assert (run(lambda x, y: x @ y, a, b) == wanted).all()
    assert (run(lambda x: x @ hodu.tensor(b), a) == wanted).all()


def test_f64_keeps_its_precision() -> None:
    a, b = numbers(19, 900, dtype="f64"), numbers(900, 21, dtype="f64", seed=1)
    assert np.allclose(run(lambda x, y: x @ y, a, b), a @ b, rtol=1e-11, atol=1e-11)


def test_bias_activation_and_residual_are_part_of_the_kernel() -> None:
    x, w, b, r = numbers(30, 40), numbers(50, 40, seed=1), numbers(50, seed=2), numbers(30, 50)
    weight, bias = hodu.tensor(w), hodu.tensor(b)

    def f(x: hodu.Tensor, r: hodu.Tensor) -> hodu.Tensor:
        return F.relu(F.linear(x, weight, bias)) + r

    wanted = np.maximum(x.astype(np.float64) @ w.T.astype(np.float64) + b, 0) + r
    assert np.allclose(run(f, x, r), wanted, rtol=1e-4, atol=1e-4)
    program = prepare(capture(f, [x, r]), named("native"), Options(), level=2).program
    assert len(list(program.launches())) == 1


@pytest.mark.parametrize("name", ["native", "x86-64-v3", "x86-64-v4", "aarch64", "scalar"])
@pytest.mark.parametrize("rows", [1, 2, 4, 8, 64, 128, 1024])
@pytest.mark.parametrize("depth", [64, 384, 1024, 4096])
def test_blocks_fit_the_caches(name: str, rows: int, depth: int) -> None:
    target = named(name)
    for columns in (16, 384, 1024, 4096):
        tile = choose.tile_for(target, 32, rows, columns)
        block = choose.depth_block(target, tile, depth, 4)
        assert 0 < block <= depth
        assert (tile.rows + 2 * tile.columns) * block * 4 <= target.l2_bytes * 3 // 8


def test_copied_rows_share_no_set() -> None:
    for length in (1, 64, 100, 256, 1000, 1024, 4096):
        stride = choose.apart(length, 4)
        assert stride >= length
        assert len({stride * 4 * r // 64 % 64 for r in range(14)}) == 14


def test_a_packed_constant_replaces_the_constant() -> None:
    w = hodu.tensor(numbers(64, 96))
    snapshot = capture(lambda x: x @ w, [numbers(3, 64)])
    program = prepare(snapshot, named("native"), Options(), level=2).program
    assert [s.size for s in program.slots if s.kind == "constant"] == [64 * 96]


@pytest.mark.parametrize("size", [(130, 3000, 70), (2, 500, 900)])
def test_results_do_not_depend_on_the_number_of_threads(size: tuple[int, int, int]) -> None:
    rows, depth, columns = size
    a, b = numbers(rows, depth), numbers(depth, columns, seed=1)
    one = run(lambda x, y: x @ y, a, b)
    assert (run(lambda x, y: x @ y, a, b, threads=2) == one).all()


def test_sizes_known_only_at_run_time() -> None:
    x, w, v = numbers(40, 12), numbers(12, 9, seed=1), numbers(40, 7, seed=2)
    mask = x[:, 0] > 0

    def f(x: hodu.Tensor, m: hodu.Tensor, v: hodu.Tensor) -> hodu.Tensor:
        rows = hodu.nonzero(m)[:, 0]
        few = hodu.index_select(x, 0, rows)
        return (few @ hodu.tensor(w)).mT @ hodu.index_select(v, 0, rows)

    wanted = (x[mask] @ w).T @ v[mask]
    assert np.allclose(run(f, x, mask, v), wanted, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", ["native", "x86-64-v3", "aarch64", "cortex-m4", "scalar"])
def test_tiles_fit_the_registers(name: str) -> None:
    target = named(name)
    for rows in (1, 3, 8, 1000):
        for columns in (1, 10, 64, 1000):
            tile = choose.tile_for(target, 32, rows, columns)
            used = tile.rows * tile.vectors * tile.splits
            assert used + tile.vectors <= max(target.vector_registers, 8)
            assert tile.lanes <= target.lanes(32)


def attention(q: Array, k: Array, v: Array, mask: Array | None, causal: bool) -> Array:
    """The definition, in f64."""
    q, k, v = (t.astype(np.float64) for t in (q, k, v))
    scores = q @ k.swapaxes(-1, -2) / np.sqrt(q.shape[-1])
    if causal:
        scores = np.where(np.tri(*scores.shape[-2:]) > 0, scores, -np.inf)
    if mask is not None:
        scores = np.where(mask, scores, -np.inf) if mask.dtype == bool else scores + mask
    top = scores.max(-1, keepdims=True)
    weights = np.exp(scores - np.where(top == -np.inf, 0, top))
    total = weights.sum(-1, keepdims=True)
    return weights / np.where(total == 0, 1, total) @ v


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("queries", [1, 3, 30, 45])
@pytest.mark.parametrize("keys", [45, 1500])
def test_attention_of_few_and_of_many_keys(causal: bool, queries: int, keys: int) -> None:
    q = numbers(2, queries, 3, 16)
    k, v = numbers(2, keys, 3, 16, seed=1), numbers(2, keys, 3, 21, seed=2)

    def f(*given: hodu.Tensor) -> hodu.Tensor:
        q, k, v = (t.permute(0, 2, 1, 3) for t in given)
        return F.scaled_dot_product_attention(q, k, v, is_causal=causal)

    query, key, value = (t.transpose(0, 2, 1, 3) for t in (q, k, v))
    wanted = attention(query, key, value, None, causal)
    assert np.allclose(run(f, q, k, v), wanted, rtol=1e-5, atol=2e-6)


@pytest.mark.parametrize("queries", [4, 20])
@pytest.mark.parametrize("keys", [50, 1100])
@pytest.mark.parametrize("kind", ["rows hidden", "term", "term of another dtype"])
def test_attention_with_a_mask(queries: int, keys: int, kind: str) -> None:
    q, k, v = numbers(2, queries, 16), numbers(2, keys, 16, seed=1), numbers(2, keys, 16, seed=2)
    if kind == "rows hidden":
        mask: Array = numbers(queries, keys, seed=3) > 0
        mask[3] = False
        mask[:, : keys // 2] = False
    else:
        mask = numbers(2, 1, keys, seed=3, dtype="f32" if kind == "term" else "f64")

    got = run(lambda q, k, v, m: F.scaled_dot_product_attention(q, k, v, m), q, k, v, mask)
    assert np.allclose(got, attention(q, k, v, mask, False), rtol=1e-5, atol=2e-6)
    assert kind != "rows hidden" or (got[:, 3] == 0).all()


def test_the_memory_of_attention_grows_with_the_keys_not_with_their_square() -> None:
    sizes = []
    for keys in (2048, 4096):
        shapes = [np.zeros((4, keys, 64), np.float32)] * 3
        ready = prepare(capture(F.scaled_dot_product_attention, shapes), host())
        sizes.append(ready.plan.size)
    assert sizes[1] <= 2 * sizes[0] < 2048 * 2048 * 4


def test_attention_gives_nan_where_a_score_is_nan() -> None:
    q, k, v = numbers(20, 8), numbers(40, 8, seed=1), numbers(40, 8, seed=2)
    q[3, 2] = np.nan
    got = run(F.scaled_dot_product_attention, q, k, v)
    assert np.isnan(got[3]).all()
    assert not np.isnan(np.delete(got, 3, 0)).any()


@pytest.mark.parametrize("layer", ["lstm_layer", "gru_layer", "rnn_layer"])
@pytest.mark.parametrize("constant", [True, False])
@pytest.mark.parametrize(("batch", "hidden"), [(1, 64), (9, 37)])
def test_recurrent_layers(layer: str, constant: bool, batch: int, hidden: int) -> None:
    gates = {"lstm_layer": 4, "gru_layer": 3, "rnn_layer": 1}[layer]
    x = numbers(6, batch, 11)
    weights = [0.2 * numbers(gates * hidden, n, seed=n) for n in (11, hidden)]
    biases = [numbers(gates * hidden, seed=s) for s in (3, 4)]
    states = [numbers(batch, hidden, seed=s) for s in range(5, 7 if gates == 4 else 6)]
    op = getattr(hodu, layer)

    def f(x: hodu.Tensor, *given: hodu.Tensor) -> hodu.Tensor:
        used = list(map(hodu.tensor, weights)) if constant else list(given)
        output, *last = op(x, *used, *map(hodu.tensor, biases), *map(hodu.tensor, states))
        return hodu.cat([output, *(s.unsqueeze(0) for s in last)])

    arrays = [x] if constant else [x, *weights]
    wide = [x.astype(np.float64), *(w.astype(np.float64) for w in weights)]
    kept = [*biases, *states]
    output, *last = op(*map(hodu.tensor, wide), *(hodu.tensor(t.astype(np.float64)) for t in kept))
    wanted = hodu.cat([output, *(s.unsqueeze(0) for s in last)]).numpy()
    assert np.allclose(run(f, *arrays), wanted, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("layer", ["lstm_layer", "gru_layer", "rnn_layer"])
@pytest.mark.parametrize(
    ("steps", "inputs", "reverse"),
    [
        (1, 13, False), (8, 13, True), (9, 200, False), (22, 13, True),
        (37, 70, False), (18, 130, True), (21, 700, False),
    ],
)  # fmt: skip
def test_steps_of_large_layers_on_any_number_of_threads(
    layer: str, steps: int, inputs: int, reverse: bool
) -> None:
    """Weights beyond the first cache: in turn forward and backward, shares of the input ahead."""
    gates = {"lstm_layer": 4, "gru_layer": 3, "rnn_layer": 1}[layer]
    weights = [0.1 * numbers(gates * 150, n, seed=n) for n in (inputs, 150)]
    kept = [numbers(gates * 150, seed=s) for s in (3, 4)]
    kept += [numbers(1, 150, seed=s) for s in range(5, 7 if gates == 4 else 6)]
    x = numbers(steps, 1, inputs)
    op = getattr(hodu, layer)

    def f(x: hodu.Tensor, *given: hodu.Tensor) -> hodu.Tensor:
        used = given or tuple(map(hodu.tensor, weights))
        return op(x, *used, *map(hodu.tensor, kept), reverse=reverse)[0]

    one = run(f, x)
    assert (run(f, x, *weights) == one).all()
    assert (run(f, x, threads=2) == one).all()
    assert (run(f, x, threads=3) == one).all()
    wide = [hodu.tensor(t.astype(np.float64)) for t in (x, *weights, *kept)]
    wanted = op(*wide, reverse=reverse)[0].numpy()
    assert np.allclose(one, wanted, rtol=1e-4, atol=1e-5)


def test_a_length_outside_the_sequence_is_the_error_of_eager() -> None:
    given = [numbers(4, 2, 3), numbers(5, 3), numbers(5, 5), numbers(2, 5)]
    lengths = np.array([2, 7])

    def f(x: hodu.Tensor, n: hodu.Tensor) -> hodu.Tensor:
        w, u, h = map(hodu.tensor, given[1:])
        return hodu.rnn_layer(x, w, u, None, None, h, n)[0]

    for call in (lambda: run(f, given[0], lengths),
                 lambda: f(hodu.tensor(given[0]), hodu.tensor(lengths))):  # fmt: skip
        with pytest.raises(hodu.errors.OutOfRangeError, match="lengths holds 7"):
            call()


@pytest.mark.parametrize(("rows", "depth", "columns"), [(17, 130, 300), (33, 3000, 200)])
def test_a_large_weight_known_at_run_time_is_read_where_it_lies(rows, depth, columns):
    """The smaller operand is packed, and the transposed product computed."""
    x, w, b = numbers(rows, depth), numbers(columns, depth, seed=1), numbers(columns)
    got, shared = (
        run(lambda x, w, b: hodu.relu(F.linear(x, w, b)), x, w, b, threads=n) for n in (1, 2)
    )
    assert (got == shared).all()
    wanted = np.maximum(x.astype(np.float64) @ w.astype(np.float64).T + b, 0)
    bound = np.abs(x).astype(np.float64) @ np.abs(w.T) + np.abs(b)
    assert (np.abs(got - wanted) <= 1e-6 * bound).all()
    program = prepare(capture(F.linear, [x, w]), host()).program
    packed = [launch for launch in program.launches() if launch.label == "pack"]
    assert all(a.place.slot.name != "x1" for launch in packed for a in launch.arguments)
