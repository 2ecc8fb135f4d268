"""`hodu inspect --check`: everything that a back end cannot take, at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

import hodu
from hodu.snapshot.parse import parse_snapshot
from tests.cli.conftest import Cli
from tests.onnx.graphs import INT64, info, node


@pytest.fixture
def save(tmp_path: Path, cli: Cli) -> Any:
    """Write a model of these nodes to m.onnx."""

    def write(nodes: list[Any], inputs: list[Any], outputs: list[str], **constants: Any) -> None:
        tensors = [onnx.numpy_helper.from_array(np.asarray(v), k) for k, v in constants.items()]
        results = [onnx.helper.make_empty_tensor_value_info(o) for o in outputs]
        graph = onnx.helper.make_graph(nodes, "g", inputs, results, tensors)
        imports = [onnx.helper.make_opsetid("", 20), onnx.helper.make_opsetid("my.domain", 2)]
        made = onnx.helper.make_model(graph, opset_imports=imports, ir_version=9)
        (tmp_path / "m.onnx").write_bytes(made.SerializeToString())

    return write


X = info("x", [2, 3])


def found(cli: Cli, *args: str) -> list[dict[str, Any]]:
    result = cli("inspect", "m.onnx", "--check", "-f", "json", *args)
    problems: list[dict[str, Any]] = json.loads(result.out)["problems"]
    assert result.code == bool(problems)
    return problems


def test_a_model_that_can_be_taken(cli: Cli, save: Any) -> None:
    save([node("Relu", ["x"], ["y"])], [X], ["y"])
    assert found(cli) == []
    assert cli("inspect", "m.onnx", "--check").out == "m.onnx: every node can be taken\n"


def test_every_operator_that_is_not_there(cli: Cli, save: Any) -> None:
    body = onnx.helper.make_graph([node("Inner", ["x"], ["z"], "in")], "body", [], [info("z")])
    save(
        [
            node("Great", ["x"], ["a"], "first", domain="my.domain", alpha=2.0),
            node("Relu", ["a"], ["b"], "between"),
            node("If", ["c"], ["d"], "branch", then_branch=body, else_branch=body),
            node("Other", ["b"], ["y"], "last", domain="nowhere"),
        ],
        [X, info("c", [], onnx.TensorProto.BOOL)],
        ["y"],
    )
    problems = found(cli)
    assert [(p["stage"], p["node"], p["op"]) for p in problems] == [
        ("import", "first", "Great"),
        ("import", "in", "Inner"),
        ("import", "in", "Inner"),
        ("import", "last", "Other"),
    ]
    first = problems[0]
    assert (first["domain"], first["opset"], first["types"]) == ("my.domain", 2, ["f32[2, 3]"])
    assert '@onnx.op("my.domain", "Great")' in first["remedy"]
    assert "imports no opset of domain 'nowhere'" in problems[-1]["reason"]
    lines = cli("inspect", "m.onnx", "--check").out.splitlines()
    assert lines[0] == "m.onnx: 4 problems"
    assert lines[1] == "  first: Great of my.domain 2, inputs f32[2, 3]"


def test_every_node_that_cannot_be_captured(cli: Cli, save: Any) -> None:
    save(
        [
            node("Reshape", ["x", "s"], ["a"], "one"),
            node("Neg", ["a"], ["b"], "lost"),
            node("Range", ["n", "n", "n"], ["r"], "two"),
            node("Relu", ["x"], ["y"], "fine"),
        ],
        [X, info("s", ["k"], INT64), info("n", [], INT64)],
        ["b", "r", "y"],
    )
    problems = found(cli)
    assert [(p["stage"], p["node"], p["op"]) for p in problems] == [
        ("capture", "one", "Reshape"),
        ("capture", "two", "Range"),
    ]
    assert problems[0]["types"] == ["f32[2, 3]", "i64[k]"]
    assert all(p["reason"] and p["remedy"] for p in problems)


def test_what_the_compiler_does_not_take(cli: Cli, tmp_path: Path) -> None:
    from hodu.formats import onnx as hodu_onnx
    from hodu.ops._table import REGISTRY

    call = hodu_onnx.op("my.domain", "Opaque", infer=lambda x: x)(lambda x: np.copy(x))
    with hodu.capture("m") as board:
        x = board.input("x", ("N", 2))
        board.target("y", call(hodu.exp(x)) + 1)
    hodu.save(board.snapshot, tmp_path / "m.hdss")
    try:
        result = cli("inspect", "m.hdss", "--check", "--target", "thumbv7em-none-eabihf")
    finally:
        del REGISTRY["my.domain.Opaque"]
    assert result.code == 1
    assert "my.domain.Opaque, inputs f32[N, 2]\n    compile: no code for it" in result.out
    assert "compile: dimensions without a size: N\n    help: give them: --dim N=1" in result.out


def test_a_target_without_check(cli: Cli, affine: str) -> None:
    assert cli("inspect", affine, "--target", "x86_64-linux-gnu").code == 2
    hodu.save(parse_snapshot('snapshot "e" {\n}\n'), Path("e.hdss"))
    assert cli("inspect", "e.hdss", "--check").code == 0
