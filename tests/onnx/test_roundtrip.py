"""A sample of the official ONNX suite out and in again; `make roundtrip` takes all of it."""

from __future__ import annotations

import pytest

from tests.onnx.test_conformance import cases, sample
from tools.roundtrip import BACK, LOST, NOT_IMPORTED, Outcome, round_trip, summary


def test_a_sample_comes_back() -> None:
    """The import of the export computes the same, and another export and import change nothing."""
    found = [round_trip(case, runtime=False) for case in sample(cases("node"))]
    assert [f"{o.name}: {o.reason[:200]}" for o in found if o.status == LOST] == []
    assert sum(o.status == BACK for o in found) >= 0.9 * len(found)


@pytest.mark.parametrize("group", ["pytorch-converted", "pytorch-operator", "simple"])
def test_networks_come_back(group: str) -> None:
    found = [round_trip(case, runtime=False) for case in cases(group)[::6]]
    assert [f"{o.name}: {o.reason[:200]}" for o in found if o.status == LOST] == []


def test_the_summary_lists_what_is_lost() -> None:
    outcomes = [
        Outcome("node", "test_a", BACK),
        Outcome("node", "test_b", LOST, "it  is\nwrong"),
        Outcome("node", "test_c", NOT_IMPORTED, "texts"),
    ]
    text = summary(outcomes, failures=False)
    assert "test_b: lost: it is wrong" in text and "test_c" not in text
    assert "test_c: not imported: texts" in summary(outcomes, failures=True)
