"""Loops without what ONNX's Loop carries besides."""

from __future__ import annotations

import numpy as np

from hodu.passes.loops import loops
from hodu.snapshot.verify import verify
from tests.passes.programs import program

# As it comes from ONNX: a count that nobody reads, and a condition that is carried.
CARRIES_ITS_CONDITION = """
    input %n: i64[]
    input %x: f32[3]
    const %zero: i64[] = 0
    %start: bool[] = lt(%zero, %n)
    %a: i64[], %b: bool[], %c: i64[], %d: f32[3] = while_loop(%zero, %start, %zero, %x, %x, %n) {carried=4, cond=snapshot "cond" {
      input %i: i64[]
      input %go: bool[]
      input %k: i64[]
      input %y: f32[3]
      input %x: f32[3]
      input %n: i64[]
      output "y0" = %go
    }, body=snapshot "body" {
      input %i: i64[]
      input %go: bool[]
      input %k: i64[]
      input %y: f32[3]
      input %x: f32[3]
      input %n: i64[]
      const %one: i64[] = 1
      %p: f32[3] = add(%y, %x)
      %q: f32[3] = where(%go, %p, %y)
      %r: i64[] = add(%k, %one)
      %s: bool[] = lt(%r, %n)
      %t: i64[] = add(%i, %one)
      output "y0" = %t
      output "y1" = %s
      output "y2" = %r
      output "y3" = %q
    }}
    output "y" = %d
"""  # noqa: E501


def test_a_condition_is_asked_where_it_is_a_function() -> None:
    after = program(
        """
    input %n: i64[]
    input %x: f32[3]
    const %zero: i64[] = 0
    %c: i64[], %d: f32[3] = while_loop(%zero, %x, %n, %x) {carried=2, cond=snapshot "cond" {
      input %x0: i64[]
      input %x1: f32[3]
      input %n: i64[]
      input %x: f32[3]
      %0: bool[] = lt(%x0, %n)
      output "y0" = %0
    }, body=snapshot "body" {
      input %x0: i64[]
      input %x1: f32[3]
      input %n: i64[]
      input %x: f32[3]
      const %c: i64[] = 1
      const %c_1: bool[] = true
      %0: f32[3] = add(%x1, %x)
      %1: f32[3] = where(%c_1, %0, %x1)
      %2: i64[] = add(%x0, %c)
      output "y0" = %2
      output "y1" = %1
    }}
    output "y" = %d
"""
    )
    assert str(verify(loops(program(CARRIES_ITS_CONDITION)))) == str(after)


def test_another_first_condition_stays() -> None:
    """Where the first condition is another one, it has to be carried."""
    text = CARRIES_ITS_CONDITION.replace("lt(%zero, %n)", "le(%zero, %n)")
    before, after = program(text), loops(program(text))
    assert [v.name for v in after.nodes[-1].outputs] == ["b", "c", "d"]
    x = np.array([1, 2, 3], np.float32)
    for n in (0, 1, 4):
        for want, got in zip(before.run(np.array(n), x), after.run(np.array(n), x), strict=True):
            np.testing.assert_array_equal(got, want)


def test_a_condition_that_is_read_ends_as_false() -> None:
    text = CARRIES_ITS_CONDITION + '    output "went" = %b\n'
    y, went = loops(program(text)).run(np.array(3), np.ones(3, np.float32))
    assert y.tolist() == [4, 4, 4]
    assert not went
