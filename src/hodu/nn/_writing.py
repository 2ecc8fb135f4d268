"""How modules write to the tensors that they own."""

from __future__ import annotations

from typing import Any

from hodu._tensor import Tensor
from hodu.autograd.modes import no_grad
from hodu.dispatch.base import recorder
from hodu.dispatch.inplace import assign


def write(target: Tensor, value: Any) -> Tensor:
    """Give `target` new contents, which no gradient sees; returns it."""
    with no_grad():
        return assign(target, value)


def stateful(tensor: Tensor, name: str) -> Any:
    """What a module reads and writes as its state: the tensor, or during a capture its stand-in.

    A captured program has the tensor as an input that is aliased to its final value, so that what
    it counts and averages goes on from run to run.
    """
    active = recorder()
    return tensor if active is None else active.lift_state(tensor, name)


def current(tensor: Tensor) -> Any:
    """What to read of a tensor that is written elsewhere by `stateful`."""
    active = recorder()
    return tensor if active is None else active.stand_in(tensor)
