"""Reading the text form of a Snapshot (the grammar stands in `hodu.snapshot.text`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import numpy as np

from hodu.dims import Dim, Symbol, parse_dim
from hodu.dtypes import as_dtype
from hodu.errors import FormatError, HoduError
from hodu.ops._table import REGISTRY, Array
from hodu.shapes import TensorType
from hodu.snapshot.ir import Node, Snapshot, Value, make_node
from hodu.snapshot.tokens import Tokens
from hodu.snapshot.verify import unknown_op, verify

_DEPTH = 64
_T = TypeVar("_T")


def parse_snapshot(text: str, constants: Mapping[str, Array] | None = None) -> Snapshot:
    """The Snapshot that `text` describes, verified.

    `constants` gives the data of elided constants and states by name. Raises FormatError with
    the line, VerifyError if the graph is not well formed.
    """
    parser = _Parser(text, constants or {})
    snapshot = parser.snapshot()
    parser.end()
    return verify(snapshot)


class _Parser(Tokens):
    def __init__(self, text: str, constants: Mapping[str, Array]) -> None:
        super().__init__(text)
        self.given = constants
        self.depth = 0

    # -- the snapshot -----------------------------------------------------------------------

    def snapshot(self) -> Snapshot:
        self.depth += 1
        if self.depth > _DEPTH:
            self.fail("snapshots are nested too deeply")
        self.expect("snapshot")
        scope = _Scope(self.string())
        self.expect("{")
        while not self.accept("}"):
            self.line(scope)
        self.depth -= 1
        return scope.snapshot()

    def line(self, scope: _Scope) -> None:
        keyword = self.token if self.kind == "name" else ""
        handler = {
            "symbol": self.symbol,
            "input": self.input,
            "state": self.state,
            "const": self.const,
            "output": self.output,
            "alias": self.alias,
            "metadata": self.metadata,
        }.get(keyword)
        if handler is None:
            return self.node(scope)
        self.advance()
        return handler(scope)

    def symbol(self, scope: _Scope) -> None:
        name = self.take("name")
        self.expect("in")
        self.expect("[")
        low = self.integer()
        self.expect(",")
        high = None if self.accept("inf") else self.integer()
        self.expect("]")
        scope.symbols[name] = Symbol(name, low, high)

    def input(self, scope: _Scope) -> None:
        scope.inputs.append(scope.define(*self.declaration(scope)))

    def state(self, scope: _Scope) -> None:
        value = scope.define(*self.declaration(scope))
        self.expect("=")
        scope.inputs.append(value)
        scope.states[value.name] = self.data(value)

    def const(self, scope: _Scope) -> None:
        value = scope.define(*self.declaration(scope))
        self.expect("=")
        scope.constants[value.name] = self.data(value)
        scope.constant_values.append(value)

    def output(self, scope: _Scope) -> None:
        name = self.string()
        self.expect("=")
        value = self.ref(scope)
        if value is None:
            self.fail("an output cannot be none")
        scope.outputs[name] = value

    def alias(self, scope: _Scope) -> None:
        name = self.string()
        self.expect("->")
        scope.aliases[name] = self.string()

    def metadata(self, scope: _Scope) -> None:
        key = self.string()
        self.expect("=")
        scope.metadata[key] = self.string()

    # -- values and nodes -------------------------------------------------------------------

    def name(self) -> str:
        self.expect("%")
        if self.kind == "string":
            return self.string()
        return self.take("number" if self.kind == "number" else "name")

    def declaration(self, scope: _Scope) -> tuple[str, TensorType]:
        name = self.name()
        self.expect(":")
        dtype = self.wrapped(as_dtype, self.take("name"))
        self.expect("[")
        dims = self.listed(lambda: self.dim(scope), "]")
        return name, TensorType(tuple(dims), dtype)

    def dim(self, scope: _Scope) -> Dim:
        """A dimension: everything up to the next comma or bracket of its own depth."""
        start = self.position - len(self.token)
        depth = 0
        while self.kind != "end" and (depth or self.token not in (",", "]")):
            depth += {"(": 1, ")": -1}.get(self.token, 0)
            self.advance()
        text = self.text[start : self.position - len(self.token)]
        return self.wrapped(parse_dim, text, scope.symbols)

    def wrapped(self, call: Callable[..., _T], *args: Any) -> _T:
        try:
            return call(*args)
        except FormatError:
            raise
        except HoduError as error:
            self.fail(error.message)

    def ref(self, scope: _Scope) -> Value | None:
        if self.accept("none"):
            return None
        name = self.name()
        if name not in scope.values:
            self.fail(f"%{name} is not defined")
        return scope.values[name]

    def node(self, scope: _Scope) -> None:
        outputs = [self.declaration(scope)]
        while self.accept(","):
            outputs.append(self.declaration(scope))
        self.expect("=")
        op = self.take("name")
        if op not in REGISTRY:
            self.fail(unknown_op(op))
        self.expect("(")
        inputs = self.listed(lambda: self.ref(scope), ")")
        attrs = dict(self.listed(lambda: self.attr(scope), "}")) if self.accept("{") else {}
        loc = self.string() if self.accept("@") else None
        for name, _ in outputs:
            if name in scope.values:
                self.fail(f"%{name} is defined twice")
        scope.add(make_node(op, inputs, attrs, outputs, loc))

    def attr(self, scope: _Scope) -> tuple[str, Any]:
        # "nan" and "inf" read as numbers, and are names of attributes too.
        name = self.take("number" if self.token in ("nan", "inf") else "name")
        self.expect("=")
        return name, self.attr_value(scope)

    def attr_value(self, scope: _Scope) -> Any:
        if self.kind == "string":
            return self.string()
        if self.kind == "dim":
            return self.wrapped(parse_dim, self.advance()[1:-1], scope.symbols)
        if self.kind == "number":
            return _number(self.advance())
        if self.accept("["):
            return tuple(self.listed(lambda: self.attr_value(scope), "]"))
        if self.token == "snapshot":
            return self.snapshot()
        words = {"none": None, "true": True, "false": False}
        word = self.take("name")
        return words[word] if word in words else self.wrapped(as_dtype, word)

    def data(self, value: Value) -> Array:
        if self.token == "...":
            if value.name not in self.given:
                self.fail(f"the data of %{value.name} is elided and was not given")
            self.advance()
            return self.given[value.name]
        numbers = np.array(self.nested(), dtype=object)
        shape = tuple(int(d) if isinstance(d, int) else -1 for d in value.type.shape)
        if numbers.size != int(np.prod(shape)):
            self.fail(f"%{value.name} has {numbers.size} elements, its type is {value.type}")
        array = numbers.astype(value.type.dtype.numpy).reshape(shape)
        array.flags.writeable = False
        return array

    def nested(self) -> Any:
        if self.accept("["):
            return self.listed(self.nested, "]")
        if self.token in ("true", "false"):
            return self.advance() == "true"
        return _number(self.take("number"))


def _number(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        return float(text)


class _Scope:
    """One Snapshot being read."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.symbols: dict[str, Symbol] = {}
        self.values: dict[str, Value] = {}
        self.inputs: list[Value] = []
        self.outputs: dict[str, Value] = {}
        self.nodes: list[Node] = []
        self.constants: dict[str, Array] = {}
        self.constant_values: list[Value] = []
        self.aliases: dict[str, str] = {}
        self.states: dict[str, Array] = {}
        self.metadata: dict[str, str] = {}

    def define(self, name: str, type_: TensorType) -> Value:
        """A new value that is no result of a node."""
        value = self.values[name] = Value(name, type_)
        return value

    def add(self, node: Node) -> None:
        """Append a node and define its outputs."""
        self.nodes.append(node)
        self.values.update((v.name, v) for v in node.outputs)

    def snapshot(self) -> Snapshot:
        """What was read."""
        return Snapshot(
            name=self.name,
            inputs=tuple(self.inputs),
            outputs=self.outputs,
            nodes=tuple(self.nodes),
            constants=self.constants,
            constant_values=tuple(self.constant_values),
            aliases=self.aliases,
            states=self.states,
            metadata=self.metadata,
        )
