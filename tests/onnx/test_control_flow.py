"""If, Loop and Scan: in Python, followed on the spot, and recorded."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import pytest

from hodu.errors import CaptureError
from hodu.formats.onnx.importer import import_model
from tests.onnx.graphs import INT64, captured, check, eager, graph, info, model, node

BOOL = onnx.TensorProto.BOOL
X = np.arange(6, dtype=np.float32).reshape(2, 3)


def ops_of(made: onnx.ModelProto) -> list[str]:
    return [n.op for n in import_model(made).nodes]


def if_model(constants: dict[str, Any], inputs: list[Any]) -> onnx.ModelProto:
    """x + 1 or x * 2; both branches see the outer x."""
    plus = graph([node("Add", ["x", "one"], ["a"])], [], ["a"])
    times = graph([node("Mul", ["x", "two"], ["b"])], [], ["b"])
    return model(
        [node("If", ["c"], ["y"], then_branch=plus, else_branch=times)],
        [info("x", [2, 3]), *inputs],
        ["y"],
        {"one": np.float32(1), "two": np.float32(2), **constants},
    )


@pytest.mark.parametrize("choice", [True, False])
def test_if_by_data(choice: bool) -> None:
    made = if_model({}, [info("c", [], BOOL)])
    check(made, X, np.array(choice), want=[X + 1 if choice else X * 2])
    assert ops_of(made) == ["cond"]


@pytest.mark.parametrize("choice", [True, False])
def test_a_known_if_leaves_one_branch(choice: bool) -> None:
    made = if_model({"c": np.array(choice)}, [])
    check(made, X, want=[X + 1 if choice else X * 2])
    assert ops_of(made) == ["add" if choice else "mul"]


def loop_body(extra: list[Any], outputs: list[Any], keep: str = "same") -> Any:
    """s <- s + x, with the outer x."""
    return graph(
        [
            node("Identity", ["go"], ["same"]),
            node("Add", ["s", "x"], ["next"]),
            *extra,
        ],
        [info("i", [], INT64), info("go", [], BOOL), info("s", [2, 3])],
        [info(keep, [], BOOL), info("next", [2, 3]), *outputs],
    )


def loop_model(body: Any, constants: dict[str, Any], inputs: list[Any], more: int = 0) -> Any:
    names = ["n" if "n" in constants or any(i.name == "n" for i in inputs) else ""]
    outputs = ["y", *(f"z{k}" for k in range(more))]
    return model(
        [node("Loop", [*names, "go0", "s0"], outputs, body=body)],
        [info("x", [2, 3]), info("s0", [2, 3]), *inputs],
        outputs,
        {"go0": np.array(True), **constants},
    )


@pytest.mark.parametrize("count", [0, 1, 4])
def test_loop_a_number_of_times_that_the_data_gives(count: int) -> None:
    made = loop_model(loop_body([], []), {}, [info("n", [], INT64)])
    check(made, X, X, np.array(count), want=[X * (1 + count)])
    assert ops_of(made) == ["while_loop"]


def test_loop_until_a_condition_of_the_data_fails() -> None:
    extra = [
        node("ReduceSum", ["next"], ["total"], keepdims=0),
        node("Less", ["total", "k"], ["t"]),
    ]
    made = loop_model(loop_body(extra, [], keep="t"), {"k": np.float32(50)}, [])
    check(made, X, X, want=[X * 4])
    assert ops_of(made) == ["while_loop"]


def test_a_loop_that_collects_becomes_a_scan() -> None:
    extra = [node("Mul", ["next", "next"], ["square"])]
    body = loop_body(extra, [info("square", [2, 3])])
    made = loop_model(body, {"n": np.array(3)}, [], more=1)
    squares = np.stack([(X * k) ** 2 for k in (2, 3, 4)])
    check(made, X, X, want=[X * 4, squares])
    assert ops_of(made) == ["scan"]


def test_collecting_a_number_of_results_that_the_data_gives_is_eager_only() -> None:
    body = loop_body([], [info("next", [2, 3])])
    made = loop_model(body, {}, [info("n", [], INT64)], more=1)
    rows = eager(made, X, X, np.array(2))[1]
    np.testing.assert_array_equal(rows, np.stack([X * 2, X * 3]))
    assert eager(made, X, X, np.array(0))[1].shape == (0, 2, 3)
    with pytest.raises(CaptureError, match="how many depends on the data") as caught:
        import_model(made)
    assert "eagerly" in str(caught.value)


def test_a_known_loop_whose_shapes_change_is_unrolled() -> None:
    body = graph(
        [node("Identity", ["go"], ["same"]), node("Concat", ["s", "x"], ["next"], axis=0)],
        [info("i", [], INT64), info("go", [], BOOL), info("s", None)],
        [info("same", [], BOOL), info("next", None)],
    )
    made = loop_model(body, {"n": np.array(2)}, [])
    check(made, X, X, want=[np.concatenate([X, X, X])])
    assert ops_of(made) == ["cat", "cat"]


def scan_model(**attributes: Any) -> onnx.ModelProto:
    """Running sums of rows, and each row twice."""
    body = graph(
        [node("Add", ["s", "row"], ["next"]), node("Add", ["row", "row"], ["twice"])],
        [info("s", [3]), info("row", [3])],
        [info("next", [3]), info("twice", [3])],
    )
    return model(
        [node("Scan", ["s0", "x"], ["s", "ys"], body=body, num_scan_inputs=1, **attributes)],
        [info("s0", [3]), info("x", [2, 3])],
        ["s", "ys"],
    )


@pytest.mark.parametrize(
    ("attributes", "wanted"),
    [
        ({}, X * 2),
        ({"scan_input_directions": [1]}, X[::-1] * 2),
        ({"scan_output_directions": [1]}, X[::-1] * 2),
        ({"scan_output_axes": [1]}, X.T * 2),
        ({"scan_output_axes": [-1]}, X.T * 2),
    ],
)
def test_scan(attributes: dict[str, Any], wanted: Any) -> None:
    start = np.float32([1, 0, 0])
    check(scan_model(**attributes), start, X, want=[start + X.sum(0), wanted])
    assert "scan" in ops_of(scan_model(**attributes))


def test_scan_along_another_axis() -> None:
    body = graph(
        [node("Add", ["s", "row"], ["next"]), node("Identity", ["next"], ["out"])],
        [info("s", [2]), info("row", [2])],
        [info("next", [2]), info("out", [2])],
    )
    made = model(
        [node("Scan", ["s0", "x"], ["s", "ys"], body=body, num_scan_inputs=1, scan_input_axes=[1])],
        [info("s0", [2]), info("x", [2, 3])],
        ["s", "ys"],
    )
    check(made, np.zeros(2, np.float32), X, want=[X.sum(1), X.cumsum(1).T])


def test_a_nested_decision_in_a_loop() -> None:
    plus = graph([node("Add", ["s", "x"], ["a"])], [], ["a"])
    minus = graph([node("Sub", ["s", "x"], ["b"])], [], ["b"])
    body = graph(
        [
            node("Identity", ["go"], ["same"]),
            node("Less", ["i", "two"], ["early"]),
            node("If", ["early"], ["next"], then_branch=plus, else_branch=minus),
        ],
        [info("i", [], INT64), info("go", [], BOOL), info("s", [2, 3])],
        [info("same", [], BOOL), info("next", [2, 3])],
    )
    made = loop_model(body, {"two": np.array(2)}, [info("n", [], INT64)])
    assert ops_of(made) == ["while_loop"]
    for count, factor in ((1, 2), (2, 3), (3, 2), (5, 0)):
        for run in (eager, captured):
            np.testing.assert_array_equal(run(made, X, X, np.array(count))[0], X * factor)
