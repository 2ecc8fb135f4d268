"""The JSON of a Snapshot in a `.hdss` file.

    file     {"format": "hdss", "version": [1, 0], "by": text, "graph": graph}
    graph    {"name", "symbols": [[name, low, high or null]], "inputs": [value],
              "constants": [[name, tensor]], "states": {input name: tensor}, "nodes": [node],
              "outputs": [[name, number]], "aliases": {output: input}, "metadata": {text: text}}
    node     {"op", "inputs": [number or null], "outputs": [value], "attrs": {name: attr}, "loc"}
    value    [name, dtype, [dim]]
    dim      integer | symbol name | [[factor, atom, ...], ...]: a sum of products
    atom     symbol name | ["//" or "max" or "min", dim, dim]
    attr     null | true | false | integer | float | text | [attr] | {"float": "nan"}
             | {"dtype": name} | {"dim": dim} | {"snapshot": graph}

Values are used by number: inputs, constants and results of nodes, counted in this order. Tensors
are named as in the safetensors header, which gives their dtypes and shapes.
"""

from __future__ import annotations

from typing import Any

import msgspec

from hodu.formats._stamp import Stamp


class SymbolRecord(msgspec.Struct, array_like=True):
    """A named dimension and its bounds."""

    name: str
    low: int
    high: int | None


class ValueRecord(msgspec.Struct, array_like=True):
    """A value: its name and type."""

    name: str
    dtype: str
    shape: list[int | str | list[Any]]


class NodeRecord(msgspec.Struct, omit_defaults=True):
    """A call of an op."""

    op: str
    inputs: list[int | None] = []
    outputs: list[ValueRecord] = []
    attrs: dict[str, Any] = {}
    loc: str | None = None


class GraphRecord(msgspec.Struct):
    """A Snapshot."""

    name: str
    symbols: list[SymbolRecord]
    inputs: list[ValueRecord]
    constants: list[tuple[str, str]]
    states: dict[str, str]
    nodes: list[NodeRecord]
    outputs: list[tuple[str, int]]
    aliases: dict[str, str]
    metadata: dict[str, str]


class File(Stamp, kw_only=True):
    """The whole."""

    graph: GraphRecord
