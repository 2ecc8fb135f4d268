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
from hodu.kernel.evaluate import BINARY, COMPARE, UNARY
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
    """The elements of a buffer, and which of them have been written."""

    def __init__(self, name: str, data: Array, lanes: int = 1, written: bool = True) -> None:
        self.name, self.data, self.lanes = name, data, lanes
        self.written = np.full(len(data), written)

    def span(self, at: int, count: int) -> slice:
        """Where `count` elements from `at` on lie; raises KernelFault outside the buffer."""
        if not 0 <= at <= at + count <= len(self.data):
            raise KernelFault(f"{self.name}[{at}:{at + count}] of {len(self.data)} elements")
        return slice(at, at + count)

    def load(self, at: int, count: int) -> Any:
        """One element as a scalar, or several as an array of lanes."""
        where = self.span(at, count)
        if not self.written[where].all():
            raise KernelFault(f"{self.name}[{at}] is read before it is written")
        found = self.data[where]
        return found.flatten() if count > 1 or self.lanes > 1 else found[0]

    def store(self, at: int, count: int, value: Any) -> None:
        """Write one element or several."""
        where = self.span(at, count)
        self.data[where] = np.reshape(value, self.data[where].shape)
        self.written[where] = True


def run_kernel(kernel: Kernel, arrays: Sequence[Array]) -> None:
    """Run on flat arrays, one a parameter, of the dtype in which it is stored; outs are written.

    Raises KernelFailure for a `Fail` and KernelFault for what no kernel may do.
    """
    found = [_memory(p, a) for p, a in zip(kernel.params, arrays, strict=True)]
    scope = {**_HELPERS, **{_name(p): m for p, m in zip(kernel.params, found, strict=True)}}
    code = compile("\n".join(["def kernel():", *_Writer().block(kernel.body)]), kernel.name, "exec")
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
    if dtype is None:
        return int(value)
    array = np.asarray(value)
    if array.dtype.kind == "f" and dtype.kind in "iu":
        info = np.iinfo(dtype)
        if not np.all(np.isfinite(array) & (array > float(info.min) - 1) & (array <= info.max)):
            raise KernelFault(f"{value} does not fit {dtype}")
    return array.astype(dtype)[()]


def _copy(target: Memory, at: int, source: Memory, start: int, count: int) -> None:
    if count > 0:
        target.store(at, count, source.load(start, count))


def _fail(status: int, site: int, *values: int) -> None:
    raise KernelFailure(status, site, values)


_HELPERS: dict[str, Any] = {
    "np": np,
    "allocate": _allocate,
    "cast": _cast,
    "copy": _copy,
    "fail": _fail,
    "B": BINARY,
    "U": UNARY,
    "I": {name: i.meaning for name, i in INTRINSICS.items()},
}
_INDEX_OPS = {"add": "+", "sub": "-", "mul": "*", "div": "//", "rem": "%"}
_INDEX_OPS |= {"and": "&", "or": "|", "xor": "^", "shl": "<<", "shr": ">>"}
_INDEX_COMPARE = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}


class _Writer:
    """Python text of statements and expressions; positions are Python ints."""

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
                at, count = self._span(index)
                return [f"{pad}{_name(buf)}.store({at}, {count}, {self.expr(value)})"]
            case Alloc(buf=buf):
                dtype = _numpy(stored(buf.dtype))
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

    def _span(self, index: Expr) -> tuple[str, int]:
        if isinstance(index, e.Ramp):
            return self.expr(index.base), index.lanes
        return self.expr(index), 1

    def expr(self, x: Expr) -> str:
        match x:
            case e.Const():
                return self._const(x)
            case e.Var(name=name):
                return name
            case e.Load(buf=buf, index=index):
                at, count = self._span(index)
                loaded = f"{_name(buf)}.load({at}, {count})"
                return f"int({loaded})" if buf.dtype is INDEX else loaded
            case e.Binary():
                return self._binary(x)
            case e.Unary(op=op, a=a):
                return f"U[{op!r}]({self.expr(a)})"
            case e.Select(condition=condition, a=a, b=b):
                if x.lanes == 1 and x.dtype is INDEX:
                    return f"({self.expr(a)} if {self.expr(condition)} else {self.expr(b)})"
                given = ", ".join(map(self.expr, (condition, a, b)))
                return f"np.where({given})" if x.lanes > 1 else f"np.where({given})[()]"
            case e.Cast(a=a, dtype=dtype):
                return f"cast({self.expr(a)}, {_numpy(dtype)})"
            case e.Bitcast(a=a, dtype=dtype):
                return f"{self.expr(a)}.view({_numpy(stored(dtype))})"
            case e.Broadcast(a=a, lanes=lanes):
                return f"np.repeat({self.expr(a)}, {lanes})"
            case e.Call(name=name, args=args):
                return f"I[{name!r}]({', '.join(map(self.expr, args))})"
        raise TypeError(type(x).__name__)

    def _const(self, x: e.Const) -> str:
        if x.dtype is INDEX:
            return repr(int(x.value))
        value = repr(x.value) if np.isfinite(x.value) else f"np.float64({str(x.value)!r})"
        if x.lanes == 1:
            return f"np.array({value}, {_numpy(x.dtype)})[()]"
        return f"np.full({x.lanes}, {value}, {_numpy(x.dtype)})"

    def _binary(self, x: e.Binary) -> str:
        a, b = self.expr(x.a), self.expr(x.b)
        if x.a.dtype is INDEX:
            if x.op in ("min", "max"):
                return f"{x.op}({a}, {b})"
            return f"({a} {_INDEX_COMPARE[x.op] if x.op in COMPARE else _INDEX_OPS[x.op]} {b})"
        if x.op in ("min", "max") and x.lanes == 1:
            return f"B[{x.op!r}]({a}, {b})[()]"
        return f"B[{x.op!r}]({a}, {b})"


def _numpy(dtype: DType) -> str:
    if dtype is INDEX:
        return "None"
    return "np.dtype('bool')" if dtype is bool_ else f"np.dtype({dtype.numpy.name!r})"
