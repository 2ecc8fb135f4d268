"""The interpreter of kernels: Python made of a kernel, with every access checked.

It is the oracle for renderers: it raises for a position outside a buffer, an undefined operation
and an element that is read before it is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hodu.dtypes import DType, bool_
from hodu.errors import HoduError
from hodu.kernel import expr as e
from hodu.kernel.buffer import Buf
from hodu.kernel.evaluate import BINARY, UNARY
from hodu.kernel.expr import INDEX, Expr
from hodu.kernel.intrinsics import INTRINSICS
from hodu.kernel.ir import Alloc, Block, Copy, Fail, For, If, Kernel, Let, Stmt, Store, While
from hodu.kernel.narrow import stored
from hodu.ops._table import Array


class KernelFault(HoduError, RuntimeError):
    """A kernel did what no kernel may do."""


class KernelFailure(Exception):
    """A kernel left by a `Fail`: its status, site and values."""

    def __init__(self, status: int, site: int, values: tuple[int, ...]) -> None:
        super().__init__(status, site, values)
        self.status, self.site, self.values = status, site, values


class Memory:
    """The elements of a buffer, and which of them have been written: a byte each."""

    __slots__ = ("data", "lanes", "name", "size", "written")

    def __init__(self, name: str, data: Array, lanes: int = 1, written: bool = True) -> None:
        self.name, self.data, self.lanes, self.size = name, data, lanes, len(data)
        self.written = bytearray([written]) * self.size

    def load(self, at: int) -> Any:
        """One element: a scalar, or a copy of its lanes."""
        if not 0 <= at < self.size:
            raise self._outside(at, 1)
        if not self.written[at]:
            raise self._unwritten(at)
        return self.data[at] if self.lanes == 1 else self.data[at].copy()

    def load_run(self, at: int, count: int) -> Any:
        """Several elements as an array of lanes."""
        if not 0 <= at <= at + count <= self.size:
            raise self._outside(at, count)
        if 0 in self.written[at : at + count]:
            raise self._unwritten(at)
        return self.data[at : at + count].flatten()

    def store(self, at: int, value: Any) -> None:
        """Write one element."""
        if not 0 <= at < self.size:
            raise self._outside(at, 1)
        self.data[at] = value if self.lanes == 1 else value.reshape(self.lanes)
        self.written[at] = 1

    def store_run(self, at: int, count: int, value: Any) -> None:
        """Write several elements."""
        if not 0 <= at <= at + count <= self.size:
            raise self._outside(at, count)
        where = self.data[at : at + count]
        where[:] = value.reshape(where.shape)
        self.written[at : at + count] = b"\1" * count

    def _outside(self, at: int, count: int) -> KernelFault:
        return KernelFault(f"{self.name}[{at}:{at + count}] of {self.size} elements")

    def _unwritten(self, at: int) -> KernelFault:
        return KernelFault(f"{self.name}[{at}] is read before it is written")


def run_kernel(kernel: Kernel, arrays: Sequence[Array]) -> None:
    """Run on flat arrays, one a parameter, of the dtype in which it is stored; outs are written.

    Raises KernelFailure for a `Fail` and KernelFault for what no kernel may do.
    """
    found = [_memory(p, a) for p, a in zip(kernel.params, arrays, strict=True)]
    writer = _Writer()
    text = "\n".join(["def kernel():", *writer.block(kernel.body)])
    scope = _HELPERS | writer.constants
    scope |= {_name(p): m for p, m in zip(kernel.params, found, strict=True)}
    code = compile(text, kernel.name, "exec")
    with np.errstate(all="ignore"):
        exec(code, scope)  # the text is made of IR nodes by _Writer
        scope["kernel"]()


def _memory(param: Buf, array: Array) -> Memory:
    dtype = stored(param.dtype).numpy
    if array.shape != (param.size,) or array.dtype != dtype:
        raise KernelFault(f"{param} is given {array.dtype}{list(array.shape)}")
    return Memory(param.name, array, written=param.role != "out")


def _name(buf: Buf) -> str:
    return f"buf_{buf.name}"


def _allocate(name: str, dtype: Any, size: int, lanes: int) -> Memory:
    shape = (size, lanes) if lanes > 1 else (size,)
    return Memory(name, np.zeros(shape, dtype), lanes, written=False)


def _cast(value: Any, dtype: Any) -> Any:
    array = np.asarray(value)
    if array.dtype.kind == "f" and dtype.kind in "iu":
        info = np.iinfo(dtype)
        if not np.all(np.isfinite(array) & (array > float(info.min) - 1) & (array <= info.max)):
            raise KernelFault(f"{value} does not fit {dtype}")
    return array.astype(dtype)[()]


def _copy(target: Memory, at: int, source: Memory, start: int, count: int) -> None:
    if count > 0:
        target.store_run(at, count, source.load_run(start, count))


def _choose(condition: Any, a: Any, b: Any) -> Any:
    return a if condition else b


def _fail(status: int, site: int, *values: int) -> None:
    raise KernelFailure(status, site, values)


_HELPERS: dict[str, Any] = {
    "max_of": lambda a, b: a if a > b else b,
    "min_of": lambda a, b: a if a < b else b,
    "np": np,
    "allocate": _allocate,
    "cast": _cast,
    "choose": _choose,
    "copy": _copy,
    "fail": _fail,
    "B": BINARY,
    "U": UNARY,
    "I": {name: i.meaning for name, i in INTRINSICS.items()},
}
_OPERATORS = {"add": "+", "sub": "-", "mul": "*", "and": "&", "or": "|", "xor": "^"}
_OPERATORS |= {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_INDEX_OPERATORS = _OPERATORS | {"div": "//", "rem": "%", "shl": "<<", "shr": ">>"}


class _Writer:
    """Python text of statements and expressions, and the constants by the names it has for them.

    Positions are Python ints, and what is computed with them alone is Python's too.
    """

    def __init__(self) -> None:
        self.constants: dict[str, Any] = {}
        self._names: dict[Any, str] = {}

    def block(self, block: Block, depth: int = 1) -> list[str]:
        lines = [line for stmt in block for line in self._stmt(stmt, depth)]
        return lines or [f"{' ' * depth}pass"]

    def _stmt(self, stmt: Stmt, depth: int) -> list[str]:
        pad = " " * depth
        match stmt:
            case For(var=var, body=body):
                head = f"for {var.name} in {self._turns(stmt)}:"
                return [pad + head, *self.block(body, depth + 1)]
            case While(condition=condition, body=body):
                return [f"{pad}while {self.expr(condition)}:", *self.block(body, depth + 1)]
            case If(condition=condition, body=body, orelse=orelse):
                lines = [f"{pad}if {self.expr(condition)}:", *self.block(body, depth + 1)]
                if orelse:
                    lines += [f"{pad}else:", *self.block(orelse, depth + 1)]
                return lines
            case Let(var=var, value=value):
                return [f"{pad}{var.name} = {self.expr(value)}"]
            case Store(buf=buf, index=index, value=value):
                run, at = self._place(index)
                return [f"{pad}{_name(buf)}.store{run}({at}, {self.expr(value)})"]
            case Alloc(buf=buf):
                dtype = self._dtype(stored(buf.dtype))
                made = f"allocate({buf.name!r}, {dtype}, {buf.size}, {buf.lanes})"
                return [f"{pad}{_name(buf)} = {made}"]
            case Fail(condition=condition, status=status, site=site, values=values):
                given = ", ".join([str(status), str(site), *map(self.expr, values)])
                return [f"{pad}if {self.expr(condition)}: fail({given})"]
            case Copy():
                target = f"{_name(stmt.target)}, {self.expr(stmt.target_index)}"
                source = f"{_name(stmt.source)}, {self.expr(stmt.source_index)}"
                return [f"{pad}copy({target}, {source}, {self.expr(stmt.count)})"]
        raise TypeError(type(stmt).__name__)

    def _turns(self, loop: For) -> str:
        turns = f"range({self.expr(loop.lo)}, {self.expr(loop.hi)}, {loop.step})"
        if loop.backward is None:
            return turns
        return f"{turns}[:: -1 if {self.expr(loop.backward)} else 1]"

    def _place(self, index: Expr) -> tuple[str, str]:
        """The end of the name of an access, and its arguments."""
        if isinstance(index, e.Ramp):
            return "_run", f"{self.expr(index.base)}, {index.lanes}"
        return "", self.expr(index)

    def expr(self, x: Expr) -> str:
        match x:
            case e.Const():
                return self._const(x)
            case e.Var(name=name):
                return name
            case e.Load(buf=buf, index=index):
                run, at = self._place(index)
                loaded = f"{_name(buf)}.load{run}({at})"
                return f"int({loaded})" if buf.dtype is INDEX else loaded
            case e.Binary():
                return self._binary(x)
            case e.Unary(op=op, a=a):
                return f"(-{self.expr(a)})" if op == "neg" else f"U[{op!r}]({self.expr(a)})"
            case e.Select(condition=condition, a=a, b=b):
                return self._select(x, ", ".join(map(self.expr, (condition, a, b))))
            case e.Cast():
                return self._cast(x)
            case e.Bitcast(a=a, dtype=dtype):
                return f"{self.expr(a)}.view({self._dtype(stored(dtype))})"
            case e.Broadcast(a=a, lanes=lanes):
                return f"np.repeat({self.expr(a)}, {lanes})"
            case e.Call(name=name, args=args):
                return f"I[{name!r}]({', '.join(map(self.expr, args))})"
        raise TypeError(type(x).__name__)

    def _named(self, key: Any, value: Any) -> str:
        """The name under which the text finds a value that never changes."""
        name = self._names.setdefault(key, f"_{len(self._names)}")
        self.constants[name] = value
        return name

    def _dtype(self, dtype: DType) -> str:
        return self._named(dtype, dtype.numpy)

    def _const(self, x: e.Const) -> str:
        if x.dtype is INDEX:
            return repr(int(x.value))
        value = np.full(x.lanes, x.value, x.dtype.numpy)
        value.flags.writeable = False
        return self._named(x, value if x.lanes > 1 else value[0])

    def _select(self, x: e.Select, given: str) -> str:
        if x.lanes > 1:
            return f"np.where({given})"
        return f"np.where({given})[()]" if x.dtype is bool_ else f"choose({given})"

    def _cast(self, x: e.Cast) -> str:
        """Only Python's numbers, and floats to integers, need more than NumPy's conversion."""
        a, given = self.expr(x.a), x.a.dtype
        if x.dtype is INDEX:
            return f"int({a})"
        if given in (INDEX, bool_) or (given.is_float and not x.dtype.is_float):
            return f"cast({a}, {self._dtype(x.dtype)})"
        return f"{a}.astype({self._dtype(x.dtype)})"

    def _binary(self, x: e.Binary) -> str:
        a, b, dtype = self.expr(x.a), self.expr(x.b), x.a.dtype
        if x.op in ("min", "max") and x.a.lanes == 1:
            return f"{x.op}({a}, {b})" if dtype is INDEX else f"{x.op}_of({a}, {b})"
        operators = _INDEX_OPERATORS if dtype is INDEX else _OPERATORS
        if dtype is not bool_ and x.op in operators:
            return f"({a} {operators[x.op]} {b})"
        return f"B[{x.op!r}]({a}, {b})"
