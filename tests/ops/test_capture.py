"""Every op captured: the Snapshot verifies, prints and parses, and runs as the eager op does."""

from __future__ import annotations

import re

import numpy as np
import pytest

import hodu
from hodu import dtypes
from hodu.dispatch.inputs import flatten, key_of
from hodu.dispatch.plan import casts_of
from hodu.errors import ShapeError
from hodu.snapshot.parse import parse_snapshot
from hodu.snapshot.text import print_snapshot
from hodu.snapshot.verify import verify
from tests.ops.captured import record
from tests.ops.cases import Case, assert_close, call, for_each, leaves, nested, samples, upcast

SHOWN = (dtypes.f32, dtypes.i64, dtypes.bool_)
COMPOSED = (dtypes.f64, dtypes.f32, dtypes.bf16, dtypes.i8)


def _one(group: list[Case]) -> list[Case]:
    """The first of a few usual dtypes that the op takes."""
    return [next((c for d in SHOWN for c in group if c.dtype is d), group[0])]


def _arrays(case: Case) -> list[np.ndarray]:
    return leaves(case.inputs())


def _capture(case: Case, function, symbolic: bool = False) -> hodu.Snapshot:
    """Capture `function(tensors)` on inputs of the case's types; sizes above 1 may be symbolic."""
    with hodu.capture(case.op.name) as board:

        def declare(array):
            shape = [f"S{n}" if symbolic and n > 1 else n for n in array.shape]
            return board.input(f"x{next(numbers)}", shape, array.dtype)

        numbers = iter(range(100))
        tensors = [nested(declare, a) for a in case.inputs()]
        for i, result in enumerate(leaves(function(tensors))):
            board.target(f"y{i}", result)
    return verify(board.snapshot)


def _check(case: Case, snapshot: hodu.Snapshot, *, exact: bool) -> None:
    got = snapshot.run(*_arrays(case))
    for g, e in zip(got, call(case, case.inputs()), strict=True):
        assert g.dtype == e.dtype
        if exact:
            np.testing.assert_array_equal(upcast(g), upcast(e))
        else:
            assert_close(g, e, case)


@pytest.mark.parametrize("group", [g for g in samples() if not g.values[0][0].op.has_regions])
def test_captured_equals_eager(group: list[Case]):
    for_each(_one(group), _captured)


def _captured(case: Case):
    snapshot = _capture(case, record(case))
    _check(case, snapshot, exact=True)
    text = print_snapshot(snapshot, inline=None, locations=True)
    assert print_snapshot(parse_snapshot(text), inline=None, locations=True) == text


@pytest.mark.parametrize("group", [g for g in samples() if g.values[0][0].op.schema.inputs])
def test_captured_with_symbolic_sizes(group: list[Case]):
    for_each(_one(group), _symbolic)


def _symbolic(case: Case):
    try:
        snapshot = _capture(case, record(case), symbolic=True)
    except ShapeError as error:
        assert re.search(r"\bS\d", error.message), "an undecided size must be named"
        pytest.skip(f"undecided: {error.message[:80]}")
    _check(case, snapshot, exact=True)


@pytest.mark.parametrize(
    "group", [g for g in samples() if g.values[0][0].op.compose and g.values[0][0].op.schema.inputs]
)
def test_composition_equals_kernel(group: list[Case]):
    """What a composite is written in means the same as its own kernel."""
    for_each([c for c in group if c.dtype in COMPOSED] or group[:1], _composed)


def _composed(case: Case):
    snapshot = _capture(
        case, lambda tensors: case.op.compose(*_cast(case, tensors), **case.sample.attrs)
    )
    _check(case, snapshot, exact=False)


def _cast(case: Case, tensors):
    """The inputs in the dtypes in which dispatch hands them to the op."""
    casts = iter(casts_of(case.op, tensors, tuple(map(key_of, flatten(tensors)))))

    def cast(t):
        target = next(casts, None)
        return t if target is None else t.to(dtypes.FROM_NUMPY[target])

    return [nested(cast, t) for t in tensors]
