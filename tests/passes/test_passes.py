"""Each pass, text in and text out; and that no pass changes what a program computes."""

from __future__ import annotations

import pytest

import hodu
from hodu.errors import ValueRangeError
from hodu.passes import optimize
from hodu.passes._pattern import parse_pattern
from hodu.passes.algebra import REASSOCIATE, RULES, algebra, reassociate
from hodu.passes.cse import cse
from hodu.passes.fold import fold
from hodu.passes.movement import RULES as MOVES
from hodu.passes.movement import movement
from hodu.passes.pipeline import PASSES
from hodu.snapshot.parse import parse_snapshot
from tests.passes.programs import body, check


def test_fold_computes_what_is_known():
    check(
        fold,
        """
        input %x: f32[2]
        const %a: f32[2] = [1.0, 2.0]
        const %b: f32[] = 3.0
        %m: f32[2] = mul(%a, %b)
        %e: f32[2] = neg(%m)
        %y: f32[2] = add(%x, %e)
        output "y" = %y
        """,
        """
        input %x: f32[2]
        const %e: f32[2] = [-3.0, -6.0]
        %y: f32[2] = add(%x, %e)
        output "y" = %y
        """,
    )


def test_fold_does_not_store_what_only_repeats():
    text = """
        input %x: f32[100, 1000]
        const %b: f32[1000] = BIAS
        %0: f32[100, 1000] = expand(%b) {size=[100, 1000]}
        %y: f32[100, 1000] = mul(%x, %0)
        output "y" = %y
        """.replace("BIAS", repr([float(i) for i in range(1000)]))
    folded = fold(parse_snapshot(body(text)))
    assert [node.op for node in folded.nodes] == ["expand", "mul"]


def test_fold_leaves_what_would_take_much_room():
    text = """
        input %x: f32[]
        %z: f32[4000, 4000] = full() {size=[4000, 4000], fill_value=1.0, dtype=f32}
        %y: f32[4000, 4000] = mul(%z, %x)
        output "y" = %y
        """
    check(fold, text, text)


@pytest.mark.parametrize(
    ("line", "result"),
    [
        ("mul(%x, %one)", "%x"),
        ("mul(%one, %x)", "%x"),
        ("div(%x, %one)", "%x"),
        ("sub(%x, %zero)", "%x"),
        ("add(%x, %zero)", None),
        ("mul(%x, %minus)", "neg(%x)"),
        ("pow(%x, %two)", "mul(%x, %x)"),
        ("maximum(%x, %x)", "%x"),
    ],
)
def test_algebra(line, result):
    constants = {"one": "1.0", "zero": "0.0", "minus": "-1.0", "two": "2.0"}
    used = [n for n in constants if f"%{n}" in line]
    before = ["input %x: f32[2]", *(f"const %{n}: f32[] = {constants[n]}" for n in used)]
    before += [f"%0: f32[2] = {line}", 'output "y" = %0']
    if result == "%x":
        after = ["input %x: f32[2]", 'output "y" = %x']
    elif result:
        after = ["input %x: f32[2]", f"%0: f32[2] = {result}", 'output "y" = %0']
    else:
        after = before
    check(algebra, "\n".join(before), "\n".join(after))


def test_integers_lose_an_added_zero():
    check(
        algebra,
        """
        input %x: i32[2]
        const %z: i32[] = 0
        %0: i32[2] = add(%z, %x)
        output "y" = %0
        """,
        """
        input %x: i32[2]
        output "y" = %x
        """,
    )


def test_a_rule_that_would_change_the_shape_does_not_apply():
    text = """
        input %x: f32[2]
        const %one: f32[3, 1] = [[1.0], [1.0], [1.0]]
        %0: f32[3, 2] = mul(%x, %one)
        output "y" = %0
        """
    check(algebra, text, text)


def test_rules_apply_to_what_rules_made():
    check(
        algebra,
        """
        input %x: f32[2]
        input %z: f32[2]
        const %m: f32[] = -1.0
        %0: f32[2] = mul(%x, %m)
        %1: f32[2] = add(%z, %0)
        %2: f32[2] = neg(%1)
        %3: f32[2] = neg(%2)
        output "y" = %3
        """,
        """
        input %x: f32[2]
        input %z: f32[2]
        %1: f32[2] = sub(%z, %x)
        output "y" = %1
        """,
    )


def test_reassociate_joins_scales():
    check(
        reassociate,
        """
        input %x: f32[2]
        const %a: f32[] = 2.0
        const %b: f32[] = 3.0
        %0: f32[2] = mul(%a, %x)
        %1: f32[2] = mul(%0, %b)
        output "y" = %1
        """,
        """
        input %x: f32[2]
        const %c: f32[] = 6.0
        %1: f32[2] = mul(%x, %c)
        output "y" = %1
        """,
    )


def test_movement_cancels_moves():
    check(
        movement,
        """
        input %x: f32[2, 3, 4]
        %0: f32[4, 2, 3] = permute(%x) {dims=[2, 0, 1]}
        %1: f32[2, 3, 4] = permute(%0) {dims=[1, 2, 0]}
        %2: f32[6, 4] = reshape(%1) {shape=[6, 4]}
        %3: f32[24] = reshape(%2) {shape=[24]}
        output "y" = %3
        """,
        """
        input %x: f32[2, 3, 4]
        %3: f32[24] = reshape(%x) {shape=[24]}
        output "y" = %3
        """,
    )


def test_cse_computes_once():
    check(
        cse,
        """
        input %x: f32[2]
        input %z: f32[2]
        const %a: f32[] = 2.0
        const %b: f32[] = 2.0
        %0: f32[2] = mul(%x, %a)
        %1: f32[2] = mul(%b, %x)
        %2: f32[2] = sub(%x, %z)
        %3: f32[2] = sub(%z, %x)
        %4: f32[2] = add(%0, %1)
        %5: f32[2] = add(%2, %3)
        output "y" = %4
        output "z" = %5
        """,
        """
        input %x: f32[2]
        input %z: f32[2]
        const %a: f32[] = 2.0
        %0: f32[2] = mul(%x, %a)
        %2: f32[2] = sub(%x, %z)
        %3: f32[2] = sub(%z, %x)
        %4: f32[2] = add(%0, %0)
        %5: f32[2] = add(%2, %3)
        output "y" = %4
        output "z" = %5
        """,
    )


def test_dce_keeps_what_outputs_need():
    check(
        lambda s: PASSES["dce"].change(s, None),
        """
        input %x: f32[2]
        input %unread: f32[2]
        const %a: f32[2] = [1.0, 2.0]
        const %b: f32[2] = [3.0, 4.0]
        %0: f32[2] = mul(%x, %b)
        %1: f32[2] = exp(%0)
        %y: f32[2] = add(%x, %a)
        output "y" = %y
        """,
        """
        input %x: f32[2]
        input %unread: f32[2]
        const %a: f32[2] = [1.0, 2.0]
        %y: f32[2] = add(%x, %a)
        output "y" = %y
        """,
    )


def test_random_numbers_are_not_merged():
    with hodu.capture() as board:
        board.targets(a=hodu.rand(3), b=hodu.rand(3))
    snapshot = optimize(board.snapshot, 3)
    a, b, *_ = snapshot.run(*snapshot.states.values())
    assert (a != b).any()


@pytest.mark.parametrize("rule", [*RULES, *REASSOCIATE, *MOVES], ids=lambda r: r.pattern)
def test_rules_are_well_written(rule):
    parse_pattern(rule.pattern)
    if isinstance(rule.replacement, str):
        parse_pattern(rule.replacement)


def test_pattern_mistakes_are_found():
    with pytest.raises(ValueError, match="unknown attributes"):
        parse_pattern("permute(x, order=p)")
    with pytest.raises(ValueError, match="1 inputs"):
        parse_pattern("add(x)")
    with pytest.raises(KeyError):
        parse_pattern("no_such_op(x)")


def test_levels_and_names(monkeypatch):
    snapshot = parse_snapshot(
        body('input %x: f32[2]\n%0: f32[2] = neg(%x)\n%1: f32[2] = neg(%0)\noutput "y" = %1')
    )
    assert len(optimize(snapshot, 0).nodes) == 2
    assert len(optimize(snapshot, 1).nodes) == 0
    monkeypatch.setenv("HODU_PASSES", "-algebra")
    assert len(optimize(snapshot, 3).nodes) == 2
    monkeypatch.setenv("HODU_PASSES", "-algebar")
    with pytest.raises(ValueRangeError, match="the passes are expand"):
        optimize(snapshot, 1)
    with pytest.raises(ValueRangeError, match="level 9"):
        optimize(snapshot, 9)
