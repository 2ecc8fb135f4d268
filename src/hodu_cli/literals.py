"""Input values written on the command line instead of in a file.

3  1.5  true  [[1, 2], [3, 4]]   JSON, of the dtype and shape that the model expects
@zeros  @ones                    filled
@rand  @rand(7)                  random, from a seed (default 0): floats in [0, 1), integers
                                 and bools 0 or 1
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from hodu.artifact import ArtifactTensorInfo
from hodu.dims import evaluate, symbols
from hodu.dtypes import DType, bool_, f64
from hodu.errors import DTypeError, ShapeError, ValueRangeError
from hodu.formats._limits import byte_count
from hodu.ops._table import Array
from hodu_cli.errors import UsageError

_FILL = re.compile(r"@(zeros|ones|rand)(?:\((\d{1,18})\))?")
_JSON = re.compile(r"[-+\d.\[]|true$|false$|nan$|inf$", re.IGNORECASE)


def is_fill(spec: str) -> bool:
    """Whether `spec` asks for zeros, ones or random numbers; raises UsageError for a wrong one."""
    if not spec.startswith("@"):
        return False
    match = _FILL.fullmatch(spec)
    if match is None or (match[2] is not None and match[1] != "rand"):
        raise UsageError(
            f"{spec!r} is not an input value", hint="use @zeros, @ones, @rand or @rand(SEED)"
        )
    return True


def fill(spec: str, info: ArtifactTensorInfo, env: Mapping[str, int]) -> Array:
    """The array that `@zeros`, `@ones` or `@rand` stands for; `env` has the sizes of named dims."""
    match = _FILL.fullmatch(spec)
    assert match is not None
    unbound = [name for name in symbols(info.shape) if name not in env]
    if unbound:
        raise ShapeError(
            f"input {info}: the size of {', '.join(unbound)} is not known",
            hint=" ".join(["give it:", *(f"--dim {name}=1" for name in unbound)]),
        )
    shape = tuple(evaluate(dim, env) for dim in info.shape)
    byte_count(shape, f64, f"input {info.name!r}")
    if match[1] != "rand":
        return np.full(shape, match[1] == "ones", info.dtype.numpy)
    generator = np.random.default_rng(int(match[2] or 0))
    if info.dtype.is_float:
        return generator.random(shape).astype(info.dtype.numpy)
    return generator.integers(0, 2, shape).astype(info.dtype.numpy)


def looks_like_json(spec: str) -> bool:
    """Whether `spec` starts as a number, a list or a truth value does."""
    return _JSON.match(spec) is not None


def parse(spec: str, info: ArtifactTensorInfo) -> Array | None:
    """The JSON value as an array of the dtype of `info`, None if it is not JSON.

    A single number fits a shape that has one element. Raises DTypeError for values that the dtype
    cannot hold and ShapeError for ragged lists.
    """
    text = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity", "+inf": "Infinity"}
    try:
        value = json.loads(text.get(spec.lower(), spec.lower() if spec.isalpha() else spec))
    except (ValueError, RecursionError):  # also for a number of thousands of digits
        return None
    array = convert(value, info)
    if array.ndim == 0 and info.shape and all(dim == 1 for dim in info.shape):
        return array.reshape((1,) * len(info.shape))
    return array


def convert(value: Any, info: ArtifactTensorInfo) -> Array:
    """Nested lists of Python numbers as an array, every value as it was."""
    try:
        exact = np.array(value)
    except ValueError:
        raise ShapeError(
            f"input {info.name!r}: the lists differ in length", hint="every row must be as long"
        ) from None
    if exact.dtype == object and all(isinstance(v, int) for v in exact.flat):
        raise DTypeError(f"input {info.name!r}: a number is too large for {info.dtype}")
    if exact.dtype.kind not in "biuf":
        raise ValueRangeError(f"input {info.name!r}: {str(value)[:40]!r} holds more than numbers")
    if exact.size == 0:
        return exact.astype(info.dtype.numpy)
    return _exactly(exact, info)


def _exactly(exact: Array, info: ArtifactTensorInfo) -> Array:
    with np.errstate(all="ignore"):
        array = exact.astype(info.dtype.numpy)
        if (exact.dtype.kind == "b") != (info.dtype is bool_):
            changed = np.ones(exact.shape, bool)
        elif _is_decimal(exact, info.dtype):
            changed = np.isfinite(exact) & ~np.isfinite(array.astype(np.float64))
        else:
            changed = ~same_numbers(array, exact)
    if changed.any():
        raise DTypeError(
            f"input {info.name!r}: {exact[changed][0]} is no {info.dtype}",
            hint=f"the model expects {info}",
        )
    return array


def same_numbers(a: Array, b: Array) -> Array:
    """Where `b`, cast from or to `a`, is the same number: a sign can get lost there and back."""
    return (a.astype(b.dtype) == b) & ((a < 0) == (b < 0))


def _is_decimal(exact: Array, dtype: DType) -> bool:
    """Whether values are decimal fractions, which every float dtype rounds in its own way."""
    return exact.dtype.kind == "f" and dtype.is_float
