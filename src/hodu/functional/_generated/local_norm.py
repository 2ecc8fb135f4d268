"""Functions of the ops in hodu.ops.local_norm.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hodu.dispatch.apply import apply
from hodu.dispatch.attrs import as_float, as_int, as_ints
from hodu.ops._table import REGISTRY

if TYPE_CHECKING:
    from hodu._tensor import Tensor

_LOCAL_RESPONSE_NORM = REGISTRY["local_response_norm"]


def local_response_norm(
    input: Tensor,
    size: builtins.int,
    alpha: builtins.float = 0.0001,
    beta: builtins.float = 0.75,
    k: builtins.float = 1.0,
) -> Tensor:
    """Divided by `(k + alpha * m) ** beta`, where m is the mean square of `size` neighbours.

    The neighbours are channels: size // 2 before, (size - 1) // 2 after; beyond the ends are
    zeros.
    """
    return apply(
        _LOCAL_RESPONSE_NORM,
        (input,),
        {
            "size": as_int(size, "size"),
            "alpha": as_float(alpha, "alpha"),
            "beta": as_float(beta, "beta"),
            "k": as_float(k, "k"),
        },
    )


_NORMALIZE = REGISTRY["normalize"]


def normalize(
    input: Tensor,
    p: builtins.float = 2.0,
    dim: builtins.int | Sequence[builtins.int] = 1,
    eps: builtins.float = 1e-12,
) -> Tensor:
    """Divided by the p-norm over `dim`, or by `eps` where the norm is smaller."""
    return apply(
        _NORMALIZE,
        (input,),
        {"p": as_float(p, "p"), "dim": as_ints(dim, "dim"), "eps": as_float(eps, "eps")},
    )
