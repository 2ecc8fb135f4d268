"""Programs that move elements: where they lie, what is copied, and errors of indices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import hodu
from hodu.backends.cpu.prepare import Prepared, prepare
from hodu.errors import HoduError
from hodu.plan.target import host
from hodu.render.c_program import Options
from tests.compiled.interpret import interpret

Program = Callable[..., Any]


def captured(program: Program, *arrays: np.ndarray) -> hodu.Snapshot:
    with hodu.capture("moved") as board:
        inputs = [board.input(f"x{i}", a.shape, str(a.dtype)) for i, a in enumerate(arrays)]
        results = program(*inputs)
        for i, y in enumerate(results if isinstance(results, (tuple, list)) else [results]):
            board.target(f"y{i}", y)
    return board.snapshot


def prepared(snapshot: hodu.Snapshot) -> Prepared:
    return prepare(snapshot, host(), Options("m"))


def agrees(program: Program, *arrays: np.ndarray) -> Prepared:
    """Compare native code and the kernel interpreter with eager, exactly; returns the program."""
    snapshot = captured(program, *arrays)
    wanted = program(*map(hodu.tensor, arrays))
    wanted = [t.numpy() for t in (wanted if isinstance(wanted, (tuple, list)) else [wanted])]
    ready = prepared(snapshot)
    module = hodu.compile(snapshot, compiler="cpu", runtime="cpu")
    native = module.execute({f"x{i}": a for i, a in enumerate(arrays)})
    for want, got, checked in zip(wanted, native.values(), interpret(ready, arrays), strict=True):
        np.testing.assert_array_equal(got.numpy(), want)
        np.testing.assert_array_equal(checked, want)
    return ready


def labels(ready: Prepared) -> list[str]:
    return [launch.label for launch in ready.program.launches()]


def numbers(*shape: int, dtype: str = "float32", below: int = 100) -> np.ndarray:
    return np.random.default_rng(7).integers(0, below, shape).astype(dtype)


SQUARE, WIDE = numbers(37, 37, below=10), numbers(37, 50)  # products are exact in f32


def test_pieces_are_computed_where_they_are_joined() -> None:
    """Kernels store their results in the joined tensor, inside another join too: no copies."""

    def program(x: Any, y: Any) -> Any:
        a, b = x @ y, y @ y
        inner = hodu.cat([a, b], 0)
        return hodu.cat([inner, y @ x, inner.amax(0, keepdim=True)], 0), a.amax(1)

    assert "cat" not in labels(agrees(program, SQUARE, SQUARE.T.copy()))


def test_what_cannot_lie_there_is_copied() -> None:
    """Inputs, and a value that is joined twice."""

    def program(x: Any, y: Any) -> Any:
        a = x @ y
        return hodu.cat([a, x, a, y.mT], 0)

    assert "cat" in labels(agrees(program, SQUARE, SQUARE))


@pytest.mark.parametrize("dim", [0, 1, 2])
def test_joins_along_every_axis(dim: int) -> None:
    shapes = [tuple(k + 3 if a == dim else 6 for a in range(3)) for k in range(3)]
    agrees(lambda *xs: hodu.cat(xs, dim), *(numbers(*s) for s in shapes))
    agrees(
        lambda *xs: hodu.cat([hodu.flip(x, 0).transpose(0, 2).transpose(0, 2) for x in xs], dim),
        *(numbers(*s) for s in shapes),
    )


def test_pieces_of_a_leading_axis_are_the_memory_of_the_whole() -> None:
    """They are read where they lie, by kernels that take no views too."""

    def program(x: Any, y: Any) -> Any:
        whole = x @ y
        a, b, c = hodu.split(whole, [10, 20, 7], 0)
        return hodu.sort(a, -1)[0], hodu.sort(b, -1)[0], hodu.sort(c, -1)[0]

    assert not {"split", "slice"} & set(labels(agrees(program, SQUARE, SQUARE)))


def test_pieces_written_over_the_memory_they_come_from() -> None:
    """Halves of one tensor that trade places, in the memory of the whole where that dies."""

    def program(x: Any, y: Any) -> Any:
        a, b = hodu.split(x @ y, [18, 19], 0)
        mixed = hodu.cat([b[:18] - a, a - b[1:], b + b], 0)
        return hodu.cat([mixed.flip(0), mixed], 0).amax(1), mixed @ y

    agrees(program, SQUARE, SQUARE)


@pytest.mark.parametrize("dtype", ["float32", "float64", "uint8", "float16", "int64"])
@pytest.mark.parametrize("order", [(1, 0, 2), (2, 1, 0), (0, 2, 1), (2, 0, 1), (1, 2, 0)])
def test_transposes(dtype: str, order: tuple[int, ...]) -> None:
    agrees(lambda x: hodu.permute(x, order), numbers(19, 33, 40, dtype=dtype))


@pytest.mark.parametrize("dtype", ["float32", "float64", "int16"])
@pytest.mark.parametrize("shape", [(64, 80), (16, 15), (70, 67), (5, 100), (100, 18)])
def test_transposes_of_whole_tiles_and_what_is_left_over(
    dtype: str, shape: tuple[int, int]
) -> None:
    agrees(lambda x: hodu.permute(x, (1, 0)), numbers(*shape, dtype=dtype))


MOVES: dict[str, Program] = {
    "steps": lambda x: x[1::3, ::-2],
    "rows": lambda x: x[5:30, 3:47],
    "turned": lambda x: hodu.flip(x.mT, (0,)),
    "rolled": lambda x: hodu.roll(x, (5, -60), (0, 1)),
    "repeated": lambda x: hodu.tile(x, (2, 3)),
    "expanded": lambda x: x[:, None, :].expand(37, 4, 50).flip(1),
    "diagonal": lambda x: hodu.diagonal(x, 3),
    "windows": lambda x: x.unfold(1, 8, 3),
    "padded": lambda x: hodu.nn.functional.pad(x, (3, -2, -1, 4), value=2.5),
    "padded turned": lambda x: hodu.nn.functional.pad(x.mT, (3, 2, 1, 4)),
    "emptied": lambda x: hodu.nn.functional.pad(x, (-60, 15)),
    "of a computed one": lambda x: hodu.roll(hodu.permute(x + x, (1, 0)), 3, 0),
    "put": lambda x: hodu.cat([x, x], 1)[:, 5:60].mT,
}


@pytest.mark.parametrize("move", MOVES.values(), ids=list(MOVES))
def test_moves(move: Program) -> None:
    agrees(move, WIDE)


def test_large_moves() -> None:
    """Sizes at which loops are parallel."""
    x = numbers(300, 700)
    agrees(lambda x: hodu.permute(x, (1, 0)), x)
    agrees(lambda x: hodu.nn.functional.pad(x, (1, 1, 1, 1)), x)
    agrees(lambda x, i: x[i], x, np.arange(299, -300, -2))
    agrees(lambda x: (x[:, 1:], x[1:]), x)


INDEXING: dict[str, Program] = {
    "gather": lambda x, i: hodu.gather(x, 0, i[:, None]),
    "index": lambda x, i: x[i],
    "embedding": lambda x, i: hodu.nn.functional.embedding(i, x),
    "gather_nd": lambda x, i: hodu.gather_nd(x, i[:, None]),
    "take": lambda x, i: hodu.take(x, i),
    "one_hot": lambda x, i: hodu.nn.functional.one_hot(i, 37),
}


@pytest.mark.parametrize("name", INDEXING)
@pytest.mark.parametrize("bad", [5000, -5000])
def test_index_out_of_range(name: str, bad: int) -> None:
    """The error is that of eager, with the index in its message."""
    arrays = [WIDE, np.array([3, bad, 0])]
    with pytest.raises(HoduError) as eager:
        INDEXING[name](*map(hodu.tensor, arrays))
    module = hodu.compile(captured(INDEXING[name], *arrays), compiler="cpu", runtime="cpu")
    with pytest.raises(type(eager.value)) as compiled:
        module.execute({"x0": arrays[0], "x1": arrays[1]})
    assert compiled.value.message == eager.value.message
    assert (compiled.value.hint or None) == (eager.value.hint or None)


@pytest.mark.parametrize(
    "repeats", [[1, -2, 3], [1, 2, 3], [1 << 62, 1 << 62, 5], [*[1 << 62] * 4, 5]]
)
def test_repeats_that_do_not_fit(repeats: list[int]) -> None:
    """Nothing is written past the result."""
    x, counts = numbers(len(repeats), 4), np.array(repeats)
    program = captured(lambda x, r: hodu.repeat_interleave(x, r, 0, output_size=5), x, counts)
    module = hodu.compile(program, compiler="cpu", runtime="cpu")
    with pytest.raises(hodu.errors.ValueRangeError, match=r"negative entry -2|add up to"):
        module.execute({"x0": x, "x1": counts})


@pytest.mark.parametrize("repeats", [[1, 2, 1 << 40], [1 << 62] * 4])
def test_repeats_without_room(repeats: list[int]) -> None:
    """A result without a size of its own has a limit, however its size is summed."""
    x, counts = numbers(len(repeats), 4), np.array(repeats)
    module = hodu.compile(captured(lambda x, r: hodu.repeat_interleave(x, r, 0), x, counts))
    with pytest.raises(hodu.errors.ValueRangeError, match=r"elements, there is memory for \d+"):
        module.execute({"x0": x, "x1": counts})
