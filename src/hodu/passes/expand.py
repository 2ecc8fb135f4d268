"""Composite ops replaced by the ops that they are written in, where there is nothing better."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hodu.dims import Dim, bare_symbol, symbol, symbols
from hodu.dims.atoms import Symbol
from hodu.passes._regions import everywhere
from hodu.passes._rewrite import Keep
from hodu.snapshot.bind_dims import substitute_dims
from hodu.snapshot.infer import trace
from hodu.snapshot.ir import Node, Snapshot, Value, make_node
from hodu.snapshot.prune import prune
from hodu.snapshot.rebuild import Rebuilder, rebuild


def expand(snapshot: Snapshot, keep: Keep) -> Snapshot:
    """The Snapshot without composite nodes for which `keep(node)` is false, in any body.

    Every node that a composite becomes has its location, so that errors still point there.
    """

    def expanded(snapshot: Snapshot) -> Snapshot:
        if all(_stays(node, keep) for node in snapshot.nodes):
            return snapshot
        taken = set(symbols(d for v in snapshot.values() for d in v.type.shape))
        return prune(rebuild(snapshot, lambda n, i, out: _step(n, i, out, keep, taken)))

    return everywhere(snapshot, expanded)


def _stays(node: Node, keep: Keep) -> bool:
    return node.definition.compose is None or keep(node)


def _step(
    node: Node, inputs: Sequence[Value | None], out: Rebuilder, keep: Keep, taken: set[str]
) -> Sequence[Value]:
    if _stays(node, keep):
        return out.copy(node, inputs)
    inner = _distinguished(_written_out(node, inputs), node, taken)
    new: dict[Value, Value] = dict(
        zip(inner.inputs, (v for v in inputs if v is not None), strict=True)
    )
    for value in inner.constant_values:
        new[value] = out.constant(inner.constants[value.name], "c")
    for part in inner.nodes:
        given = [None if v is None else new[v] for v in part.inputs]
        values = _step(_part(part, given, node, inner), given, out, keep, taken)
        new.update(zip(part.outputs, values, strict=True))
    return [new[v] for v in inner.outputs.values()]


def _written_out(node: Node, inputs: Sequence[Value | None]) -> Snapshot:
    """What a composite is written in, as a Snapshot from its inputs to its outputs."""
    types = [None if v is None else v.type for v in inputs]
    builder, results = trace(node.definition, types, node.attrs)
    return builder.finish({f"y{i}": builder.value_of(t) for i, t in enumerate(results)})


def _part(part: Node, given: Sequence[Value | None], whole: Node, inner: Snapshot) -> Node:
    """A node of the composite: a result has the name and the declared type that it had there."""
    results = dict(zip(inner.outputs.values(), whole.outputs, strict=True))
    named = [
        (results[v].name, results[v].type) if v in results else (part.op, v.type)
        for v in part.outputs
    ]
    return make_node(part.op, given, part.attrs, named, whole.loc)


def _distinguished(inner: Snapshot, node: Node, taken: set[str]) -> Snapshot:
    """`inner` with the declared names of data-dependent sizes, or names that are not `taken`."""
    given = symbols(_dims_of(inner.inputs, node))
    own = symbols(d for n in inner.nodes for v in n.outputs for d in v.type.shape)
    env: dict[str, Dim] = {}
    for value, declared in zip(inner.outputs.values(), node.outputs, strict=True):
        for dim, wanted in zip(value.type.shape, declared.type.shape, strict=True):
            sym = bare_symbol(dim)
            if sym is not None and sym.name not in given:
                env[sym.name] = wanted
    for name, sym in own.items():
        if name not in given and name not in env:
            env[name] = _fresh(sym, taken)
    return substitute_dims(inner, env) if env else inner


def _dims_of(inputs: Sequence[Value], node: Node) -> Iterator[Dim]:
    for value in inputs:
        yield from value.type.shape
    for name in node.definition.dim_attrs:
        attr = node.attrs[name]
        yield from attr if isinstance(attr, tuple) else () if attr is None else (attr,)


def _fresh(sym: Symbol, taken: set[str]) -> Dim:
    name, number = sym.name, 0
    while name in taken:
        number += 1
        name = f"{sym.name}_{number}"
    taken.add(name)
    return symbol(name, sym.lo, sym.hi)
