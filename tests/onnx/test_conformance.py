"""The official ONNX backend suite, eagerly and a sample of it compiled; what passes may only grow.

`make conformance` runs all of it compiled too.
"""

from __future__ import annotations

import random
from collections import defaultdict

import onnx
import pytest

from hodu.formats.onnx.backend import Compiled
from hodu.formats.onnx.registry import find_handler
from tools.conformance import Outcome, run_case, select, shortfall, table
from tools.conformance_cases import Case

# With the newest onnx package that the counts were taken with; others have other cases.
COUNTED_WITH = "1.23"
PASSING = {"node": 1876, "simple": 23, "pytorch-converted": 82, "pytorch-operator": 35}
# Whether these agree with the stored results is a matter of luck: they draw random numbers.
RANDOM = ("test_bernoulli",)
# Compiled, a seed is that of Hodu's generator, whose state goes on from run to run.
RANDOM_COMPILED = ("test_training_dropout",)
NOISE = ("test_dft_inverse",)  # what should be 0 is expected to be the reference's rounding error
REFUSALS = ("CaptureError: ", "UnsupportedError: ")


def cases(group: str) -> list[Case]:
    return [case for case in select([group]) if not case.name.startswith(RANDOM)]


@pytest.mark.parametrize("group", PASSING)
def test_the_official_suite(group: str) -> None:
    outcomes = [run_case(case) for case in cases(group)]
    passed = sum(o.passed for o in outcomes)
    shown = "\n".join(f"{o.name}: {o.reason[:200]}" for o in outcomes if not o.passed)
    assert passed >= 0.6 * len(outcomes), shown
    if onnx.__version__.startswith(COUNTED_WITH):
        assert passed >= PASSING[group], shown


def family(case: Case) -> str:
    """The module of the mapping of a case's last operator, or its domain where it has a body."""
    domain, _, name = case.op.rpartition(".")
    handler = find_handler(domain, name, onnx.defs.onnx_opset_version())
    return handler.__module__ if handler else domain


def sample(found: list[Case]) -> list[Case]:
    """One case in sixty of every family of operators, at least one, chosen by a fixed seed."""
    rng = random.Random(20)
    families = defaultdict(list)
    for case in found:
        families[family(case)].append(case)
    return [c for _, of in sorted(families.items()) for c in rng.sample(of, -(-len(of) // 60))]


@pytest.mark.parametrize("part", range(4))
def test_a_sample_of_the_official_suite_compiled(part: int) -> None:
    """What is not refused is right, and wholly native."""
    fixed = [case for case in cases("node") if not case.name.startswith((*RANDOM_COMPILED, *NOISE))]
    outcomes = [run_case(case, Compiled) for case in sample(fixed)[part::4]]
    taken = [o for o in outcomes if not o.reason.startswith(REFUSALS)]
    wrong = [f"{o.name}: {o.reason[:200]}" for o in taken if not o.passed]
    assert wrong == []
    assert [o.name for o in taken if not o.native] == []
    assert len(taken) >= 0.8 * len(outcomes)


@pytest.mark.parametrize("group", ["pytorch-converted", "pytorch-operator"])
def test_networks_compiled(group: str) -> None:
    outcomes = [run_case(case, Compiled) for case in random.Random(20).sample(cases(group), 4)]
    assert [f"{o.name}: {o.reason[:200]}" for o in outcomes if not o.passed] == []
    assert [o.name for o in outcomes if not o.native] == []


def test_the_table_counts_by_operator_and_group() -> None:
    outcomes = [
        Outcome("node", "test_a", "Add", ""),
        Outcome("node", "test_b", "Add", "wrong"),
        Outcome("simple", "test_c", "(simple models)", ""),
    ]
    rows = {line.split("  ")[0]: line.split()[-3:] for line in table(outcomes).splitlines() if line}
    assert rows["Add"][-2:] == ["1", "1"]
    assert rows["node"] == ["1", "1", "50.0%"]
    assert rows["all"] == ["2", "1", "66.7%"]


def test_a_run_of_which_too_little_passes_or_is_native() -> None:
    passing = [Outcome("node", "test_a", "Add", "", native=True)] * 96
    failing = [Outcome("node", "test_b", "Add", "wrong")]
    assert shortfall(passing + failing * 4, "compiled") == ""
    assert shortfall(passing + failing * 4, "eager") == "eager: 96 pass, at least 99 should"
    interpreted = [Outcome("node", "test_c", "Add", "")]
    assert shortfall(passing + interpreted * 6, "eager") == ""
    assert shortfall(passing[:90] + interpreted * 10, "compiled") == (
        "compiled: 90 pass, at least 95 should"
    )
