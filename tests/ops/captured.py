"""Calling a function under capture and running what was captured."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import hodu
from hodu import dtypes
from hodu.snapshot.interp import Interpreter


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
