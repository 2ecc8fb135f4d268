"""Sizes that depend on the data: where they are kept, and how large they can become."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hodu.dims import Dim, Quotient, Sym, Symbol, bare_symbol, bounds, substitute, symbol
from hodu.dtypes import i64
from hodu.errors import UnsupportedError
from hodu.kernel.expr import INDEX, Const, Expr, index
from hodu.lower.program import Place
from hodu.shapes import Shape

if TYPE_CHECKING:
    from hodu.lower.lowering import Lowering
    from hodu.lower.stage import Stage


@dataclass(frozen=True, slots=True)
class Size:
    """A size known at run time: the i64 where it is kept, and the greatest it can be."""

    place: Place
    capacity: int


class Sizes:
    """The sizes of one program by the name of their symbol."""

    def __init__(self, lowering: Lowering) -> None:
        self._lowering = lowering
        self._known: dict[str, Size] = {}

    def declare(self, dim: Dim, capacity: int) -> Place | None:
        """A place for a size that a kernel is about to find out; None if it is a number."""
        atom = bare_symbol(dim)
        if atom is None:
            return None
        if atom.name not in self._known:
            slot = self._lowering.new_slot(f"size_{atom.name}", i64, 1, "arena")
            self._known[atom.name] = Size(Place(slot), capacity)
        return self._known[atom.name].place

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
        key = ("size", atom.name)
        found = stage.k.recall(key)
        if found is None:
            size = self._known[atom.name]
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
