"""The table of operators in the docs is what its counts say, and misses nothing."""

from __future__ import annotations

import onnx
import pytest
from onnx import helper

from hodu.formats.onnx import families  # noqa: F401  (fills the registry)
from tools.conformance import run_case, select
from tools.support import keys_of, shown_names
from tools.support_modes import MODES
from tools.support_table import COUNTS, TABLE, Counts, render


def test_the_table_is_what_the_counts_say() -> None:
    assert TABLE.read_text() == render(Counts.read(COUNTS)), "run make support"


def test_every_mapped_operator_stands_in_it() -> None:
    counts = Counts.read(COUNTS)
    own = {name for name in shown_names() if name.startswith("my.")}
    assert shown_names() - own <= {op for op, _, _ in counts.rows}, "run make support"
    assert all(set(row) <= set(MODES) for row in counts.rows.values())


def test_rows_of_a_model() -> None:
    inner = helper.make_graph([helper.make_node("Neg", ["x"], ["z"])], "b", [], [])
    graph = helper.make_graph(
        [helper.make_node("If", ["c"], ["y"], then_branch=inner, else_branch=inner)],
        "g",
        [helper.make_tensor_value_info("x", onnx.TensorProto.INT8, [2])],
        [],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)])
    assert keys_of(model) == {("If", 13, "i8"), ("Neg", 13, "i8")}


def test_counting() -> None:
    counts = Counts("1.0", 1, {})
    counts.put("eager", {("Relu", 14, "f32"): [2, 2], ("Relu", 14, "f16"): [0, 1]})
    counts.put("compiled", {("Relu", 14, "f32"): [2, 2]})
    counts.add({"Relu", "Odd", "my.domain.Odd"})
    assert render(counts).splitlines()[-3:] == [
        "| Odd | | | | | | | |",
        "| Relu | 14 | f16 f32 | 3 | 2 (f16) |  | all |  |",
        "| my.domain.Odd | | | | | | | |",
    ]
    counts.put("compiled", {})
    assert counts.rows["Relu", 14, "f32"] == {"eager": [2, 2]}


@pytest.mark.parametrize("mode", [m for m in MODES if m != "compiled"])
def test_modes(mode: str) -> None:
    (case,) = (c for c in select(["node"], "^test_relu$"))
    outcome = run_case(case, MODES[mode])
    assert outcome.reason == ""
