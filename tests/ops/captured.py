"""Calling a function under capture and running what was captured."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import hodu
from hodu import dtypes
from hodu.dispatch.base import recording
from hodu.snapshot.interp import Interpreter
from tests.ops.cases import Case


def captured(
    function: Callable[..., Any], *arrays: Any, shapes: Sequence[Sequence[Any]] | None = None
) -> np.ndarray:
    """`function` captured over inputs like `arrays` (declared with `shapes`), run on them."""
    given = [np.asarray(a) for a in arrays]
    declared = shapes or [a.shape for a in given]
    with hodu.capture("test") as board:
        inputs = [
            board.input(f"x{i}", shape, dtypes.FROM_NUMPY[a.dtype])
            for i, (a, shape) in enumerate(zip(given, declared, strict=True))
        ]
        board.target("y", function(*inputs))
    return Interpreter(board.snapshot).run(given)[0]


def record(case: Case) -> Callable[[Any], Any]:
    """A call of the op that is recorded, with its attributes brought to their normal form."""
    op = case.op
    if not op.schema.inputs:
        return lambda tensors: recording().record(op, tensors, case.sample.attrs)
    home = importlib.import_module(f"hodu.functional._generated.{op.family}")
    function = getattr(home, op.name if op.public else f"_{op.name}")
    names = [p.name for p in op.schema.inputs]
    return lambda tensors: function(**dict(zip(names, tensors, strict=False)), **case.sample.attrs)
