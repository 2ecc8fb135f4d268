"""Every op of the table as native code, on every sample, against eager.

CI takes a few dtypes of each sample, and of every third op one without optimization;
`make compiled` takes all, on several processors, levels and compilers, and under the sanitizers.
"""

from __future__ import annotations

import dataclasses

import pytest

import hodu.ops._families  # without it the table holds only what was used so far
from hodu.dtypes import bf16, bool_, f32, f64, i8, i64
from hodu.ops._table import REGISTRY
from hodu.plan.target import host, named
from tests.compiled.check import DEFAULT, Settings, check_op
from tests.ops.cases import Case, cases_of

USUAL = (f32, i64, bool_)
FURTHER = (f64, bf16, i8)
OPS = [op for op in REGISTRY.values() if op.samples]


def chosen(cases: list[Case], wanted: tuple[hodu.DType, ...]) -> list[Case]:
    """The cases in these dtypes, else the first of each sample."""
    found = [c for c in cases if c.dtype in wanted]
    return found or list({id(c.sample): c for c in reversed(cases)}.values())


def in_turn(cases: list[Case], wanted: tuple[hodu.DType, ...]) -> list[Case]:
    """One case of each sample, with the next of these dtypes that it has."""
    samples: dict[int, list[Case]] = {}
    for case in cases:
        samples.setdefault(id(case.sample), []).append(case)
    found = [chosen(group, wanted) for group in samples.values()]
    return [group[i % len(group)] for i, group in enumerate(found)]


@pytest.mark.parametrize("op", OPS, ids=lambda op: op.name)
def test_op(op):
    cases = list(cases_of(op))
    assert check_op(chosen(cases, USUAL), dataclasses.replace(DEFAULT, interpret=True)) == []


@pytest.mark.parametrize("op", OPS[::3], ids=lambda op: op.name)
def test_op_without_optimization_or_vectors(op):
    settings = Settings(named("scalar") if host().name == "native" else host(), level=0)
    assert check_op(in_turn(list(cases_of(op)), FURTHER), settings) == []
