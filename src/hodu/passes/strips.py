"""Layers whose rows depend on few rows of their input, computed strip by strip.

`y = region(x)` becomes strips of rows of `y`, each from the rows of `x` that it takes, so that of
what lies between them only a strip is in memory at a time. Rows at the borders of strips are
computed twice; padding is only where the tensor ends, so that every element is the sum that it was.
(J. Lin et al., "MCUNetV2: Memory-Efficient Patch-based Inference for Tiny Deep Learning", 2021,
with patches as wide as the image.)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from hodu.passes._elementwise import BINARY, TERNARY, UNARY
from hodu.snapshot.ir import Node, Snapshot, Value
from hodu.snapshot.rebuild import Rebuilder, rebuild

_ROWS = 2  # the axis of rows of [batch, channel, row, column]
_PRODUCTS = ("conv", "integer_conv")
_POOLS = ("max_pool", "avg_pool")
ELEMENTWISE = frozenset(
    (*UNARY, *BINARY, *TERNARY, "requantize", "quantize_linear", "dequantize_linear")
)


@dataclass(frozen=True, slots=True)
class Region:
    """Nodes one after the other that make rows of one tensor of rows of another."""

    nodes: tuple[Node, ...]
    source: Value

    @property
    def result(self) -> Value:
        """What the last node makes, which alone is read elsewhere."""
        return self.nodes[-1].outputs[0]

    @property
    def rows(self) -> int:
        """How many rows the result has."""
        return _height(self.result)


def find_regions(snapshot: Snapshot) -> Iterator[Region]:
    """All regions of two nodes or more."""
    constants = frozenset(snapshot.constant_values)
    readers: dict[Value, list[Node]] = {}
    for node in snapshot.nodes:
        for value in node.inputs:
            if value is not None:
                readers.setdefault(value, []).append(node)
    outputs = frozenset(snapshot.outputs.values())
    for start in range(len(snapshot.nodes)):
        nodes: list[Node] = []
        made: set[Value] = set()
        read: set[Value] = set()
        for node in snapshot.nodes[start:]:
            if not _is_local(node, constants):
                break
            nodes.append(node)
            made.update(node.outputs)
            read.update(v for v in node.inputs if v is not None and v not in constants)
            sources, inside = read - made, set(nodes)
            if len(sources) > 1:
                break
            inner = made - set(node.outputs)
            kept = any(v in outputs or set(readers.get(v, ())) - inside for v in inner)
            if len(nodes) > 1 and not kept and _height(node.outputs[0]) > 1:
                yield Region(tuple(nodes), *sources)


def _height(value: Value) -> int:
    size = value.type.shape[_ROWS]
    assert isinstance(size, int)
    return size


def _is_local(node: Node, constants: frozenset[Value]) -> bool:
    """Whether each row of a node's result depends on a window of rows of its inputs."""
    given = [v for v in node.inputs if v is not None]
    moving = [v for v in given if v not in constants]
    if not moving or not all(map(_is_image, (*moving, *node.outputs))):
        return False
    if node.op in _PRODUCTS:
        return moving == given[:1] and _is_bordered(node)
    if node.op in _POOLS:
        return not node.attrs["ceil_mode"] and _is_bordered(node)
    return node.op in ELEMENTWISE and all(
        _height(v) == _height(node.outputs[0])
        if v in moving
        else v.type.rank < 2 or v.type.shape[-2] == 1
        for v in given
    )


def _is_bordered(node: Node) -> bool:
    """Whether a node slides over rows and columns, and no window lies in the padding alone."""
    if len(node.attrs["padding"]) != 4:
        return False
    above, _, below, _ = node.attrs["padding"]
    return max(above, below) < len(_read(node, range(1)))


def _is_image(value: Value) -> bool:
    shape = value.type.shape
    return len(shape) == 4 and all(isinstance(d, int) and d > 0 for d in shape)


def in_strips(snapshot: Snapshot, region: Region, rows: int) -> Snapshot:
    """The Snapshot with a region computed in strips of `rows` rows of its result."""
    inside = frozenset(region.nodes)
    source: list[Value] = []

    def step(node: Node, inputs: list[Value | None], out: Rebuilder) -> Sequence[Value]:
        if node not in inside:
            return out.copy(node, inputs)
        source.extend(
            new
            for old, new in zip(node.inputs, inputs, strict=True)
            if old is region.source and new is not None
        )
        if node is not region.nodes[-1]:
            return node.outputs  # nothing but the region reads them
        return [_joined(region, source[0], rows, out)]

    return rebuild(snapshot, step)


def _joined(region: Region, source: Value, rows: int, out: Rebuilder) -> Value:
    """All strips, each written to its place as soon as it is there."""
    end, last = region.rows, region.nodes[-1]
    whole: Value | None = None
    for start in range(0, end, rows):
        part = range(start, min(start + rows, end))
        strip = _strip(region, source, part, out)
        if whole is None:
            after = (0, 0, end - len(part), 0)
            attrs = {"before": (0,) * 4, "after": after, "mode": "constant", "value": 0}
            (whole,) = out.call("pad", (strip,), attrs, last)
        else:
            attrs = {"start": (0, 0, start, 0), "size": strip.type.shape, "step": (1,) * 4}
            (whole,) = out.call("slice_put", (whole, strip), attrs, last)
    assert whole is not None
    return whole


def _strip(region: Region, source: Value, rows: range, out: Rebuilder) -> Value:
    """Some rows of the result, from those of the source that they take."""
    needed = _needed(region, rows)
    needed[region.source] = range(_height(source))
    made = {region.source: source}
    for node in region.nodes:
        (made[node.outputs[0]],) = _cut(node, needed, made, out)
    return made[region.result]


def _cut(
    node: Node, needed: Mapping[Value, range], made: Mapping[Value, Value], out: Rebuilder
) -> Sequence[Value]:
    """The rows of a node's result that are needed, from those of its inputs that are made."""
    read = _read(node, needed[node.outputs[0]])
    if node.op in _PRODUCTS:  # negative padding leaves rows out, and copies nothing
        first = node.inputs[0]
        assert first is not None
        return out.call(
            node.op,
            (made[first], *node.inputs[1:]),
            {**node.attrs, "padding": _padding(node, read, needed[first])},
            node,
        )
    given, attrs = [], node.attrs
    for value in node.inputs:
        if value is None or value not in made:
            given.append(value)
            continue
        part = _within(read, value)
        given.append(_part(made[value], needed[value], part, node, out))
        if node.op in _POOLS:
            attrs = {**attrs, "padding": _padding(node, read, part)}
    return out.call(node.op, given, attrs, node)


def _padding(node: Node, read: range, has: range) -> tuple[int, ...]:
    """Rows of padding for a node that reads some rows from a tensor with others."""
    _, left, _, right = node.attrs["padding"]
    return (has.start - read.start, left, read.stop - has.stop, right)


def _needed(region: Region, rows: range) -> dict[Value, range]:
    """The rows of each tensor of a region that some rows of its result take."""
    needed = {region.result: rows}
    for node in reversed(region.nodes):
        read = _read(node, needed[node.outputs[0]])
        for value in node.inputs:
            if value is not None and (value is region.source or value.producer in region.nodes):
                part = _within(read, value)
                also = needed.get(value, part)
                needed[value] = range(min(part.start, also.start), max(part.stop, also.stop))
    return needed


def _read(node: Node, rows: range) -> range:
    """The rows of its inputs from which a node makes `rows`, those of its padding too."""
    if "padding" not in node.attrs:
        return rows
    weight = node.inputs[1] if node.op in _PRODUCTS else None
    kernel = node.attrs["kernel_size"][0] if weight is None else _height(weight)
    stride, before = node.attrs["stride"][0], node.attrs["padding"][0]
    reach = (kernel - 1) * node.attrs["dilation"][0]
    return range(rows.start * stride - before, (rows.stop - 1) * stride - before + reach + 1)


def _within(rows: range, value: Value) -> range:
    return range(max(rows.start, 0), min(rows.stop, _height(value)))


def _part(value: Value, has: range, rows: range, like: Node, out: Rebuilder) -> Value:
    """Some rows of a tensor that has others too."""
    if has == rows:
        return value
    batch, channels, _, columns = value.type.shape
    attrs = {
        "start": (0, 0, rows.start - has.start, 0),
        "size": (batch, channels, len(rows), columns),
        "step": (1,) * 4,
    }
    (part,) = out.call("slice", (value,), attrs, like, names=[value.name])
    return part
