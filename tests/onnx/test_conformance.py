"""The official ONNX backend suite, eagerly and compiled; what passes may only grow."""

from __future__ import annotations

from typing import Any

import onnx
import pytest

from hodu.formats.onnx.backend import Compiled, Eager
from tools.conformance import Outcome, run, table

# With the newest onnx package that the counts were taken with; others have other cases.
COUNTED_WITH = "1.23"
PASSING = {
    ("eager", "node"): 1870,
    ("eager", "simple"): 21,
    ("eager", "pytorch-converted"): 82,
    ("eager", "pytorch-operator"): 35,
    ("compiled", "node"): 1677,
    ("compiled", "pytorch-converted"): 82,
    ("compiled", "pytorch-operator"): 35,
}
BACKENDS: dict[str, Any] = {"eager": Eager, "compiled": Compiled}
# Whether these agree with the stored results is a matter of luck: they draw random numbers.
RANDOM = ("test_bernoulli", "test_training_dropout")


@pytest.mark.parametrize(("backend", "group"), PASSING)
def test_the_official_suite(backend: str, group: str) -> None:
    outcomes = [o for o in run([group], BACKENDS[backend]) if not o.name.startswith(RANDOM)]
    passed = sum(o.passed for o in outcomes)
    shown = "\n".join(f"{o.name}: {o.reason[:200]}" for o in outcomes if not o.passed)
    assert passed >= 0.6 * len(outcomes), shown
    if onnx.__version__.startswith(COUNTED_WITH):
        assert passed >= PASSING[backend, group], shown


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
