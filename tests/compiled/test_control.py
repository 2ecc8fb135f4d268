"""Decisions and loops in compiled programs, against the interpreter."""

from __future__ import annotations

import numpy as np
import pytest

import hodu
from hodu import functional as F
from tests.compiled.run import check

X = np.array([[1.0, -2.0, 3.0], [0.5, 4.0, -1.0], [2.0, 0.0, 1.0], [-3.0, 1.0, 0.25]], np.float32)
YES, NO = np.array(True), np.array(False)
Tensors = tuple[hodu.Tensor, ...]


def test_branches_capture_outer_values() -> None:
    def chosen(x: hodu.Tensor, p: hodu.Tensor) -> Tensors:
        scale = F.sum(x, 1, True)
        return F.cond(p, lambda a: (a * scale, a), lambda a: (a - scale, scale + a), (x,))

    check(chosen, [X, YES], [X, NO])


def test_branches_in_branches() -> None:
    def chosen(x: hodu.Tensor, p: hodu.Tensor, q: hodu.Tensor) -> hodu.Tensor:
        def inner(a: hodu.Tensor) -> hodu.Tensor:
            return F.cond(q, lambda b: b * 2, lambda b: b + x, (a,))

        return F.cond(p, inner, lambda a: a - 1, (x * 3,))

    check(chosen, *([X, p, q] for p in (YES, NO) for q in (YES, NO)))


def test_a_branch_that_yields_its_operand_twice() -> None:
    check(lambda x, p: F.cond(p, lambda a: (a, a), lambda a: (a, -a), (x,)), [X, YES], [X, NO])


def test_carried_values_swap() -> None:
    def fibonacci(a: hodu.Tensor, b: hodu.Tensor, n: hodu.Tensor) -> Tensors:
        def step(a: hodu.Tensor, b: hodu.Tensor, n: hodu.Tensor) -> Tensors:
            return b, a + b, n - 1

        return F.while_loop(lambda a, b, n: n > 0, step, (a, b, n))

    start = np.array([0, 1]), np.array([1, 3])
    check(fibonacci, *([*start, np.array(n)] for n in (7, 1, 0, -2)))


def test_loops_in_loops_with_outer_values() -> None:
    def nested(x: hodu.Tensor, n: hodu.Tensor) -> Tensors:
        def outer(i: hodu.Tensor, total: hodu.Tensor) -> Tensors:
            def inner(j: hodu.Tensor, part: hodu.Tensor) -> Tensors:
                return j - 1, part + x * 0.5

            _, part = F.while_loop(lambda j, part: j > 0, inner, (i, total))
            return i - 1, F.cond(F.sum(part) > 3, lambda p: p * 0.5, lambda p: p + 1, (part,))

        return F.while_loop(lambda i, total: i > 0, outer, (n, x))

    check(nested, *([X, np.array(n)] for n in (4, 1, 0)))


@pytest.mark.parametrize("reverse", [False, True])
def test_scans_with_several_outputs(reverse: bool) -> None:
    def scanned(x: hodu.Tensor, w: hodu.Tensor) -> Tensors:
        def step(carry: Tensors, rows: Tensors) -> tuple[Tensors, Tensors]:
            (total, last), (row, weight) = carry, rows
            return (total + row * weight, row), (total * last, F.sum(row) + weight)

        start = (F.zeros((3,)), F.ones((3,)))
        carry, ys = F.scan(step, start, (x, w), reverse=reverse)
        return *carry, *ys

    weights = np.array([1.0, 0.5, -1.0, 2.0], np.float32)
    check(scanned, [X, weights], [X * 2, weights])


def test_a_scan_over_rows_that_are_computed() -> None:
    def scanned(x: hodu.Tensor) -> Tensors:
        def step(total: hodu.Tensor, row: hodu.Tensor) -> tuple[hodu.Tensor, hodu.Tensor]:
            return total + row, total * 2

        total, rows = F.scan(step, F.sum(x, 0) * 0, F.permute(x * 2, 1, 0)[:, :3], reverse=False)
        return total, rows, F.sum(rows, 0)

    check(scanned, [X[:3]], [X[1:]])


def test_a_scan_over_a_size_that_depends_on_the_data() -> None:
    def scanned(x: hodu.Tensor) -> Tensors:
        positive = x[x > 0]

        def step(total: hodu.Tensor, value: hodu.Tensor) -> tuple[hodu.Tensor, hodu.Tensor]:
            return total + value, total * value

        total, rows = F.scan(step, F.sum(x) * 0, positive)
        return total, rows, positive

    check(scanned, [X], [-X], [-np.abs(X)])


def test_a_loop_carries_a_size_that_depends_on_the_data() -> None:
    def halved(x: hodu.Tensor) -> Tensors:
        positive = x[x > 0]
        return F.while_loop(
            lambda v, n: n > 0, lambda v, n: (v * 0.5 + F.sum(positive), n - 1), (positive, F.sum(x))
        )

    check(halved, [X], [-X], [-np.abs(X)])
