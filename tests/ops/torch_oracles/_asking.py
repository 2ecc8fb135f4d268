"""A case put to PyTorch: in the dtype under test, or else in one that it has kernels for."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from hodu import dtypes
from tests.ops.cases import Case, leaves, nested
from tests.ops.torch_oracles._lacking import Lacking

REFUSES = re.compile(
    "not implemented for|not supported|does not support|[Uu]nsupported|Low precision"
    "|could not infer|doesn't handle types|dimensions of float"
)
NAMED = ("float8_e4m3fn", "float8_e5m2", "bfloat16")
FLOATS = (torch.float8_e4m3fn, torch.float8_e5m2, torch.bfloat16, torch.float16)
UNSIGNED = (torch.uint8, torch.uint16, torch.uint32, torch.uint64)
SIGNED = (torch.int8, torch.int16, torch.int32)
# Integers wrap the same way when the answer is rounded to their dtype. Only poolings and the like
# refuse i64 too; their samples are small enough for f64.
WIDER = {
    torch.bool: torch.uint8,
    **dict.fromkeys((*UNSIGNED, *SIGNED), torch.int64),
    torch.int64: torch.float64,
    **dict.fromkeys(FLOATS, torch.float32),
}


def ask(case: Case, oracle: Callable[..., Any]) -> tuple[list[torch.Tensor], bool]:
    """PyTorch's answer, and whether it was given in the dtype under test itself."""
    inputs = [nested(_tensor, a) for a in case.inputs()]
    attrs = {k: _torch_dtype(v) for k, v in case.sample.attrs.items()}
    is_own = True
    while True:
        try:
            return leaves(oracle(*inputs, **attrs)), is_own
        except (NotImplementedError, RuntimeError) as error:
            wider = _widened(case, inputs)
            if not REFUSES.search(str(error)) or _dtypes(wider) == _dtypes(inputs):
                raise
            inputs, is_own = wider, False
            attrs = {k: WIDER[v] if _is_dtype(v) and v in WIDER else v for k, v in attrs.items()}


def to_numpy(t: torch.Tensor) -> np.ndarray:
    """An answer as an array, floats in f64."""
    return (t.to(torch.float64) if t.dtype.is_floating_point else t).detach().numpy()


def _tensor(value: np.ndarray) -> torch.Tensor:
    dtype = dtypes.FROM_NUMPY[value.dtype]
    if dtype.alias in NAMED:  # torch.from_numpy does not know ml_dtypes
        return torch.from_numpy(value.astype(np.float32)).to(getattr(torch, dtype.alias))
    return torch.from_numpy(np.ascontiguousarray(value).reshape(value.shape))


def _torch_dtype(value: Any) -> Any:
    return getattr(torch, value.alias) if isinstance(value, dtypes.DType) else value


def _is_dtype(value: Any) -> bool:
    return isinstance(value, torch.dtype)


def _dtypes(inputs: list[Any]) -> list[torch.dtype]:
    return [t.dtype for t in leaves(inputs)]


def _widened(case: Case, inputs: list[Any]) -> list[Any]:
    """The inputs in the next wider dtype, but for those (indices, masks) that cannot have it."""

    def wider(t: torch.Tensor, allowed: frozenset[Any]) -> torch.Tensor:
        dtype = WIDER.get(t.dtype, t.dtype)
        if str(dtype).removeprefix("torch.") not in {a.alias for a in allowed}:
            return t
        if t.dtype == torch.uint64 and t.numel() and t.view(torch.int64).min() < 0:
            raise Lacking("unsigned numbers of 64 bits that do not fit in i64")
        return t.to(dtype)

    names = [p.name for p in case.op.schema.inputs]
    return [
        nested(lambda t, n=name: wider(t, case.op.allowed(n)), value)
        for name, value in zip(names, inputs, strict=True)
    ]
