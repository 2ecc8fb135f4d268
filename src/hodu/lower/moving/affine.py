"""How inputs lie in memory, for kernels that read them with strides: also views, without a copy."""

from __future__ import annotations

import math
from dataclasses import dataclass

from hodu.kernel.expr import Expr, index
from hodu.lower.index import ZERO, dense_strides, flat
from hodu.lower.moving.regular import find_regular
from hodu.lower.program import Place
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


def view_of(s: Stage, number: int) -> View:
    """Where an input lies; one that is neither in memory nor strided is copied to scratch first."""
    value = s.node.inputs[number]
    assert value is not None
    shape = value.type.shape
    storage = s.lowering.storage.get(value)
    if storage is not None:
        return View(storage.place, ZERO, dense_strides(s.extents(shape)), shape)
    found = find_regular(s.lowering, value)
    if found is None:
        return _copied(s, value)
    return View(found.place, index(found.base), tuple(map(index, found.strides)), shape)


def _copied(s: Stage, value: Value) -> View:
    """The value in memory of its own, filled by a kernel before this one."""
    shape = value.type.shape
    size = math.prod(s.lowering.sizes.capacity(shape))
    place = Place(s.lowering.new_slot(value.name, value.type.dtype, size, "arena"))
    copy = Stage(s.lowering, s.node)
    extents = copy.extents(shape)
    with copy.k.loops(extents, kind="parallel") as position:
        element = copy.value(value, position)
        copy.k.store(copy.param(place, "out"), flat(position, extents), element)
    copy.finish()
    return View(place, ZERO, dense_strides(s.extents(shape)), shape)
