"""Expressions simplify to what they mean: random index arithmetic against plain Python."""

from __future__ import annotations

import itertools
import operator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hodu.dtypes import f32, i8, i32, u8
from hodu.kernel import expr as e
from hodu.kernel.algebra import bounds, constant
from hodu.kernel.expr import INDEX, Const, Expr, Var, select
from hodu.kernel.text import show
from hodu.lower.index import constants, flat, unflat

ROW = Var("i", INDEX, 1, (0, 5))
COL = Var("j", INDEX, 1, (0, 3))


MEANINGS = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.floordiv,
    "rem": operator.mod,
    "min": min,
    "max": max,
}


def evaluate(x: Expr, env: dict[str, int]) -> int:
    """The value of a position, by the definition of each operator."""
    match x:
        case Const(value=value):
            return int(value)
        case Var(name=name):
            return env[name]
        case e.Binary(op=op, a=a, b=b):
            return MEANINGS[op](evaluate(a, env), evaluate(b, env))
    raise TypeError(x)


@st.composite
def plain(draw, depth: int = 3):
    """An expression of non-negative positions as a nested tuple."""
    if depth == 0 or draw(st.booleans()):
        return draw(st.sampled_from(["i", "j", 0, 1, 2, 3, 4, 7, 12]))
    op = draw(st.sampled_from(["add", "mul", "div", "rem", "min", "max"]))
    left = draw(plain(depth=depth - 1))
    right = (
        draw(st.sampled_from([1, 2, 3, 4, 12]))
        if op in ("div", "rem")
        else draw(plain(depth=depth - 1))
    )
    return (op, left, right)


def built(tree) -> Expr:
    """The tree by the operators, which simplify."""
    if isinstance(tree, tuple):
        op, left, right = tree
        a, b = built(left), built(right)
        return {
            "add": lambda: a + b,
            "mul": lambda: a * b,
            "div": lambda: a // b,
            "rem": lambda: a % b,
            "min": lambda: a.min(b),
            "max": lambda: a.max(b),
        }[op]()
    return Const(tree, INDEX) if isinstance(tree, int) else {"i": ROW, "j": COL}[tree]


def meaning(tree, env: dict[str, int]) -> int:
    """The tree computed in Python."""
    if isinstance(tree, tuple):
        op, left, right = tree
        a, b = meaning(left, env), meaning(right, env)
        return MEANINGS[op](a, b)
    return env.get(tree, tree)


@settings(max_examples=400, deadline=None)
@given(plain())
def test_simplified_positions_mean_the_same(tree):
    simplified = built(tree)
    low, high = bounds(simplified)
    for i, j in itertools.product(range(6), range(4)):
        value = meaning(tree, {"i": i, "j": j})
        assert evaluate(simplified, {"i": i, "j": j}) == value, show(simplified)
        assert low is None or low <= value
        assert high is None or value <= high


@pytest.mark.parametrize(
    ("shape", "other"), [((6, 4), (3, 8)), ((2, 3, 4), (6, 4)), ((24,), (2, 3, 4)), ((6, 4), (24,))]
)
def test_reshaped_positions_go_back_to_strides(shape, other):
    position = tuple(Var(f"x{axis}", INDEX, 1, (0, size - 1)) for axis, size in enumerate(shape))
    there = unflat(flat(position, constants(shape)), constants(other))
    back = flat(there, constants(other))
    for values in itertools.product(*map(range, shape)):
        env = {f"x{axis}": v for axis, v in enumerate(values)}
        assert evaluate(back, env) == evaluate(flat(position, constants(shape)), env)


def test_what_divides_vanishes():
    assert show((ROW * 12 + COL * 3 + 2) // 12) == "i"
    assert show((ROW * 12 + COL * 3 + 2) % 12) == "((j * 3) + 2)"
    assert show((ROW + 2) + 3) == "(i + 5)"
    assert show(ROW - ROW) == "0"


def test_numbers_fold_in_their_dtype():
    assert (constant(200, u8) + constant(100, u8)) == constant(44, u8)
    assert (constant(-128, i8) - constant(1, i8)) == constant(127, i8)
    assert (constant(-7, i32) // constant(2, i32)) == constant(-3, i32), "towards zero, as in C"
    assert (constant(7, i32) // constant(0, i32)).op == "div", "no value: left alone"
    assert (constant(0.1, f32) + constant(0.2, f32)).value == pytest.approx(0.3, rel=1e-7)


def test_zero_keeps_its_sign():
    x = Var("x", f32)
    assert show(x + 0.0) == "(x + 0.0)", "-0.0 + 0.0 is 0.0"
    assert x + -0.0 is x
    assert constant(0.0, f32) != constant(-0.0, f32)


def test_expressions_have_no_truth_value():
    with pytest.raises(TypeError, match="select"):
        bool(ROW < COL)


def test_select_of_a_known_condition():
    assert select(ROW < 6, ROW, COL) is ROW
    assert select(ROW < 0, ROW, COL) is COL
