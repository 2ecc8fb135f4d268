"""How values lie in memory: an offset and a stride for every axis, also of views.

The chain of views is evaluated on positions that are variables; the position in memory that comes
out is then taken apart into a sum of axes times strides.
"""

from __future__ import annotations

from dataclasses import dataclass

from hodu.kernel.expr import INDEX, Binary, Const, Expr, Load, Var, index
from hodu.kernel.ir import Fail
from hodu.kernel.walk import all_expressions, statements
from hodu.lower.index import ZERO, Index, dense_strides, dot, flat
from hodu.lower.point import CannotVectorizeError
from hodu.lower.program import Place
from hodu.lower.rules import READING
from hodu.lower.stage import Stage
from hodu.shapes import Shape
from hodu.snapshot.ir import Value


@dataclass(frozen=True, slots=True)
class View:
    """A tensor of `shape` in memory: an element lies at `offset` plus positions times `strides`."""

    place: Place
    offset: Expr
    strides: tuple[Expr, ...]
    shape: Shape

    def at(self, position: Index) -> Expr:
        """The flat position of an element; an axis of size 1 takes any position."""
        used = [ZERO if d == 1 else i for i, d in zip(position, self.shape, strict=True)]
        return self.offset + dot(used, self.strides)


def view_of(s: Stage, number: int) -> View:
    """Where an input lies; one that is neither in memory nor strided is copied to scratch first."""
    value = s.node.inputs[number]
    assert value is not None
    return find_view(s, value) or _copied(s, value)


def find_view(s: Stage, value: Value) -> View | None:
    """The strides of a value in memory or of a view of one, None where there are none."""
    storage = s.lowering.storage.get(value)
    shape = value.type.shape
    if storage is not None:
        return View(storage.place, ZERO, dense_strides(s.extents(shape)), shape)
    if not _is_view(s, value) or not all(isinstance(d, int) for d in shape):
        return None
    return _probe(s, value)


def _is_view(s: Stage, value: Value) -> bool:
    """Whether only ops that move elements lie between a value and one in memory."""
    while value not in s.lowering.storage:
        node = value.producer
        if node is None or node.op not in READING or not READING[node.op].view:
            return False
        source = node.inputs[0]
        if source is None or sum(v is not None for v in node.inputs) != 1:
            return False
        value = source
    return True


def _probe(s: Stage, value: Value) -> View | None:
    axes = [
        Var(f"axis{i}", INDEX, 1, (0, int(d) - 1)) if isinstance(d, int) and d > 1 else ZERO
        for i, d in enumerate(value.type.shape)
    ]
    trial = Stage(s.lowering, s.node)
    try:
        trial.value(value, tuple(axes))
    except CannotVectorizeError:
        return None
    body = trial.k.finish().body
    loads = {x for x in all_expressions(body) if isinstance(x, Load)}
    if len(loads) != 1 or any(isinstance(stmt, Fail) for stmt in statements(body)):
        return None
    (load,) = loads
    source = next(p for p, buf in trial.places() if buf is load.buf)
    found = _linear(load.index)
    if found is None or any(v not in axes for v in found if v is not None):
        return None
    strides = tuple(index(found.get(a, 0) if isinstance(a, Var) else 0) for a in axes)
    return View(source, index(found.get(None, 0)), strides, value.type.shape)


def _linear(x: Expr) -> dict[Var | None, int] | None:
    """A position as factors of variables, and of None for the constant part."""
    match x:
        case Const(value=value):
            return {None: int(value)}
        case Var():
            return {x: 1}
        case Binary(op="add" | "sub" as op, a=a, b=b):
            left, right = _linear(a), _linear(b)
            if left is None or right is None:
                return None
            sign = 1 if op == "add" else -1
            keys = left.keys() | right.keys()
            return {v: left.get(v, 0) + sign * right.get(v, 0) for v in keys}
        case Binary(op="mul", a=a, b=Const(value=factor)):
            inner = _linear(a)
            return None if inner is None else {v: n * int(factor) for v, n in inner.items()}
    return None


def _copied(s: Stage, value: Value) -> View:
    """The value in memory of its own, filled by a kernel before this one."""
    shape = value.type.shape
    size = 1
    for extent in s.lowering.sizes.capacity(shape):
        size *= extent
    place = Place(s.lowering.new_slot(value.name, value.type.dtype, size, "arena"))
    copy = Stage(s.lowering, s.node)
    extents = copy.extents(shape)
    with copy.k.loops(extents, kind="parallel") as position:
        element = copy.value(value, position)
        copy.k.store(copy.param(place, "out"), flat(position, extents), element)
    copy.finish()
    return View(place, ZERO, dense_strides(s.extents(shape)), shape)
