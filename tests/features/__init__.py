"""The calls of the feature table as PyTorch users spell them, and what they give.

Each line of a .txt file here is `expression -> result`. The names in the expressions are those of
`namespace`; the same expressions run with `hodu` and `F` bound to PyTorch.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

import hodu
from hodu import dtypes
from hodu.shapes import TensorType


def calls() -> list[tuple[str, str, str]]:
    """(section, expression, what it gives) for each line."""
    return [
        (path.stem, *line.rsplit(" -> ", 1))
        for path in sorted(Path(__file__).parent.glob("*.txt"))
        for line in path.read_text().splitlines()
    ]


def arrays() -> dict[str, np.ndarray]:
    """The operands: distinct floats in x, y, v and img, indices in i and n, a mask in b."""
    rng = np.random.default_rng(0)
    square = rng.standard_normal((3, 3)).astype(np.float32)
    made = {
        "x": rng.permutation(24).reshape(2, 3, 4) / 10 + 0.05,
        "y": rng.permutation(24).reshape(2, 3, 4) / 10 + 0.15,
        "v": rng.permutation(5) / 2 + 0.1,
        "m": square @ square.T + np.eye(3),
        "u": rng.random((2, 3)) * 0.9,
        "img": rng.permutation(64).reshape(2, 2, 4, 4) / 8,
    }
    i = rng.integers(0, 6, (2, 3))
    floats = {name: array.astype(np.float32) for name, array in made.items()}
    return {**floats, "i": i, "b": i > 2, "n": np.array([2, 0, 1, 2])}


def namespace(library: Any, functional: Any, tensor: Any) -> dict[str, Any]:
    """The names of the expressions, with tensors that `tensor` makes of arrays."""
    tensors = {name: tensor(array) for name, array in arrays().items()}
    fixed = {"hodu": library, "F": functional, "np": np, "g": library.Generator()}
    return {**tensors, **fixed, "array": arrays()["x"]}


def describe(value: Any) -> str:
    """The type of a result: dtype and shape of tensors and arrays, the value of ints and bools."""
    if isinstance(value, hodu.Tensor):
        return str(TensorType(value.shape, value.dtype))
    if isinstance(value, np.ndarray):
        return f"ndarray {TensorType(value.shape, dtypes.FROM_NUMPY[value.dtype])}"
    if isinstance(value, (tuple, list)):
        return f"({', '.join(map(describe, value))})"
    return "float" if isinstance(value, float) else repr(value)
