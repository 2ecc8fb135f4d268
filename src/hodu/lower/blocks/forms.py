"""The forms in which a value lies in memory: row-major, in blocks of channels, or both.

A kernel asks for the form that it reads; where there is none yet, one is made by a copy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from hodu.kernel.algebra import constant
from hodu.kernel.expr import Expr, index
from hodu.kernel.narrow import computed
from hodu.lower.blocks.layout import Blocked
from hodu.lower.program import Place
from hodu.lower.stage import Stage
from hodu.lower.storage import Storage
from hodu.ops._table import Array
from hodu.snapshot.ir import Value

if TYPE_CHECKING:
    from hodu.lower.lowering import Lowering


class Forms:
    """The forms of the values of one program.

    `borders` are those that values should have in blocks; `pieces` says of a value which joined one
    it is best computed in, and from which channel on. Both have the same border.
    """

    def __init__(self, lowering: Lowering) -> None:
        self._lowering = lowering
        self._known: dict[Value, tuple[Storage, ...]] = {}
        self.borders: dict[Value, Blocked] = {}
        self.pieces: dict[Value, tuple[Value, int]] = {}

    def mark(self) -> Callable[[], None]:
        """What forgets the forms that are made from now on."""
        known = dict(self._known)

        def restore() -> None:
            self._known = known

        return restore

    def give_blocked(self, value: Value, layout: Blocked) -> Storage:
        """Memory in blocks for a value that is about to be computed, with a zero border."""
        wanted = self.borders.get(value)
        if wanted is not None and wanted.lanes == layout.lanes:
            layout = layout.joined(wanted)
        storage = self._in_join(value, layout) if value in self.pieces else None
        storage = storage or self._lowering.storage.get(value) or self._memory(value, layout)
        self._lowering.storage[value] = storage
        return storage

    def _in_join(self, value: Value, layout: Blocked) -> Storage:
        """The place of a piece in the memory of the joined value."""
        whole, channel = self.pieces[value]
        place = self.give_blocked(whole, layout).place
        shape = tuple(self._lowering.sizes.capacity(whole.type.shape))
        offset = place.offset + layout.strides(shape)[1] * (channel // layout.lanes)
        return Storage(Place(place.slot, offset), value.type.shape, layout)

    def use_dense(self, value: Value) -> None:
        """Let the kernels that follow read a value row-major."""
        self._use(value, None)

    def use_blocked(self, value: Value, layout: Blocked) -> Storage:
        """Let the kernels that follow read a value in blocks with at least the layout's border."""
        return self._use(value, layout)

    def _use(self, value: Value, layout: Blocked | None) -> Storage:
        lowering = self._lowering
        now = lowering.storage[value]
        found = next((s for s in (now, *self._known.get(value, ())) if _fits(s, layout)), None)
        if found is None:
            found = self._converted(value, layout)
        self._known[value] = (*self._known.get(value, ()), now, found)
        lowering.storage[value] = found
        return found

    def _memory(self, value: Value, layout: Blocked | None) -> Storage:
        lowering = self._lowering
        shape = tuple(lowering.sizes.capacity(value.type.shape))
        size = int(np.prod(shape)) if layout is None else layout.size(shape)
        slot = lowering.new_slot(value.name, value.type.dtype, size, "arena")
        storage = Storage(Place(slot), value.type.shape, layout)
        if layout is not None and layout.has_border:
            _clear_border(lowering.bare_stage("border"), storage)
        return storage

    def _converted(self, value: Value, layout: Blocked | None) -> Storage:
        data = self._lowering.constant_data(value)
        if data is not None and layout is not None:
            place = self._lowering.new_constant(value.name, pack_blocked(data, layout))
            return Storage(place, value.type.shape, layout)
        storage = self._memory(value, layout)
        copy_form(self._lowering, self._lowering.storage[value], storage)
        return storage


def _fits(storage: Storage, layout: Blocked | None) -> bool:
    if layout is None or storage.layout is None:
        return storage.layout is layout
    return storage.layout.covers(layout)


def pack_blocked(data: Array, layout: Blocked) -> Array:
    """A tensor [n, c, *spatial] as it lies in memory under a layout."""
    blocks = layout.blocks(data.shape)
    sides = zip(layout.before, layout.after, strict=True)
    widths = [(0, 0), (0, blocks * layout.lanes - data.shape[1]), *sides]
    padded = np.pad(data, widths, constant_values=layout.fill)
    split = padded.reshape(data.shape[0], blocks, layout.lanes, *padded.shape[2:])
    return np.moveaxis(split, 2, -1)


def copy_form(lowering: Lowering, source: Storage, target: Storage) -> None:
    """Add a kernel that copies a tensor from one form of memory to another."""
    s = lowering.bare_stage("layout")
    shape = [d.__index__() for d in target.shape]
    x = s.param(source.place, "in")
    y = s.param(target.place, "out")
    extents = s.extents(target.shape)
    lanes = max(f.layout.lanes if f.layout else 1 for f in (source, target))
    blocks = (index(shape[0]), index(-(-shape[1] // lanes)))
    with s.k.loops(blocks, kind="parallel") as (item, block):
        count = (index(shape[1]) - block * lanes).min(lanes)
        with s.k.loops(extents[2:]) as spatial, s.k.loop(count, name="c") as c:
            at = (item, block * lanes + c, *spatial)
            element = s.k.load(x, source.position(at, extents))
            s.k.store(y, target.position(at, extents), element)
    s.finish()


def _clear_border(s: Stage, storage: Storage) -> None:
    """Add a kernel that stores what stands for zero around the spatial axes."""
    layout, shape = storage.layout, [d.__index__() for d in storage.shape]
    assert layout is not None
    y = s.param(storage.place, "out", "y")
    zero = constant(layout.fill, computed(y.dtype), layout.lanes)
    sizes, steps = layout.spatial(shape), layout.strides(shape)[1:]
    with s.k.loop(shape[0] * layout.blocks(shape), kind="parallel", name="plane") as plane:
        _clear_axis(s, storage, sizes, plane * steps[0], steps[1:], zero)
    s.finish()


def _clear_axis(
    s: Stage,
    storage: Storage,
    sizes: tuple[int, ...],
    start: Expr,
    steps: tuple[int, ...],
    zero: Expr,
) -> None:
    """Clear the border of the first axis, and of the other ones between its sides."""
    layout = storage.layout
    assert layout is not None
    y = s.param(storage.place, "out", "y")
    axis = len(layout.before) - len(sizes)
    before, after = layout.before[axis], sizes[0] - layout.after[axis]
    for lo, hi in ((0, before), (after, sizes[0])):
        with s.k.loop(hi * steps[0], lo * steps[0], step=layout.lanes) as i:
            s.k.store(y, start + i, zero)
    if len(sizes) > 1 and any((*layout.before[axis + 1 :], *layout.after[axis + 1 :])):
        with s.k.loop(after, before) as i:
            _clear_axis(s, storage, sizes[1:], start + i * steps[0], steps[1:], zero)
