"""Drawing from a categorical distribution so that it can be differentiated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hodu.dtypes import f64
from hodu.errors import ValueRangeError
from hodu.ops._table import F, function
from hodu.ops.random import uniform_numbers

if TYPE_CHECKING:
    from hodu._tensor import Tensor


@function(methods=False, where=("nn.functional",))
def gumbel_softmax(
    logits: Tensor, tau: float = 1.0, hard: bool = False, eps: float = 1e-10, dim: int = -1
) -> Tensor:
    """The softmax of logits with Gumbel noise at the temperature `tau`; `eps` has no effect.

    With `hard`, one-hot vectors whose gradient is that of the softmax.
    E. Jang et al., "Categorical Reparameterization with Gumbel-Softmax" (2016).
    """
    if tau <= 0:
        raise ValueRangeError(f"gumbel_softmax() of tau={tau}", hint="use a number above 0")
    drawn = 1 - uniform_numbers(None, logits.shape, f64)  # in (0, 1]
    noise = -F.log(F.clamp(-F.log(drawn), min=2.0**-60)).to(logits.dtype)
    soft = F.softmax((logits + noise) / tau, dim)
    if not hard:
        return soft
    top = F.argmax(soft, dim, keepdim=True)
    one = F.scatter(F.zeros(tuple(soft.shape), dtype=soft.dtype), dim, top, 1.0)
    return one - soft.detach() + soft
