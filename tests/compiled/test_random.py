"""Random numbers in compiled programs: the words of eager draws, call by call."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import hodu
from hodu import Generator, Tensor
from hodu.backends.cpu.prepare import prepare
from hodu.plan.target import host
from hodu.snapshot.parse import parse_snapshot
from tests.compiled.interpret import interpret

Draw = Callable[[Generator], Tensor]
FLOATS = ("f64", "f32", "f16", "bf16", "f8e4m3", "f8e5m2")
INTEGERS = ("u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64")
WEIGHTS = np.array([[1.0, 2.0, 3.0, 0.0], [0.0, 1.0, 0.5, 2.0]], np.float32)
SEED = 2**63 + 12345


def _draws() -> dict[str, Draw]:
    """Draws whose compiled numbers are the eager ones bit for bit."""
    weights = hodu.tensor(WEIGHTS)
    rand = {f"rand {d}": lambda g, d=d: hodu.rand(3, 5, dtype=d, generator=g) for d in FLOATS}
    integers = {
        f"randint {d}": lambda g, d=d: hodu.randint(3, 101, (7,), dtype=d, generator=g)
        for d in (*INTEGERS, "f32", "bf16")
    }
    return {
        **rand,
        **integers,
        "wide": lambda g: hodu.randint(-(2**62), 2**62 + 7, (9,), generator=g),
        "whole": lambda g: hodu.randint(0, 2**64, (9,), dtype="u64", generator=g),
        "permutation": lambda g: hodu.randperm(37, generator=g),
        "uniform": lambda g: hodu.uniform(2, 6, 11, generator=g),
        "coins": lambda g: hodu.bernoulli(weights / 3, generator=g),
        "with replacement": lambda g: hodu.multinomial(weights, 6, True, generator=g),
        "scalar": lambda g: hodu.rand((), generator=g),
        "empty": lambda g: hodu.rand(0, 3, generator=g),
        "many": lambda g: hodu.rand(40_001, generator=g),
        "filled": lambda g: (weights * 1).uniform_(-1, 1, generator=g),
        "any byte": lambda g: (weights * 0).to("i8").random_(generator=g),
    }


def _normal_draws() -> dict[str, Draw]:
    """Draws through logarithms and cosines, whose last bit is a compiler's own."""
    weights = hodu.tensor(WEIGHTS)
    return {
        **{f"randn {d}": lambda g, d=d: hodu.randn(3, 5, dtype=d, generator=g) for d in FLOATS},
        "normal": lambda g: hodu.normal(weights, weights + 1, generator=g),
    }


def _captured(draws: dict[str, Draw], seed: int) -> hodu.Snapshot:
    generator = Generator(seed)
    with hodu.capture("draws") as board:
        for name, draw in draws.items():
            board.target(name, draw(generator))
    assert generator.state.tolist() == [seed, 0]
    return board.snapshot


@pytest.mark.parametrize("opt", [0, 2])
def test_compiled_draws_are_the_eager_ones_call_by_call(opt: int) -> None:
    draws = _draws()
    snapshot, eager = _captured(draws, SEED), Generator(SEED)
    module, reference = (hodu.compile(snapshot, opt=opt, compiler=c) for c in ("cpu", "interp"))
    for _ in range(3):
        found, expected = module.execute({}), reference.execute({})
        for name, draw in draws.items():
            wanted = draw(eager)
            for got in (found[name], expected[name]):
                assert (got.dtype, got.shape) == (wanted.dtype, wanted.shape), name
                np.testing.assert_array_equal(got.numpy(), wanted.numpy(), err_msg=name)
        for holder in (module, reference):
            np.testing.assert_array_equal(holder.states["generator"], eager.state.numpy())


def test_compiled_normal_draws_are_the_eager_ones_to_the_last_bit_or_two() -> None:
    draws = _normal_draws()
    module, eager = hodu.compile(_captured(draws, SEED)), Generator(SEED)
    for _ in range(2):
        found = module.execute({})
        for name, draw in draws.items():
            wanted = draw(eager)
            scale = 2.0 ** -{"f64": 50, "f32": 21, "f16": 10, "bf16": 7}.get(str(wanted.dtype), 2)
            np.testing.assert_allclose(
                found[name].numpy().astype("f8"),
                wanted.numpy().astype("f8"),
                rtol=scale,
                atol=scale,
                err_msg=name,
            )


def test_kernels_of_draws_keep_to_their_memory() -> None:
    draws = {name: draw for name, draw in _draws().items() if name != "many"}
    ready = prepare(_captured(draws, 3), host())
    eager = Generator(3)
    for got, draw in zip(interpret(ready, []), draws.values(), strict=True):
        np.testing.assert_array_equal(got, draw(eager).numpy())


WRAPS = """
snapshot "wraps" {
  state %generator: u64[2] = [18446744073709551615, 18446744073709551614]
  %0: u32[16], %1: u64[2] = philox(%generator) {size=[16]}
  output "bits" = %0
  output "next" = %1
  alias "next" -> "generator"
}
"""


def test_the_counter_wraps_around_in_the_state_too() -> None:
    module = hodu.compile(parse_snapshot(WRAPS))
    eager = Generator(2**64 - 1)
    eager.set_state(hodu.tensor(np.array([2**64 - 1, 2**64 - 2], np.uint64)))
    for _ in range(2):
        wanted = eager.bits((16,)).numpy()
        np.testing.assert_array_equal(module.execute({})["bits"].numpy(), wanted)
    assert module.states["generator"].tolist() == [2**64 - 1, 6]


def test_two_generators_are_two_states() -> None:
    first, second = Generator(1), Generator(2)
    with hodu.capture("two") as board:
        x = hodu.rand(3, generator=first)
        y = hodu.rand(5, generator=second)
        board.targets(x=x, y=y, z=hodu.rand(2, generator=first))
    module = hodu.compile(board.snapshot)
    assert len(module.states) == 2
    for _ in range(3):
        found = module.execute({})
        wanted = {
            "x": hodu.rand(3, generator=first),
            "y": hodu.rand(5, generator=second),
            "z": hodu.rand(2, generator=first),
        }
        assert {n: t.tolist() for n, t in found.items()} == {
            n: t.tolist() for n, t in wanted.items()
        }


def test_two_modules_of_one_snapshot_draw_independently() -> None:
    snapshot = _captured({"x": lambda g: hodu.rand(4, generator=g)}, 5)
    one, other = hodu.compile(snapshot), hodu.compile(snapshot)
    first = [one.execute({})["x"].tolist() for _ in range(3)]
    assert [other.execute({})["x"].tolist() for _ in range(3)] == first
    assert first[0] != first[1] != first[2]


def test_draws_do_not_depend_on_the_number_of_threads() -> None:
    snapshot = _captured({"x": lambda g: hodu.rand(100_003, generator=g)}, 6)
    one, four = (hodu.compile(snapshot, threads=n).execute({})["x"].numpy() for n in (1, 4))
    np.testing.assert_array_equal(one, four)


def test_draws_in_loops_and_branches_advance_as_often_as_eager_ones() -> None:
    """What a body draws is a carried state of its own, explicit in the operands."""

    def walk(state: Tensor, n: Tensor) -> tuple[Tensor, ...]:
        def step(state: Tensor, total: Tensor, n: Tensor) -> tuple[Tensor, ...]:
            bits, state = hodu.functional._philox(state, (3,))
            return state, total + (bits >> 8).to("i64"), n - 1

        zero = hodu.zeros((3,), dtype="i64")
        return hodu.while_loop(lambda s, t, n: n > 0, step, (state, zero, n))

    with hodu.capture("walk") as board:
        state, n = board.input("state", (2,), "u64"), board.input("n", (), "i64")
        board.targets(**dict(zip("stn", walk(state, n), strict=True)))
    module = hodu.compile(board.snapshot)
    for turns in (0, 1, 5):
        start, count = np.array([9, 4], np.uint64), np.array(turns)
        found = module.execute({"state": start, "n": count})
        wanted = walk(hodu.tensor(start), hodu.tensor(count))
        assert [t.tolist() for t in found.values()] == [t.tolist() for t in wanted]
