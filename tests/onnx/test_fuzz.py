"""A few of the damaged models of `make fuzz-onnx`, and damage that was once not told."""

from __future__ import annotations

import random

import numpy as np
import onnx
import pytest
from onnx import helper

from hodu.errors import CaptureError, FormatError
from hodu.formats.onnx.importer import import_model
from tests.onnx.graphs import graph, info, model, node
from tools import fuzz_onnx
from tools.fuzz_onnx import ERROR, FAILED, RESULT, fuzz, judge
from tools.fuzz_onnx_mutations import MUTATIONS


def test_damaged_models_give_errors_or_right_results() -> None:
    verdicts = list(fuzz(range(150)))
    assert [f"{v.index} of {v.name}: {v.reason}" for v in verdicts if v.status == FAILED] == []
    assert {ERROR, RESULT} <= {v.status for v in verdicts}


def test_the_fuzzer_sees_what_it_is_there_for(tmp_path, monkeypatch) -> None:
    """A crash, a hang, and a wrong result are failures."""
    case = next(c for c in fuzz_onnx.bases() if c.op == "Add")
    raw = case.read()[0].SerializeToString()
    assert judge(case, raw, tmp_path) == (RESULT, "")

    def crash(path):
        raise KeyError("x")

    def hang(path):
        while True:
            pass

    monkeypatch.setattr(fuzz_onnx, "LIMIT_SECONDS", 0.2)
    for load in (crash, hang):
        monkeypatch.setattr(fuzz_onnx.hodu, "load", load)
        assert judge(case, raw, tmp_path)[0] == FAILED
    other = case.read()[0].SerializeToString().replace(b"Add", b"Sub")
    wrong = import_model(onnx.ModelProto.FromString(other))
    monkeypatch.setattr(fuzz_onnx.hodu, "load", lambda path: wrong)
    status, reason = judge(case, raw, tmp_path)
    assert status == FAILED and "elements differ" in reason


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda m: m.__name__)
def test_every_mutation_changes_something(mutation) -> None:
    branch = graph([node("Identity", ["x"], ["b"])], [], ["b"])
    made = model(
        [
            node("If", ["yes"], ["i"], then_branch=branch, else_branch=branch),
            node("Reshape", ["i", "shape"], ["r"]),
            node("Softmax", ["r"], ["y"], axis=-1),
        ],
        [info("x", [2, 6])],
        [info("y", [3, 4])],
        {"yes": np.array(True), "shape": np.array([3, 4])},
    )
    before = made.SerializeToString()
    for seed in range(20):
        mutation(made, random.Random(seed))
        if made.SerializeToString() != before:
            return
    raise AssertionError("nothing has changed")


def looping(trips: int, known: bool) -> onnx.ModelProto:
    """A model whose loop negates an input, or what is known."""
    steps = [node("Neg", ["v"], ["w"]), node("Identity", ["c"], ["d"])]
    body = graph(steps, [info("i", []), info("c", []), info("v")], ["d", "w"])
    start = "one" if known else "x"
    return model(
        [node("Loop", ["trips", "", start], ["y"], body=body)],
        [info("x", [2])],
        ["y"],
        {"trips": np.array(trips), "one": np.ones(2, np.float32)},
    )


def test_endless_loops_are_captured_or_refused() -> None:
    kept = import_model(looping(2**62, known=False))
    assert [n.op for n in kept.nodes] == ["while_loop"]
    with pytest.raises(CaptureError, match="more than 10000 steps"):
        import_model(looping(2**62, known=True))


def calling(bodies: dict[str, list[str]]) -> onnx.ModelProto:
    """A model that calls `f0`; each function calls others, one after the other."""
    made = model([node("f0", ["x"], ["y"], domain="own")], [info("x", [2])], ["y"], own=1)
    imports = [helper.make_opsetid("", 18), helper.make_opsetid("own", 1)]
    for name, called in bodies.items():
        nodes = [
            node(kind, ["x"], ["y" if i == 0 else f"y{i}"], domain="own" if kind in bodies else "")
            for i, kind in enumerate(called)
        ]
        made.functions.append(helper.make_function("own", name, ["x"], ["y"], nodes, imports))
    return made


def test_functions_that_come_to_too_much() -> None:
    few = {f"f{i}": [f"f{i + 1}"] * 2 for i in range(4)} | {"f4": ["Neg"]}
    assert [n.op for n in import_model(calling(few)).nodes] == ["neg"]
    many = {f"f{i}": [f"f{i + 1}"] * 2 for i in range(60)} | {"f60": ["Neg"]}
    with pytest.raises(FormatError, match="come to more than 1,000,000 nodes"):
        import_model(calling(many))
    deep = {f"f{i}": [f"f{i + 1}"] for i in range(900)} | {"f900": ["Neg"]}
    with pytest.raises(FormatError, match="too deep"):
        import_model(calling(deep))
