"""Where values lie with channels last, and which do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hodu.dtypes import i8, u8
from hodu.lower.blocks.layout import Blocked
from hodu.lower.blocks.rules import NotBlockedError, operands_of
from hodu.lower.groups import Group
from hodu.lower.rules import SCALAR
from hodu.shapes import static_shape

if TYPE_CHECKING:
    from hodu.lower.lowering import Lowering
    from hodu.snapshot.ir import Value


def last_of(shape: tuple[int, ...]) -> Blocked:
    """One block of all channels."""
    none = (0,) * (len(shape) - 2)
    return Blocked(shape[1], none, none)


def is_last(lowering: Lowering, value: Value) -> bool:
    """Whether a value lies with channels last."""
    storage = lowering.storage.get(value)
    return storage is not None and storage.layout is not None


def give_last(lowering: Lowering, value: Value) -> None:
    """Memory for bytes that are about to be computed, with channels last.

    Raises NotBlockedError for others, and for those of unknown sizes.
    """
    shape = static_shape(value.type.shape)
    if shape is None or len(shape) not in (3, 4) or 0 in shape or value.type.dtype not in (i8, u8):
        raise NotBlockedError
    lowering.forms.give_blocked(value, last_of(shape))


def check_epilogue(lowering: Lowering, group: Group) -> None:
    """Let the epilogue read from memory as it is; raises NotBlockedError where it cannot."""
    if any(node.op not in SCALAR for node in group.epilogue):
        raise NotBlockedError
    for value in operands_of(lowering, group):
        if value not in lowering.storage:
            raise NotBlockedError
