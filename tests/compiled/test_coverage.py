"""The compiler has a way for every op of the table, and says why where it takes only a part."""

from __future__ import annotations

import pytest

import hodu
from hodu.backends.cpu.prepare import has_kernel, prepare
from hodu.errors import UnsupportedError
from hodu.lower import families
from hodu.lower.limits import LIMITS, way_of
from hodu.lower.lowering import unsupported_nodes
from hodu.nn import functional as F
from hodu.ops._table import REGISTRY
from hodu.passes.expand import expand
from hodu.plan.target import named
from tests.compiled.check import capture
from tests.ops.cases import cases_of

families.load_all()
COMPOSITES = [op for op in REGISTRY.values() if op.compose is not None and not way_of(op.name)]


def test_every_primitive_has_a_rule():
    primitives = [op.name for op in REGISTRY.values() if op.compose is None]
    assert [name for name in primitives if way_of(name) is None] == []


@pytest.mark.parametrize("op", COMPOSITES, ids=lambda op: op.name)
def test_all_parts_of_a_composite_have_rules(op):
    samples = {id(case.sample): case for case in cases_of(op)}.values()
    assert samples
    for case in samples:
        assert unsupported_nodes(expand(capture(case), has_kernel)) == []


def test_limits_are_of_ops_that_are_compiled():
    assert [name for name in LIMITS if way_of(name) is None] == []


def rows_at(x):
    """As many rows as there are positive numbers."""
    return x.index_select(0, hodu.nonzero(x[:, 0] > 0)[:, 0])


BEYOND = {
    "scaled_dot_product_attention": lambda x: F.scaled_dot_product_attention(
        rows_at(x), rows_at(x), rows_at(x)
    ),
    "resize": lambda x: hodu.nn.functional.interpolate(rows_at(x)[None], scale_factor=2.0),
}


@pytest.mark.parametrize("name", BEYOND)
def test_what_is_beyond_a_limit_is_refused_with_the_reason(name):
    with hodu.capture("beyond") as board:
        board.target("y", BEYOND[name](board.input("x", (4, 8), hodu.f32)))
    with pytest.raises(UnsupportedError) as caught:
        prepare(board.snapshot, named("x86-64-v3"))
    assert LIMITS[name] in str(caught.value)
