"""Which nodes share a kernel.

A value gets memory when it is an output, when an op with loops of its own needs it there, or when
computing it where it is read would compute it more than once. Every other value is computed in the
loops of its consumer; and an op with loops takes in what is computed from its result alone, the
epilogue, before it stores it.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

from hodu.dtypes import i8, u8
from hodu.lower.firsts import take_firsts
from hodu.lower.joined import join_groups
from hodu.lower.rules import KERNEL, READING, SCALAR
from hodu.snapshot.ir import Node, Snapshot, Value

_LONGEST = 48  # nodes computed in one expression, so that kernels stay readable


@dataclass(frozen=True, slots=True)
class Group:
    """A node with loops (or the last of a chain without), and the epilogue after it.

    Of a reading node, it is the loops of result `number` alone. `others` are groups whose results,
    of the same shape, are made in the same loops, before its own; see `hodu.lower.joined`. `first`
    is the elementwise group that makes its first input, in its loops; see `hodu.lower.firsts`.
    """

    node: Node
    epilogue: tuple[Node, ...] = ()
    number: int = 0
    others: tuple[Group, ...] = ()
    first: Group | None = None

    @property
    def root(self) -> Node:
        """The node whose results get memory."""
        return self.epilogue[-1] if self.epilogue else self.node


def make_groups(snapshot: Snapshot, *, fuse: bool = True, few: bool = False) -> list[Group]:
    """The groups in an order in which every group comes after those it reads.

    Without `fuse` each node is a group. With `few`, layers of one op that end with bytes are to
    share their kernel, also the last one, so that floats after it have loops of their own.
    """
    if fuse:
        grouping = _Grouping(snapshot, few)
        joined = join_groups(grouping.groups(), grouping.kept, grouping.outputs)
        return take_firsts(joined, grouping.kept)
    return [group for node in snapshot.nodes for group in _alone(node)]


def _alone(node: Node) -> list[Group]:
    """The groups of a node that computes nothing but itself."""
    if node.op in SCALAR or node.op in READING:
        return [Group(node, (), i) for i in range(len(node.outputs))]
    return [Group(node)]


class _Grouping:
    def __init__(self, snapshot: Snapshot, few: bool) -> None:
        self.nodes = snapshot.nodes
        self.counts = Counter(node.op for node in self.nodes) if few else Counter[str]()
        self.outputs = set(snapshot.outputs.values())
        self.uses: dict[Value, list[Node]] = {}
        for node in self.nodes:
            for value in {v for v in node.inputs if v is not None}:
                self.uses.setdefault(value, []).append(node)
        self.absorbed: dict[Node, tuple[Node, ...]] = {}
        self.taken: set[Node] = set()
        self.reads: dict[Value, float] = {}
        self.lengths: dict[Value, int] = {}
        self.kept: set[Value] = set(self.outputs)

    def groups(self) -> list[Group]:
        anchors = [n for n in reversed(self.nodes) if n.op in KERNEL and KERNEL[n.op].epilogue]
        # Of two that a sum could follow, such as the ways around a residual block, the one with
        # more work has it: kernels are then the same with a shortcut that computes and without.
        for node in sorted(anchors, key=_work, reverse=True):
            self._absorb(node)
        self._decide()
        order = {node: i for i, node in enumerate(self.nodes)}
        found = [g for n in self.nodes if n not in self.taken for g in self._groups_of(n)]
        return sorted(found, key=lambda g: order[g.root])

    def _groups_of(self, node: Node) -> list[Group]:
        if node.op in SCALAR or node.op in READING:
            return [Group(node, (), i) for i, v in enumerate(node.outputs) if v in self.kept]
        return [Group(node, self.absorbed.get(node, ()))]

    def _absorb(self, node: Node) -> None:
        """Take scalar ops that follow into the epilogue of a node."""
        chain: list[Node] = []
        last = node
        while len(last.outputs) == 1 and last.outputs[0] not in self.outputs:
            value = last.outputs[0]
            users = self.uses.get(value, [])
            if len(users) != 1 or not self._follows(value, users[0]):
                break
            chain.append(last := users[0])
        chain = self._to_bytes(chain, is_shared=self.counts[node.op] > 1)
        if chain:
            self.absorbed[node] = tuple(chain)
            self.taken.update(chain)
            self.kept.add(chain[-1].outputs[0])

    def _follows(self, value: Value, user: Node) -> bool:
        return (
            user.op in SCALAR
            and user not in self.taken
            and user.outputs[0].type.shape == value.type.shape
        )

    def _to_bytes(self, chain: list[Node], *, is_shared: bool) -> list[Node]:
        """A chain up to its last bytes, where what reads the floats after them can compute them."""
        results = [node.outputs[0] for node in chain]
        bytes_ = [i for i, value in enumerate(results) if value.type.dtype in (i8, u8)]
        if not bytes_ or (results[-1] in self.outputs and not is_shared):
            return chain
        users = self.uses.get(results[-1], [])
        inlined = all(user in self.taken or _inlines(user) for user in users)
        return chain[: bytes_[-1] + 1] if inlined else chain

    def _decide(self) -> None:
        """Choose the values with memory, consumers before producers."""
        for node in reversed(self.nodes):
            if node.op not in SCALAR and node.op not in READING:
                self.kept.update(node.outputs)
            elif node in self.taken:
                self.reads[node.outputs[0]] = 1.0
            else:
                self.kept.update(
                    v for v in node.outputs if v not in self.kept and self._needs_memory(node, v)
                )

    def _needs_memory(self, node: Node, value: Value) -> bool:
        is_view = _is_view(node)
        total, length = 0.0, 0
        for user in self.uses.get(value, []):
            if not self._computes_inputs(user, is_view):
                return True
            total += self._times_read(user, value)
            length = max(length, *(self.lengths.get(out, 0) + 1 for out in user.outputs))
        self.reads[value], self.lengths[value] = total, length
        if is_view:  # rather than the view, what it looks into gets memory, if that is no view
            if total > 1.01:
                self.kept.update(
                    v for v in node.inputs
                    if v is not None and not (v.producer is not None and _is_view(v.producer))
                )  # fmt: skip
            return False
        return total > 1.01 or length > _LONGEST

    def _times_read(self, user: Node, value: Value) -> float:
        """How often each element of a value is computed for a user that has no memory for it."""
        if user.op in KERNEL:
            return 1.0 if KERNEL[user.op].inlines else 2.0
        times = max(self._times_for(out, value, user) for out in user.outputs)
        return times * user.inputs.count(value)

    def _times_for(self, out: Value, value: Value, user: Node) -> float:
        inner = 1.0 if out in self.kept or user in self.taken else self.reads.get(out, 1.0)
        return inner * _ratio(out, value)

    def _computes_inputs(self, user: Node, is_view: bool) -> bool:
        """Whether `user` can take an input that has no memory."""
        if user.op in SCALAR or user.op in READING:
            return True
        rule = KERNEL.get(user.op)
        return rule is not None and (rule.inlines or (rule.views and is_view))


def _inlines(node: Node) -> bool:
    return node.op in KERNEL and KERNEL[node.op].inlines


def _is_view(node: Node) -> bool:
    return node.op in READING and READING[node.op].view


def _work(node: Node) -> float:
    """About how many multiplications a product makes: of m x k by k x n, m * k * n."""
    sizes = [
        math.prod(d for d in v.type.shape if isinstance(d, int))
        for v in (*node.inputs[:2], node.outputs[0])
        if v is not None
    ]
    return math.sqrt(math.prod(sizes))


def _ratio(out: Value, value: Value) -> float:
    """How often an element is read for the result of an elementwise op; 1 where unknown."""
    made = [d for d in out.type.shape if isinstance(d, int)]
    given = [d for d in value.type.shape if isinstance(d, int)]
    if len(made) != out.type.rank or len(given) != value.type.rank:
        return 1.0 if out.type.shape == value.type.shape else 2.0
    size = math.prod(given)
    return max(1.0, math.prod(made) / size) if size else 1.0
