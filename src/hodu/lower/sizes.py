"""Sizes that depend on the data: where they are kept, and how large they can become."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from hodu.dims import Dim, Quotient, Sym, Symbol, bare_symbol, bounds, substitute, symbol
from hodu.dtypes import i64
from hodu.errors import UnsupportedError
from hodu.kernel.expr import INDEX, Const, Expr, index
from hodu.lower import status
from hodu.lower.program import Place
from hodu.lower.rules import CAPACITY
from hodu.shapes import Shape

if TYPE_CHECKING:
    from hodu.lower.lowering import Lowering
    from hodu.lower.stage import Stage
    from hodu.snapshot.ir import Node, Snapshot, Value

Scope: TypeAlias = "dict[str, Size]"


@dataclass(frozen=True, slots=True)
class Size:
    """A size known at run time: the i64 where it is kept, and the greatest it can be.

    A size that is a dimension outside of the body of a loop or branch is computed from those that
    are known there.
    """

    capacity: int
    place: Place | None = None
    outer: tuple[Scope, Dim] | None = None


class Sizes:
    """The sizes of one program by the name of their symbol."""

    def __init__(self, lowering: Lowering) -> None:
        self._lowering = lowering
        self._known: Scope = {}
        self._found: dict[Node, set[Dim]] = {}

    def declare_block(self, snapshot: Snapshot) -> None:
        """Declare the sizes that the nodes of a Snapshot find out."""
        for node in snapshot.nodes:
            if node.op == "cond":
                self._declare_joined(node)
            elif node.op in CAPACITY:
                self._declare_found(node)

    def _declare_found(self, node: Node) -> None:
        dims = [d for v in node.outputs for d in v.type.shape if isinstance(d, Sym)]
        if not dims:
            return
        capacity = CAPACITY[node.op](node, self.capacity)
        for dim in dims:
            self._declare(node, dim, capacity)

    def _declare_joined(self, node: Node) -> None:
        """Declare the sizes in which the branches of a `cond` differ."""
        operands = [v for v in node.inputs[1:] if v is not None]
        sizes = []
        for branch in (node.attrs["then_branch"], node.attrs["else_branch"]):
            before = self.enter(branch, operands)
            sizes.append([self.capacity(v.type.shape) for v in branch.outputs.values()])
            self.leave(before)
        for value, then, orelse in zip(node.outputs, *sizes, strict=True):
            for dim, a, b in zip(value.type.shape, then, orelse, strict=True):
                self._declare(node, dim, max(a, b))

    def _declare(self, node: Node, dim: Dim, capacity: int) -> None:
        """Make memory for a size that a node finds out, unless it is known already."""
        atom = bare_symbol(dim)
        if atom is None or atom.name in self._known:
            return
        slot = self._lowering.new_slot(f"size_{atom.name}", i64, 1, "arena")
        self._known[atom.name] = Size(capacity, Place(slot))
        self._found.setdefault(node, set()).add(dim)

    def found_by(self, node: Node) -> dict[Dim, Place]:
        """Where the sizes are kept that a node finds out."""
        found: dict[Dim, Place] = {}
        for dim in self._found.get(node, ()):
            atom = bare_symbol(dim)
            place = None if atom is None else self._known[atom.name].place
            if place is not None:
                found[dim] = place
        return found

    def store(self, stage: Stage, dim: Dim, count: Expr, hint: str) -> None:
        """Store what the kernel of a node found out to be the size `dim`.

        Leaves with an error where it was known before, from a declared shape or another node, to
        be something else, and where the memory that was planned is too small.
        """
        what = f"{stage.node.op}() found {{0}} elements"
        place = self.found_by(stage.node).get(dim)
        if place is None:
            known = self.extent(stage, dim)
            text = f"{what}, the model says that it finds {{1}}"
            stage.fail(count.ne(known), status.SHAPE, text, count, known)
            return
        (capacity,) = self.capacity((dim,))
        text = f"{what}, there is memory for {{1}}"
        room = Const(capacity, INDEX)
        stage.fail(count > room, status.VALUE, text, count, room, hint=hint)
        stage.k.store(stage.param(place, "out"), 0, count.cast(i64))

    def enter(self, body: Snapshot, operands: Sequence[Value]) -> Scope:
        """Begin the body of a loop or branch, whose inputs have the sizes of its operands.

        Returns what `leave` takes. The symbols of a body are its own, whatever their names.
        """
        names: Scope = {}
        for value, operand in zip(body.inputs, operands, strict=True):
            for dim, size in zip(value.type.shape, operand.type.shape, strict=True):
                atom = bare_symbol(dim)
                if atom is not None:
                    names.setdefault(atom.name, self._inner(size))
        before, self._known = self._known, names
        self.declare_block(body)
        return before

    def leave(self, before: Scope) -> None:
        """End the body of a loop or branch."""
        self._known = before

    def _inner(self, dim: Dim) -> Size:
        (capacity,) = self.capacity((dim,))
        return Size(capacity, outer=(self._known, dim))

    def capacity(self, shape: Shape) -> tuple[int, ...]:
        """The greatest sizes; raises UnsupportedError for one without a bound."""
        return tuple(self._greatest(d) for d in shape)

    def _greatest(self, dim: Dim) -> int:
        if isinstance(dim, int):
            return dim
        known = {n: symbol(n, 0, size.capacity) for n, size in self._known.items()}
        high = bounds(substitute(dim, known))[1]
        if high is None:
            raise UnsupportedError(
                f"the size {dim} has no upper bound, so that no memory can be planned for it",
                hint="give the named dimensions of the model sizes: --dim name=4",
            )
        return max(high, 0)

    def extent(self, stage: Stage, dim: Dim) -> Expr:
        """A size as an expression in a kernel."""
        if isinstance(dim, int):
            return Const(dim, INDEX)
        total: Expr = Const(0, INDEX)
        for monomial, factor in dim.terms:
            term: Expr = Const(factor, INDEX)
            for atom in monomial:
                term = term * self._atom(stage, atom)
            total = total + term
        return total

    def _atom(self, stage: Stage, atom: Symbol | Quotient) -> Expr:
        if isinstance(atom, Quotient):
            a, b = self.extent(stage, atom.a), self.extent(stage, atom.b)
            if atom.op == "//":
                return a // b
            return a.max(b) if atom.op == "max" else a.min(b)
        size = self._known[atom.name]
        if size.outer is not None:
            before, (self._known, dim) = self._known, size.outer
            value = self.extent(stage, dim)
            self._known = before
            return value
        assert size.place is not None
        key = ("size", size.place)
        found = stage.k.recall(key)
        if found is None:
            loaded = stage.k.load(stage.param(size.place, "in", f"size_{atom.name}"))
            found = stage.k.let(loaded.cast(INDEX), atom.name, (0, size.capacity))
            stage.k.remember(key, found)
        return found

    def store_shapes(self, shapes: Sequence[Shape]) -> None:
        """Add a kernel that stores the sizes of all outputs, if some depend on the data."""
        if not any(isinstance(d, Sym) for shape in shapes for d in shape):
            return
        dims = [d for shape in shapes for d in shape]
        slot = self._lowering.new_slot("shapes", i64, len(dims), "shapes")
        stage = self._lowering.bare_stage("shapes")
        target = stage.param(Place(slot), "out", "shapes")
        for i, dim in enumerate(dims):
            stage.k.store(target, index(i), self.extent(stage, dim).cast(i64))
        stage.finish()
