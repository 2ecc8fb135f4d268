"""Programs whose sizes depend on the data, against the interpreter."""

from __future__ import annotations

import numpy as np
import pytest

import hodu
from hodu import functional as F
from hodu.errors import ShapeError, ValueRangeError
from hodu.snapshot.parse import parse_snapshot
from tests.compiled.run import capture, check, execute, load

X = np.array([[1.5, -2.0, 0.0, 3.0], [0.0, 4.0, -1.0, 0.5]], np.float32)
NONE = np.zeros((2, 4), np.float32)
INPUTS = [X], [NONE], [-X], [np.ones((2, 4), np.float32)]


def test_selected_elements_are_computed_with() -> None:
    check(lambda x: (x[x > 0] * 2, F.sum(x[x > 0] * 2), F.cumsum(x[x > 0], 0)), *INPUTS)


def test_nonzero_then_gather() -> None:
    def rows(x: hodu.Tensor) -> tuple[hodu.Tensor, ...]:
        found = F.nonzero(x)
        i, j = F.unbind(found, 1)
        return found, F.permute(found, 1, 0), x[i, j], F.index_select(x, 1, j)

    check(rows, *INPUTS)


def test_distinct_elements_sorted_by_count() -> None:
    def ranked(x: hodu.Tensor) -> tuple[hodu.Tensor, ...]:
        values, inverse, counts = F.unique(x, return_inverse=True, return_counts=True)
        order = F.argsort(counts, 0, True)
        return values, inverse, F.gather(values, 0, order), F.sort(counts).values

    check(ranked, *INPUTS)


def test_two_sizes_in_one_shape() -> None:
    def outer(x: hodu.Tensor) -> tuple[hodu.Tensor, ...]:
        a, b = x[x > 0], x[x < 0]
        return F.unsqueeze(a, 1) * b, F.cat([a, b], 0)

    check(outer, *INPUTS)


@pytest.mark.parametrize("dim", [None, 0, -1])
def test_compress_and_distinct_slices(dim: int | None) -> None:
    def chosen(x: hodu.Tensor, keep: hodu.Tensor) -> tuple[hodu.Tensor, ...]:
        found = F.unique(F.floor(x), return_inverse=True, return_counts=True, dim=dim)
        return F.compress(keep, x, dim), *found

    keeps = np.array([True, False]), np.array([False, False])
    check(chosen, *([x, keep] for (x,) in INPUTS for keep in keeps))


def test_sizes_inside_branches_and_loops() -> None:
    def chosen(x: hodu.Tensor, p: hodu.Tensor) -> tuple[hodu.Tensor, ...]:
        around = F.nonzero(x)

        def some(x: hodu.Tensor) -> tuple[hodu.Tensor, ...]:
            return x[x > 1] * 2, F.sum(F.nonzero(x > 1)) + F.sum(around)

        def all_of(x: hodu.Tensor) -> tuple[hodu.Tensor, ...]:
            return F.reshape(x, (-1,)), F.sum(around)

        kept, total = F.cond(p, some, all_of, (x,))
        return kept, kept + 1, total, F.sum(kept)

    check(chosen, *([x, np.array(p)] for (x,) in INPUTS for p in (True, False)))


def test_sizes_found_anew_in_each_turn() -> None:
    def halved(x: hodu.Tensor) -> tuple[hodu.Tensor, ...]:
        def step(x: hodu.Tensor, total: hodu.Tensor) -> tuple[hodu.Tensor, ...]:
            return x - 1, total + F.sum(x[x > 0])

        return F.while_loop(lambda x, total: F.amax(x) > 0, step, (x, F.sum(x) * 0))

    check(halved, *INPUTS)


def test_repeats_in_the_data() -> None:
    times = np.array([2, 0, 3, 1])
    check(lambda x, n: F.repeat_interleave(x, n, 1) * 2, [X, times], [X, times * 0])


def test_a_size_without_room_is_an_error() -> None:
    numbers = np.array([3, 1 << 40])
    module = load(capture(lambda x: F.bincount(x), [numbers]))
    with pytest.raises(ValueRangeError, match=r"bincount\(\) found 1099511627777 elements"):
        execute(module, [numbers])
    np.testing.assert_array_equal(execute(module, [np.array([1, 1])])[0], [0, 2])


def test_a_declared_size_that_turns_out_different_is_an_error() -> None:
    model = parse_snapshot(
        'snapshot "declared" {\n  input %x0: f32[2, 4]\n'
        '  %0: i64[4, 2] = nonzero(%x0)\n  output "y" = %0\n}\n'
    )
    module = load(model)
    with pytest.raises(ShapeError, match=r"nonzero\(\) found 6 elements, .* finds 4"):
        execute(module, [X])
    four = np.array([[1, 0, 1, 0], [0, 1, 0, 1]], np.float32)
    np.testing.assert_array_equal(execute(module, [four])[0], np.argwhere(four))
