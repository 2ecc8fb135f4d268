"""The operator Gradient, against gradients by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper

from hodu.errors import FormatError
from tests.onnx.graphs import Array, check, eager, graph, info, model, node

DOMAIN = "ai.onnx.preview.training"
A, B = (np.random.default_rng(3).normal(size=(2, 2, 3)) + 3).astype(np.float32)
INPUTS = [info("a", [2, 3]), info("b", [2, 3])]
TWO = {"two": np.float32(2)}


def gradient(inputs: list[str], outputs: list[str], **attributes: Any) -> Any:
    return node("Gradient", inputs, outputs, domain=DOMAIN, **attributes)


def graph_with(nodes: list[Any], outputs: list[str]) -> onnx.ModelProto:
    return model(nodes, INPUTS, outputs, TWO, opset=18, **{DOMAIN: 1})


# The value d is twice the product of a and a + b.
STEPS = [
    node("Add", ["a", "b"], ["c"]),
    node("Mul", ["c", "a"], ["m"]),
    node("Mul", ["m", "two"], ["d"]),
]


@pytest.mark.parametrize(
    ("inputs", "attributes", "want"),
    [
        (["a", "b"], {"xs": ["a", "b"], "y": "d"}, [4 * A + 2 * B, 2 * A]),
        (["a"], {"xs": ["a"], "y": "d"}, [4 * A + 2 * B]),
        (["a", "b"], {"xs": ["b"], "zs": ["a"], "y": "d"}, [2 * B]),  # Each gets the other's value.
        (["c"], {"xs": ["c"], "y": "d"}, [2 * A]),
        (["d"], {"xs": ["d"], "y": "d"}, [np.ones_like(A)]),
        (["b", "a"], {"xs": ["a", "b"], "y": "d"}, [4 * B + 2 * A, 2 * B]),
        (["a", "b"], {"xs": ["b"], "zs": ["c"], "y": "d"}, [np.zeros_like(B)]),
    ],
    ids=["both", "one", "held", "inner", "itself", "elsewhere", "cut off"],
)
def test_gradients(inputs: list[str], attributes: dict[str, Any], want: list[Array]) -> None:
    names = [f"g{i}" for i in range(len(want))]
    made = graph_with([*STEPS, gradient(inputs, names, **attributes)], names)
    check(made, A, B, want=want)


def test_second_derivatives() -> None:
    nodes = [
        *STEPS,
        gradient(["a"], ["g"], xs=["a"], y="d"),
        gradient(["a", "b"], ["gg", "gb"], xs=["a", "b"], y="g"),
    ]
    check(graph_with(nodes, ["gg", "gb"]), A, B, want=[np.full_like(A, 4), np.full_like(A, 2)])


def test_through_a_branch_that_reads_outer_values() -> None:
    then = graph([node("Mul", ["a", "a"], ["t"])], [], ["t"])
    other = graph([node("Identity", ["b"], ["e"])], [], ["e"])
    nodes = [
        node("ReduceSum", ["a"], ["s"], keepdims=0),
        node("Greater", ["s", "two"], ["positive"]),
        node("If", ["positive"], ["d"], then_branch=then, else_branch=other),
        gradient(["a", "b"], ["ga", "gb"], xs=["a", "b"], y="d"),
    ]
    check(graph_with(nodes, ["ga", "gb"]), A, B, want=[2 * A, np.zeros_like(B)])


def test_inside_a_local_function() -> None:
    body = [*STEPS[:2], gradient(["a"], ["g"], xs=["a"], y="m")]
    imports = [helper.make_opsetid("", 18), helper.make_opsetid(DOMAIN, 1)]
    function = helper.make_function("own", "Slope", ["a", "b"], ["g"], body, imports)
    nodes = [node("Slope", ["b", "a"], ["y"], domain="own")]
    made = model(nodes, INPUTS, ["y"], opset=18, own=1, **{DOMAIN: 1})
    made.functions.append(function)
    check(made, A, B, want=[2 * B + A])


def test_what_cannot_be_right_is_an_error() -> None:
    short = graph_with([*STEPS, gradient(["a"], ["g"], xs=["a", "b"], y="d")], ["g"])
    with pytest.raises(FormatError, match="1 inputs for 2 names in xs and 0 in zs"):
        eager(short, A, B)
    astray = graph_with([*STEPS, gradient(["a"], ["g"], xs=["a"], y="nowhere")], ["g"])
    with pytest.raises(FormatError, match="no node before in the same graph makes 'nowhere'"):
        eager(astray, A, B)
