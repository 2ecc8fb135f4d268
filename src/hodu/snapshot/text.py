"""The text form of a Snapshot, printed; `hodu.snapshot.parse` reads it back.

    snapshot "relu" {
      symbol N in [1, 64]
      input %x: f32[N, 3]
      const %w: f32[3, 2] = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]
      %0: f32[N, 2] = matmul(%x, %w)
      %1: f32[N, 2] = relu(%0) @ "model.py:12"
      output "y" = %1
    }

Grammar (names that are no identifiers are quoted as in JSON):
    snapshot = "snapshot" string "{" line* "}"
    line     = "symbol" name "in" "[" int "," (int | "inf") "]"
             | ("input" | "state" | "const") value [ "=" data ]
             | value ("," value)* "=" op "(" [ref ("," ref)*] ")" [ "{" attr ("," attr)* "}" ]
               [ "@" string ]
             | "output" string "=" ref | "alias" string "->" string | "metadata" string "=" string
    value    = ref ":" dtype "[" [dim ("," dim)*] "]"
    ref      = "%" name | "none"
    data     = nested lists of numbers | "..."          (elided: the reader must be given it)
    attr     = name "=" (none | true | false | int | float | string | dtype | "<" dim ">"
               | "[" ... "]" | snapshot)
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from hodu.dims import Sym, Symbol, symbols
from hodu.dtypes import FROM_NUMPY, DType, bool_
from hodu.ops._table import Array
from hodu.snapshot.ir import Node, Snapshot, Value

_PLAIN = re.compile(r"[A-Za-z0-9_.]+")


def print_snapshot(snapshot: Snapshot, *, inline: int | None = 16, locations: bool = False) -> str:
    """The text of `snapshot`.

    Constants of more than `inline` elements are elided (None: none are); `locations` adds where
    each node came from.
    """
    return "\n".join(_lines(snapshot, inline, locations)) + "\n"


def _lines(snapshot: Snapshot, inline: int | None, locations: bool) -> Iterator[str]:
    yield f"snapshot {json.dumps(snapshot.name)} {{"
    for line in _body(snapshot, inline, locations):
        yield f"  {line}"
    yield "}"


def _body(snapshot: Snapshot, inline: int | None, locations: bool) -> Iterator[str]:
    for symbol in symbols(d for v in snapshot.values() for d in v.type.shape).values():
        if (symbol.lo, symbol.hi) != (1, None):
            yield _symbol(symbol)
    for value in snapshot.inputs:
        if value.name in snapshot.states:
            yield f"state {_declare(value)} = {_data(snapshot.states[value.name], inline)}"
        else:
            yield f"input {_declare(value)}"
    for value in snapshot.constant_values:
        yield f"const {_declare(value)} = {_data(snapshot.constants[value.name], inline)}"
    for node in snapshot.nodes:
        yield from _node(node, inline, locations)
    for name, value in snapshot.outputs.items():
        yield f"output {json.dumps(name)} = {ref(value)}"
    for output, name in snapshot.aliases.items():
        yield f"alias {json.dumps(output)} -> {json.dumps(name)}"
    for key, text in snapshot.metadata.items():
        yield f"metadata {json.dumps(key)} = {json.dumps(text)}"


def _symbol(symbol: Symbol) -> str:
    return f"symbol {symbol.name} in [{symbol.lo}, {'inf' if symbol.hi is None else symbol.hi}]"


def ref(value: Value | None) -> str:
    """A use of a value."""
    if value is None:
        return "none"
    plain = _PLAIN.fullmatch(value.name)
    return f"%{value.name if plain else json.dumps(value.name)}"


def _declare(value: Value) -> str:
    return f"{ref(value)}: {value.type}"


def _node(node: Node, inline: int | None, locations: bool) -> Iterator[str]:
    outputs = ", ".join(map(_declare, node.outputs))
    text = f"{outputs} = {node.op}({', '.join(map(ref, node.inputs))})"
    attrs = [f"{name}={_attr(v, inline, locations)}" for name, v in node.attrs.items()]
    if attrs:
        text += f" {{{', '.join(attrs)}}}"
    if locations and node.loc:
        text += f" @ {json.dumps(node.loc)}"
    yield from text.split("\n")


def _attr(value: Any, inline: int | None, locations: bool) -> str:
    if isinstance(value, (tuple, list)):
        return f"[{', '.join(_attr(v, inline, locations) for v in value)}]"
    if isinstance(value, Snapshot):
        return "\n".join(_lines(value, inline, locations))
    if isinstance(value, Sym):
        return f"<{value}>"
    if value is None or isinstance(value, bool):
        return {None: "none", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return json.dumps(value)
    return str(value) if isinstance(value, (DType, int)) else repr(float(value))


def _data(array: Array, inline: int | None) -> str:
    if inline is not None and array.size > inline:
        return "..."
    return _nested(array)


def _nested(array: Array) -> str:
    if array.ndim:
        return f"[{', '.join(map(_nested, array))}]"
    dtype = FROM_NUMPY[array.dtype]
    if dtype is bool_:
        return "true" if array else "false"
    if dtype.is_integer:
        return str(int(array))
    if dtype.name in ("f32", "f16"):
        return str(np.asarray(array)[()])
    return repr(float(array))
