"""The interpreter: runs a Snapshot node by node on the ops' NumPy kernels.

It is the meaning of a Snapshot and the oracle for every compiler. Buffers are dropped as soon as
nothing later reads them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hodu.dims import Dim, Sym, bare_symbol, check_size, evaluate, symbols
from hodu.dispatch.compute import kernel
from hodu.dispatch.explain import explain
from hodu.dtypes import FROM_NUMPY
from hodu.errors import DTypeError, HoduError, ShapeError
from hodu.ops._table import Array, OpDef
from hodu.shapes import TensorType, format_shape
from hodu.snapshot.ir import Node, Snapshot, Value, group

Observer = Callable[[Node, tuple[Array, ...], float], None]


@dataclass(slots=True)
class _Step:
    node: Node
    op: OpDef
    inputs: tuple[int | None, ...]
    outputs: tuple[int, ...]
    symbolic: tuple[str, ...]
    free: tuple[int, ...]


class Interpreter:
    """A Snapshot prepared for running: values as slots of a list, dead slots known."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        slots = {value: i for i, value in enumerate(snapshot.values())}
        self._size = len(slots)
        self._constants = [(slots[v], snapshot.constants[v.name]) for v in snapshot.constant_values]
        self._inputs = [slots[v] for v in snapshot.inputs]
        self._outputs = [slots[v] for v in snapshot.outputs.values()]
        self._steps = _steps(snapshot, slots)

    def run(self, arrays: Sequence[Array], observe: Observer | None = None) -> tuple[Array, ...]:
        """The outputs in order, for arrays in the order of the inputs, checked by their types.

        `observe(node, results, seconds)` is called after each node. Errors name the node.
        """
        env: dict[str, int] = {}
        buffers: list[Any] = [None] * self._size
        for value, slot, array in zip(self.snapshot.inputs, self._inputs, arrays, strict=True):
            bind(value, array, env)
            buffers[slot] = array
        for slot, array in self._constants:
            buffers[slot] = array
        for step in self._steps:
            _execute(step, buffers, env, observe)
        return tuple(buffers[slot] for slot in self._outputs)


def interpreter(snapshot: Snapshot) -> Interpreter:
    """The interpreter of `snapshot`, prepared once."""
    found = snapshot.cache.get("interpreter")
    if found is None:
        found = snapshot.cache["interpreter"] = Interpreter(snapshot)
    return found


def _steps(snapshot: Snapshot, slots: Mapping[Value, int]) -> list[_Step]:
    keep = set(snapshot.outputs.values())
    seen: set[Value] = set(keep)
    steps: list[_Step] = []
    for node in reversed(snapshot.nodes):
        touched = [v for v in (*node.inputs, *node.outputs) if v is not None]
        free = [v for v in dict.fromkeys(touched) if v not in seen]
        seen.update(free)
        steps.append(_step(node, slots, tuple(slots[v] for v in free)))
    return steps[::-1]


def _step(node: Node, slots: Mapping[Value, int], free: tuple[int, ...]) -> _Step:
    inputs = tuple(None if v is None else slots[v] for v in node.inputs)
    symbolic = tuple(name for name, value in node.attrs.items() if _is_symbolic(value))
    outputs = tuple(slots[v] for v in node.outputs)
    return _Step(node, node.definition, inputs, outputs, symbolic, free)


def _is_symbolic(value: Any) -> bool:
    return isinstance(value, Sym) or (
        isinstance(value, tuple) and any(isinstance(v, Sym) for v in value)
    )


def _execute(
    step: _Step, buffers: list[Any], env: dict[str, int], observe: Observer | None
) -> None:
    node = step.node
    flat = [None if i is None else buffers[i] for i in step.inputs]
    attrs: Mapping[str, Any] = node.attrs
    if step.symbolic:
        attrs = {k: _resolve(v, env) if k in step.symbolic else v for k, v in attrs.items()}
    start = time.perf_counter()
    try:
        results = kernel(step.op, group(step.op.schema, flat), attrs)
    except HoduError as error:
        error.where = node.loc or error.where
        raise
    except Exception as error:
        raise explain(step.op, group(step.op.schema, flat), attrs, error, node.loc) from error
    if observe is not None:
        observe(node, results, time.perf_counter() - start)
    for slot, value, array in zip(step.outputs, node.outputs, results, strict=True):
        buffers[slot] = array
        if value.type.shape != array.shape:
            bind(value, array, env, node.loc)
    for slot in step.free:
        buffers[slot] = None


def _resolve(value: Any, env: Mapping[str, int]) -> Any:
    return (
        tuple(evaluate(v, env) for v in value) if isinstance(value, tuple) else evaluate(value, env)
    )


def bind(value: Value, array: Array, env: dict[str, int], where: str | None = None) -> None:
    """Check an array against the type of `value` and bind the symbols of its shape in `env`."""
    shown = f"{'input ' if value.producer is None else ''}{value.name!r}"
    bind_type(shown, value.type, array, env, where)


def bind_type(
    shown: str, type_: TensorType, array: Array, env: dict[str, int], where: str | None = None
) -> None:
    """Check an array, named `shown`, against a type and bind the symbols of its shape in `env`.

    Raises DTypeError or ShapeError.
    """
    actual = TensorType(array.shape, FROM_NUMPY[array.dtype])
    if actual.dtype is not type_.dtype:
        raise DTypeError(f"{shown} is {actual.dtype}, the model expects {type_.dtype}", where=where)
    if actual.rank != type_.rank or not all(
        _bind_dim(dim, size, env) for dim, size in zip(type_.shape, array.shape, strict=True)
    ):
        expected = format_shape(_known(d, env) for d in type_.shape)
        raise ShapeError(
            f"{shown} has shape {format_shape(array.shape)}, the model expects {expected}",
            where=where,
        )


def _bind_dim(dim: Dim, size: int, env: dict[str, int]) -> bool:
    if isinstance(dim, int):
        return dim == size
    symbol = bare_symbol(dim)
    if symbol is not None:
        if symbol.name not in env:
            check_size(symbol, size)
        return env.setdefault(symbol.name, size) == size
    return any(s not in env for s in symbols((dim,))) or evaluate(dim, env) == size


def _known(dim: Dim, env: Mapping[str, int]) -> Dim:
    return dim if any(s not in env for s in symbols((dim,))) else evaluate(dim, env)
