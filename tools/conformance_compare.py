"""Comparing what a case yields with what it must yield, values of every ONNX kind."""

from __future__ import annotations

from typing import Any

import numpy as np


def difference(got: Any, wanted: Any, rtol: float, atol: float, path: str = "output") -> str:
    """What is different, or "" for nothing. NaN equals NaN; types, shapes and lengths count."""
    if wanted is None or got is None:
        return "" if wanted is None and got is None else f"{path}: {_kind(got)} for {_kind(wanted)}"
    if isinstance(wanted, (list, tuple)) or isinstance(got, (list, tuple)):
        return _sequences(got, wanted, rtol, atol, path)
    return _arrays(np.asarray(got), np.asarray(wanted), rtol, atol, path)


def _sequences(got: Any, wanted: Any, rtol: float, atol: float, path: str) -> str:
    if not (isinstance(wanted, (list, tuple)) and isinstance(got, (list, tuple))):
        return f"{path}: {_kind(got)} for {_kind(wanted)}"
    if len(got) != len(wanted):
        return f"{path}: {len(got)} entries for {len(wanted)}"
    for i, (g, w) in enumerate(zip(got, wanted, strict=True)):
        found = difference(g, w, rtol, atol, f"{path}[{i}]")
        if found:
            return found
    return ""


def _arrays(got: Any, wanted: Any, rtol: float, atol: float, path: str) -> str:
    if got.shape != wanted.shape:
        return f"{path}: shape {list(got.shape)} for {list(wanted.shape)}"
    if wanted.dtype.kind in "OUS":
        same = got.dtype.kind in "OUS" and bool(np.all(got.astype(str) == wanted.astype(str)))
        return "" if same else f"{path}: {got.tolist()} for {wanted.tolist()}"
    if got.dtype != wanted.dtype:
        return f"{path}: dtype {got.dtype} for {wanted.dtype}"
    if wanted.dtype.name == "bfloat16":
        rtol = max(rtol, 2**-6)  # Two units in the last place, as the suite's own runner allows.
    if wanted.dtype.kind not in "biufc":
        got, wanted = got.astype(np.float64), wanted.astype(np.float64)
    with np.errstate(all="ignore"):
        close = np.isclose(got, wanted, rtol=rtol, atol=atol, equal_nan=True)
    if close.all():
        return ""
    where = tuple(int(i) for i in np.argwhere(~close)[0])
    return (
        f"{path}: {np.count_nonzero(~close)} of {close.size} elements differ, first "
        f"{got[where]} for {wanted[where]} at {list(where)}"
    )


def _kind(value: Any) -> str:
    if value is None:
        return "nothing"
    return "a sequence" if isinstance(value, (list, tuple)) else "a tensor"
