"""Kernels as text, for people and golden tests.

kernel rows(in x: f32[12], out y: f32[3])
  parallel i in 0..3
    total: f32 = local
    total[0] = 0.0
"""

from __future__ import annotations

from collections.abc import Iterator

from hodu.kernel import expr as e
from hodu.kernel.buffer import Buf
from hodu.kernel.expr import Expr
from hodu.kernel.ir import Alloc, Block, Copy, Fail, For, If, Kernel, Let, Store, While

_INFIX = {
    "add": "+",
    "sub": "-",
    "mul": "*",
    "div": "/",
    "rem": "%",
    "and": "&",
    "or": "|",
    "xor": "^",
    "shl": "<<",
    "shr": ">>",
    "eq": "==",
    "ne": "!=",
    "lt": "<",
    "le": "<=",
    "gt": ">",
    "ge": ">=",
}


def print_kernel(kernel: Kernel) -> str:
    """The text of a kernel."""
    params = ", ".join(f"{p.role} {p.name}: {_type(p)}[{p.size}]" for p in kernel.params)
    return "\n".join([f"kernel {kernel.name}({params})", *_block(kernel.body, 1)]) + "\n"


def _type(buf: Buf) -> str:
    return f"{buf.dtype}x{buf.lanes}" if buf.lanes > 1 else str(buf.dtype)


def _block(block: Block, depth: int) -> Iterator[str]:
    indent = "  " * depth
    for stmt in block:
        match stmt:
            case For(var=var, lo=lo, hi=hi, body=body, kind=kind, step=step, backward=backward):
                by = f" by {step}" if step != 1 else ""
                by += f" backward if {show(backward)}" if backward is not None else ""
                word = "for" if kind == "serial" else kind
                yield f"{indent}{word} {var.name} in {show(lo)}..{show(hi)}{by}"
                yield from _block(body, depth + 1)
            case While(condition=condition, body=body):
                yield f"{indent}while {show(condition)}"
                yield from _block(body, depth + 1)
            case If(condition=condition, body=body, orelse=orelse):
                yield f"{indent}if {show(condition)}"
                yield from _block(body, depth + 1)
                if orelse:
                    yield f"{indent}else"
                    yield from _block(orelse, depth + 1)
            case Let(var=var, value=value):
                lanes = f"x{var.lanes}" if var.lanes > 1 else ""
                yield f"{indent}{var.name}: {var.dtype}{lanes} = {show(value)}"
            case Store(buf=buf, index=index, value=value):
                yield f"{indent}{buf.name}[{show(index)}] = {show(value)}"
            case Alloc(buf=buf):
                yield f"{indent}{buf.name}: {_type(buf)}[{buf.size}] = local"
            case Fail(condition=condition, status=status, site=site, values=values):
                given = "".join(f", {show(v)}" for v in values)
                yield f"{indent}fail {status}, {site}{given} if {show(condition)}"
            case Copy():
                target = f"{stmt.target.name}[{show(stmt.target_index)}"
                source = f"{stmt.source.name}[{show(stmt.source_index)}"
                yield f"{indent}copy {target} ...] = {source} ...] * {show(stmt.count)}"


def show(x: Expr) -> str:
    """The text of an expression."""
    match x:
        case e.Const(value=value):
            return repr(value)
        case e.Var(name=name):
            return name
        case e.Load(buf=buf, index=index):
            return f"{buf.name}[{show(index)}]"
        case e.Binary(op=op, a=a, b=b):
            if op in _INFIX:
                return f"({show(a)} {_INFIX[op]} {show(b)})"
            return f"{op}({show(a)}, {show(b)})"
        case e.Unary(op=op, a=a):
            return f"{op}({show(a)})"
        case e.Select(condition=condition, a=a, b=b):
            return f"select({show(condition)}, {show(a)}, {show(b)})"
        case e.Cast(a=a, dtype=dtype):
            return f"{dtype}({show(a)})"
        case e.Bitcast(a=a, dtype=dtype):
            return f"bits_{dtype}({show(a)})"
        case e.Ramp(base=base, lanes=lanes):
            return f"{show(base)} .. +{lanes}"
        case e.Broadcast(a=a, lanes=lanes):
            return f"all{lanes}({show(a)})"
        case e.Call(name=name, args=args):
            return f"{name}({', '.join(map(show, args))})"
    raise TypeError(type(x).__name__)
