"""Operators whose results are as long as the data says, eagerly and in Snapshots."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest

from tests.onnx.graphs import INT64, check, info, model, node


def by_onnxruntime(made: onnx.ModelProto, *inputs: Any) -> list[Any]:
    session = onnxruntime.InferenceSession(made.SerializeToString())
    names = [i.name for i in session.get_inputs()]
    return list(session.run(None, dict(zip(names, inputs, strict=True))))


@pytest.mark.parametrize("centred", [0, 1])
@pytest.mark.parametrize("limit", [0, 3, 100])
def test_non_max_suppression(limit: int, centred: int) -> None:
    rng = np.random.default_rng(limit)
    boxes = rng.uniform(0, 1, (2, 20, 4)).astype(np.float32)
    boxes[0, 3] = boxes[0, 4]
    scores = rng.uniform(0, 1, (2, 3, 20)).astype(np.float32)
    scores[1, 0, 5:9] = 0.75  # the first of equal ones is the better one
    made = model(
        [node("NonMaxSuppression", ["b", "s", "n", "o", "t"], ["y"], center_point_box=centred)],
        [info("b", [2, 20, 4]), info("s", [2, 3, 20])],
        [info("y", ["n", 3], INT64)],
        {"n": np.array([limit]), "o": np.float32([0.3]), "t": np.float32([0.2])},
    )
    check(made, boxes, scores, want=by_onnxruntime(made, boxes, scores))


def test_non_max_suppression_with_a_limit_at_run_time() -> None:
    rng = np.random.default_rng(0)
    boxes = rng.uniform(0, 1, (1, 12, 4)).astype(np.float32)
    scores = rng.uniform(-1, 1, (1, 2, 12)).astype(np.float32)
    made = model(
        [node("NonMaxSuppression", ["b", "s", "n", "o"], ["y"])],
        [info("b", [1, 12, 4]), info("s", [1, 2, 12]), info("n", [1], INT64), info("o", [1])],
        [info("y", ["n", 3], INT64)],
    )
    inputs = boxes, scores, np.array([4]), np.float32([0.2])
    check(made, *inputs, want=by_onnxruntime(made, *inputs))


@pytest.mark.parametrize("in_order", [0, 1])
@pytest.mark.parametrize("axis", [None, 0, -1])
def test_unique(axis: int | None, in_order: int) -> None:
    x = np.random.default_rng(3).integers(0, 2, (4, 2, 3)).astype(np.float32)
    outputs = ["y", "first", "inverse", "counts"]
    made = model(
        [node("Unique", ["x"], outputs, axis=axis, sorted=in_order)],
        [info("x", [4, 2, 3])],
        [info("y"), *(info(name, None, INT64) for name in outputs[1:])],
    )
    check(made, x, want=by_onnxruntime(made, x))
