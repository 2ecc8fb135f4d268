"""cond, while_loop and scan: eager, captured, nested, with outer values."""

from __future__ import annotations

import numpy as np
import pytest

import hodu
from hodu.errors import HoduError, ShapeError
from hodu.snapshot.parse import parse_snapshot
from hodu.snapshot.text import print_snapshot
from hodu.snapshot.verify import verify


def both_ways(f, *arrays):
    """The results of `f` eagerly and captured, which must be equal; returns them as lists."""
    eager = f(*(hodu.tensor(a) for a in arrays))
    with hodu.capture() as board:
        inputs = [board.input(f"x{i}", a.shape, a.dtype) for i, a in enumerate(arrays)]
        results = f(*inputs)
        for i, t in enumerate(results):
            board.target(f"y{i}", t)
    snapshot = verify(board.snapshot)
    text = print_snapshot(snapshot, inline=None, locations=True)
    assert print_snapshot(parse_snapshot(text), inline=None, locations=True) == text
    captured = snapshot.run(*arrays)
    for e, c in zip(eager, captured, strict=True):
        np.testing.assert_array_equal(e.numpy(), c)
    return [e.tolist() for e in eager]


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_cond_with_outer_value(sign):
    def f(x):
        k = x * 2
        return hodu.cond(x.sum() > 0, lambda a: (a + k, k), lambda a: (a - 1, a), (x,))

    a, _ = both_ways(f, np.array([1, 2], np.float32) * np.float32(sign))
    assert a == ([3, 6] if sign > 0 else [-2, -3])


def test_cond_of_known_predicate_is_inlined():
    with hodu.capture() as board:
        x = board.input("x", (2,))
        board.target("y", hodu.cond(True, lambda: x + 1, lambda: x - 1))
    assert [n.op for n in board.snapshot.nodes] == ["add"]


def test_branches_must_agree():
    with hodu.capture() as board:
        x = board.input("x", (2,))
        with pytest.raises(HoduError, match="different counts"):
            hodu.cond(x.sum() > 0, lambda: (x, x), lambda: x)
        with pytest.raises(HoduError, match=r"yield f32\[2\] and i64\[2\]"):
            hodu.cond(x.sum() > 0, lambda: x, lambda: x.to("i64"))
        board.target("y", x)


def test_while_loop():
    def f(x):
        limit = x.sum() * 100
        return hodu.while_loop(
            lambda i, v: v.sum() < limit, lambda i, v: (i + 1, v * 2), (hodu.tensor(0), x)
        )

    i, v = both_ways(f, np.array([1, 2], np.float32))
    assert (i, v) == (7, [128, 256])


def test_scan_forms_and_reverse():
    def f(x, init):
        def step(c, row):
            c = c + row
            return c, (c * 2, row)

        carry, (double, rows) = hodu.scan(step, init, x)
        back, _ = hodu.scan(lambda c, row: (c * 0.5 + row, row), init, x, reverse=True)
        return carry, double, rows, back

    carry, double, rows, back = both_ways(
        f, np.arange(6, dtype=np.float32).reshape(3, 2), np.zeros(2, np.float32)
    )
    assert carry == [6, 9]
    assert double == [[0, 2], [4, 8], [12, 18]]
    assert rows == [[0, 1], [2, 3], [4, 5]]
    assert back == [2, 3.75]


def test_nested_control_flow_reaches_outer_values():
    def f(x, k):
        def step(c, row):
            return hodu.cond(row.sum() > 0, lambda: c + row * k, lambda: c), row

        return hodu.scan(step, x[0] * 0, x)

    carry, _ = both_ways(f, np.array([[1, 1], [-1, -1], [2, 2]], np.float32), np.float32([10, 1]))
    assert carry == [30, 3]


def test_loops_keep_types():
    with hodu.capture() as board:
        x = board.input("x", (2,))
        with pytest.raises(ShapeError, match=r"enters as f32\[2\] and leaves as f32\[4\]"):
            hodu.while_loop(lambda v: v.sum() < 10, lambda v: hodu.cat([v, v]), (x,))
        board.target("y", x)


LOOP = """snapshot "main" {
  input %x: f32[2]
  const %n: i64[] = 0
  %y: f32[2] = while_loop(%x) {carried=1, cond=snapshot "cond" {
    input %v: f32[2]
    const %limit: f32[] = 10.0
    %s: f32[] = sum(%v) {dim=none, keepdim=false, dtype=none}
    %c: bool[] = lt(%s, %limit)
    output "y0" = %c
  }, body=snapshot "body" {
    input %v: f32[2]
    %d: f32[2] = add(%v, %v)
    output "y0" = %d
  }}
  output "y" = %y
}
"""


def test_a_loop_written_as_text_runs():
    snapshot = parse_snapshot(LOOP)
    assert snapshot.run(np.array([1, 1], np.float32))[0].tolist() == [8, 8]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("input %v: f32[2]\n    %d: f32[2]", "input %v: f32[3]\n    %d: f32[3]", "body of while"),
        ('output "y0" = %c', 'output "y0" = %s', "must yield one bool"),
        ('output "y0" = %d', "", "its body yields"),
        ("while_loop(%x)", "while_loop(%x, %n)", "is given"),
    ],
)
def test_bodies_that_do_not_fit_are_refused(old, new, message):
    with pytest.raises(HoduError, match=message):
        parse_snapshot(LOOP.replace(old, new))
