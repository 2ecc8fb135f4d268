"""The same call in both libraries, and what it says when their answers differ."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from typing import Any

import ml_dtypes
import numpy as np
import torch

import hodu
from hodu.dtypes import FROM_NUMPY
from tests.fuzz.draw import Arr, Call, Dt, as_numpy_dtype

LACKING = re.compile(
    "not implemented for|not supported|does not support|[Uu]nsupported|Low precision|not have a"
    "|could not infer|doesn't handle types|dimensions of float|not yet implemented|but got Half"
    "|expects? (a )?float|only supports|should be a floating"
)
_OURS = {"torch": hodu, "F": hodu.nn.functional, "linalg": hodu.linalg}
_THEIRS = {"torch": torch, "F": torch.nn.functional, "linalg": torch.linalg}


def outcome(call: Call) -> str | None:
    """What differs between Hodu's answer and PyTorch's, or None."""
    theirs, refusal = _ask(call, _THEIRS, _to_torch, Exception)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            ours, error = _ask(call, _OURS, _to_hodu, hodu.HoduError)
        except Exception as wrong:  # what must never come out of Hodu
            return f"bare: {type(wrong).__name__}: {str(wrong)[:150]} (torch: {_short(refusal)})"
    if refusal is not None:
        if error is not None or LACKING.search(str(refusal)):
            return None
        return f"accepts: torch says {_short(refusal)}"
    if error is not None:
        return f"refuses: {_short(error)}"
    return _difference(_leaves(ours), _leaves(theirs), call.slack)


def _short(error: BaseException | None) -> str:
    return "fine" if error is None else f"{type(error).__name__}: {str(error)[:150]}"


def _ask(call: Call, spaces: Any, convert: Callable[[Any], Any], caught: Any) -> Any:
    args = [_nested(convert, a) for a in call.args]
    kwargs = {k: _nested(convert, v) for k, v in call.kwargs.items()}
    space, _, name = call.name.rpartition(".")
    try:
        if space == "x":
            return _method(args, name, kwargs), None
        return getattr(spaces[space], name)(*args, **kwargs), None
    except caught as error:
        return None, error


def _method(args: list[Any], name: str, kwargs: dict[str, Any]) -> Any:
    result = getattr(args[0], name)(*args[1:], **kwargs)
    if name == "__setitem__":
        return args[0]
    if name.endswith("_") and not name.endswith("__"):
        assert result is args[0]
    return result


def _nested(convert: Callable[[Any], Any], value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return type(value)(_nested(convert, v) for v in value)
    return convert(value)


def _to_torch(value: Any) -> Any:
    if isinstance(value, Dt):
        return getattr(torch, value.name)
    if not isinstance(value, Arr):
        return value
    base = value.base.copy()
    if base.dtype == ml_dtypes.bfloat16:
        return value.view(torch.from_numpy(base.view(np.int16)).view(torch.bfloat16))
    return value.view(torch.from_numpy(base))


def _to_hodu(value: Any) -> Any:
    if isinstance(value, Dt):
        return FROM_NUMPY[as_numpy_dtype(value.name)]
    if isinstance(value, Arr):
        return hodu.from_numpy(value.view(value.base.copy()))
    return value


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, (list, tuple)):
        return [leaf for v in value for leaf in _leaves(v)]
    return [value]


def _difference(ours: list[Any], theirs: list[Any], slack: float) -> str | None:
    if len(ours) != len(theirs):
        return f"values: {len(ours)} results, not {len(theirs)}"
    for got, want in zip(ours, theirs, strict=True):
        if isinstance(want, torch.Tensor) != isinstance(got, hodu.Tensor):
            return f"values: a {type(got).__name__}, not a {type(want).__name__}"
        found = _unlike(got, want, slack)
        if found is not None:
            return found
    return None


def _unlike(got: Any, want: Any, slack: float) -> str | None:
    if not isinstance(want, torch.Tensor):
        return None if got == want or got != got else f"values: {got!r}, not {want!r}"
    if got.dtype.alias != str(want.dtype).removeprefix("torch."):
        return f"dtype: {got.dtype.alias}, not {want.dtype}"
    if tuple(got.shape) != tuple(want.shape):
        return f"shape: {tuple(got.shape)}, not {tuple(want.shape)}"
    floating = want.dtype.is_floating_point
    expected = want.detach().to(torch.float64).numpy() if floating else want.numpy()
    array = got.numpy()
    if array.dtype != as_numpy_dtype(str(want.dtype).removeprefix("torch.")):
        return f"dtype: of the array {array.dtype}"
    if not floating:
        same = np.array_equal(array, expected)
    else:
        same = _close(array.astype(np.float64), expected, torch.finfo(want.dtype), slack)
    return None if same else f"values: {array.tolist()}, not {expected.tolist()}"


def _close(
    got: np.ndarray[Any, Any], want: np.ndarray[Any, Any], limits: torch.finfo, slack: float
) -> bool:
    """Near each other."""
    factor = 4 if limits.bits == 16 else 32
    atol = max(slack * limits.eps, 2 * limits.tiny)

    return bool(np.allclose(got, want, rtol=factor * limits.eps, atol=atol, equal_nan=True))
