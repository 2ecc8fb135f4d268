"""Which groups compute in blocks of channels: convolutions, and what lies between them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias

from hodu.dtypes import bool_, f32, i8, i32, u8
from hodu.kernel.expr import Expr, Ramp, index
from hodu.lower.blocks.layout import Blocked, lanes_of
from hodu.lower.groups import Group
from hodu.lower.point import CannotVectorizeError
from hodu.lower.rules import SCALAR
from hodu.lower.stage import Stage
from hodu.shapes import static_shape
from hodu.snapshot.ir import Node, Value

if TYPE_CHECKING:
    from hodu.lower.lowering import Lowering

BlockedRule: TypeAlias = "Callable[[Lowering, Group], None]"
BorderRule: TypeAlias = "Callable[[Lowering, Node], Blocked | None]"
BLOCKED: dict[str, BlockedRule] = {}
LAST: dict[str, BlockedRule] = {}
BORDERS: dict[str, BorderRule] = {}
IN_BLOCKS = frozenset({f32, i8, u8})


class NotBlockedError(Exception):
    """This group does not compute in blocks; it is lowered as if there were none."""


def blocked(*names: str) -> Callable[[BlockedRule], BlockedRule]:
    """Register how ops compute in blocks; a rule raises NotBlockedError before it adds a kernel."""

    def register(rule: BlockedRule) -> BlockedRule:
        BLOCKED.update(dict.fromkeys(names, rule))
        return rule

    return register


def channels_last(*names: str) -> Callable[[BlockedRule], BlockedRule]:
    """The same for processors that multiply pairs of halves: one block of all channels."""

    def register(rule: BlockedRule) -> BlockedRule:
        LAST.update(dict.fromkeys(names, rule))
        return rule

    return register


def wants_border(*names: str) -> Callable[[BorderRule], BorderRule]:
    """Register which border ops would like their first input to have, None for nodes without."""

    def register(rule: BorderRule) -> BorderRule:
        BORDERS.update(dict.fromkeys(names, rule))
        return rule

    return register


def lower_in_blocks(lowering: Lowering, group: Group) -> bool:
    """Lower a group in blocks if it has such a form; returns whether it did."""
    target = lowering.target
    rules = BLOCKED if target.lanes(32) > 1 else LAST if target.is_bare else {}
    rule = rules.get(group.node.op)
    if rule is None and group.node.op in SCALAR:
        rule = rules.get("elementwise")
    if rule is None:
        return False
    rewind = lowering.mark()
    try:
        rule(lowering, group)
    except (NotBlockedError, CannotVectorizeError):
        rewind()
        return False
    return True


def leaves_of(lowering: Lowering, nodes: Iterable[Node]) -> Iterator[Value]:
    """The values in memory that some nodes read, on the way through those that have none."""
    own = {v for n in nodes for v in n.outputs}
    for node in nodes:
        for value in node.inputs:
            if value is not None and value not in own:
                yield from stored_behind(lowering, value)


def stored_behind(lowering: Lowering, value: Value) -> Iterator[Value]:
    """A value that has memory, or those from which it is computed where it is read."""
    if value in lowering.storage or value.producer is None:
        yield value
    else:
        yield from leaves_of(lowering, (value.producer,))


def is_planar(value: Value) -> bool:
    """Whether a value is f32, i8 or u8 with one or two spatial axes of known sizes."""
    shape = static_shape(value.type.shape)
    is_known = shape is not None and len(shape) in (3, 4) and 0 not in shape
    return is_known and value.type.dtype in IN_BLOCKS


def is_in_blocks(lowering: Lowering, value: Value) -> bool:
    """Whether a value lies in blocks of a vector of channels, not in planes."""
    storage = lowering.storage.get(value)
    if storage is None or storage.layout is None:
        return False
    return storage.layout.lanes > 1


def bare(lowering: Lowering, shape: Sequence[int]) -> Blocked:
    """The blocks of a shape, without a border."""
    none = (0,) * (len(shape) - 2)
    return Blocked(lanes_of(lowering.target, shape[1]), none, none)


def operands_of(lowering: Lowering, group: Group) -> Iterator[Value]:
    """What the epilogue of a group reads besides the result of the node."""
    made = group.node.outputs
    others = [v for n in group.epilogue for v in n.inputs if v is not None and v not in made]
    own = {v for n in group.epilogue for v in n.outputs}
    for value in (v for v in others if v not in own):
        yield from stored_behind(lowering, value)


def use_operands(lowering: Lowering, group: Group, shape: tuple[int, ...]) -> None:
    """Let the kernel that follows read what the epilogue reads in vectors of channels.

    Raises NotBlockedError where that cannot be.
    """
    use_values(lowering, group.epilogue, tuple(operands_of(lowering, group)), shape)


def use_values(
    lowering: Lowering, nodes: Iterable[Node], values: Iterable[Value], shape: tuple[int, ...]
) -> None:
    """The same for elementwise nodes that read `values` from memory."""
    nodes = tuple(nodes)
    wide = [n for n in nodes for v in (*n.inputs, *n.outputs) if v and not _fits(lowering, v)]
    if wide or any(n.op not in SCALAR for n in nodes):
        raise NotBlockedError
    for value in dict.fromkeys(values):
        _use_operand(lowering, value, shape)


def _fits(lowering: Lowering, value: Value) -> bool:
    data = lowering.constant_data(value)
    return value.type.dtype in IN_BLOCKS | {bool_, i32} or (data is not None and data.size == 1)


def _use_operand(lowering: Lowering, value: Value, shape: tuple[int, ...]) -> None:
    own = static_shape(value.type.shape)
    if own is None:
        raise NotBlockedError
    channel = own[1 - len(shape)] if len(own) >= len(shape) - 1 else 1
    if channel == 1:
        return
    is_full = shape[1] % lanes_of(lowering.target, shape[1]) == 0
    if len(own) == len(shape) and value.type.dtype in IN_BLOCKS:
        lowering.forms.use_blocked(value, bare(lowering, shape))
    elif not is_full or any(n != 1 for n in own[2 - len(shape) :]):
        raise NotBlockedError


@contextmanager
def over_blocks(
    s: Stage, shape: tuple[int, ...], spatial: tuple[int, ...]
) -> Iterator[tuple[Expr, ...]]:
    """Loops over the blocks of channels of a shape and over spatial positions, in memory order."""
    lanes = lanes_of(s.target, shape[1])
    extents = (index(shape[0]), index(-(-shape[1] // lanes)), *map(index, spatial))
    with s.k.loops(extents, kind="parallel") as (item, block, *rest):
        yield (item, Ramp(block * lanes, lanes), *rest)


def reads_blocks(lowering: Lowering, value: Value) -> bool:
    """Whether some user of a value computes in blocks."""
    return any(
        user.op in BLOCKED or (user.op in SCALAR and user.outputs[0].type.rank == value.type.rank)
        for user in lowering.users.get(value, ())
    )
