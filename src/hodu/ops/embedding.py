"""Looking up rows of a weight, which may be held to a norm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hodu.autograd.modes import no_grad
from hodu.dispatch.inplace import assign
from hodu.dtypes import i64
from hodu.errors import UnsupportedError
from hodu.ops._table import F, function
from hodu.source import location

if TYPE_CHECKING:
    from hodu._tensor import Tensor


@function(methods=False, where=("nn.functional",))
def embedding(
    input: Tensor,
    weight: Tensor,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Tensor:
    """The rows of `weight` that the integers of the input name.

    `padding_idx` names a row that gets no gradient. With `max_norm`, the rows that are named are
    first scaled down, in the weight itself, to at most that norm. `sparse` must be False.
    Indices outside the weight are errors.
    """
    if sparse:
        raise UnsupportedError(
            "embedding() with sparse=True: there are no sparse gradients",
            where=location(),
            hint="use sparse=False; the numbers are the same",
        )
    if max_norm is not None:
        renormalize(input, weight, max_norm, norm_type)
    rows = F._embedding(input, weight, padding_idx)
    return _shared_out(rows, input, weight) if scale_grad_by_freq else rows


def renormalize(input: Tensor, weight: Tensor, max_norm: float, norm_type: float) -> None:
    """Scale the rows of the weight that the input names down to at most `max_norm`, in place."""
    with no_grad():
        norms = F.norm(weight, norm_type, 1, keepdim=True)
        scales = F.where(norms > max_norm, max_norm / (norms + 1e-7), 1.0)  # 1e-7 as in PyTorch
        named = F.unsqueeze(_counts(input, weight) > 0, 1)
        assign(weight, F.where(named, weight * scales, weight))


def _counts(input: Tensor, weight: Tensor) -> Tensor:
    """How often each row of the weight is named."""
    index = F.flatten(input).to(i64)
    ones = F.ones(tuple(index.shape), dtype=i64)
    return F.index_add(F.zeros((weight.shape[0],), dtype=i64), 0, index, ones)


def _shared_out(rows: Tensor, input: Tensor, weight: Tensor) -> Tensor:
    """The same rows, whose gradient is divided by how often each is named."""
    share = 1 / F._embedding(input, F.unsqueeze(_counts(input, weight), 1)).to(rows.dtype)
    return rows * share + (rows * (1 - share)).detach()
