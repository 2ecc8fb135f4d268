"""The rules that every kernel keeps, checked."""

from __future__ import annotations

from hodu.dtypes import bool_
from hodu.errors import VerifyError
from hodu.kernel import expr as e
from hodu.kernel.buffer import Buf
from hodu.kernel.expr import INDEX, Expr, Var
from hodu.kernel.intrinsics import INTRINSICS
from hodu.kernel.ir import Alloc, Block, Copy, Fail, For, If, Kernel, Let, Stmt, Store, While
from hodu.kernel.narrow import stored
from hodu.kernel.text import show
from hodu.kernel.walk import blocks_of, expressions, operands


def verify_kernel(kernel: Kernel) -> Kernel:
    """Return `kernel` if it is well formed; raise VerifyError listing all that is wrong."""
    checker = _Checker()
    checker.buffers.update(kernel.params)
    checker.check_names([p.name for p in kernel.params])
    checker.block(kernel.body, parallel=False)
    if checker.found:
        listed = "\n".join(f"  - {p}" for p in checker.found)
        raise VerifyError(f"kernel {kernel.name!r} is not well formed:\n{listed}")
    return kernel


class _Checker:
    def __init__(self) -> None:
        self.found: list[str] = []
        self.buffers: set[Buf] = set()
        self.variables: set[Var] = set()

    def check_names(self, names: list[str]) -> None:
        for name in sorted({n for n in names if names.count(n) > 1}):
            self.found.append(f"two parameters are called {name!r}")

    def block(self, block: Block, parallel: bool) -> None:
        buffers, variables = set(self.buffers), set(self.variables)
        for stmt in block:
            self._stmt(stmt, parallel)
        self.buffers, self.variables = buffers, variables

    def _stmt(self, stmt: Stmt, parallel: bool) -> None:
        for operand in operands(stmt):
            self._expr(operand)
        self._types(stmt)
        if isinstance(stmt, For):
            if stmt.kind == "parallel" and parallel:
                self.found.append(f"the parallel loop {stmt.var.name} is inside another one")
            self.variables.add(stmt.var)
        parallel = parallel or (isinstance(stmt, For) and stmt.kind == "parallel")
        for inner in blocks_of(stmt):
            self.block(inner, parallel)
        if isinstance(stmt, For):
            self.variables.discard(stmt.var)
        elif isinstance(stmt, Let):
            self.variables.add(stmt.var)
        elif isinstance(stmt, Alloc):
            self.buffers.add(stmt.buf)

    def _types(self, stmt: Stmt) -> None:
        match stmt:
            case For(lo=lo, hi=hi, step=step, backward=backward):
                self._expect(lo.dtype is INDEX is hi.dtype and step > 0, "a loop over no positions")
                if backward is not None:
                    is_condition = backward.dtype is bool_ and backward.lanes == 1
                    self._expect(is_condition, f"{show(backward)} is no condition")
            case While(condition=c) | If(condition=c) | Fail(condition=c):
                self._expect(c.dtype is bool_ and c.lanes == 1, f"{show(c)} is no condition")
            case Let(var=var, value=value):
                same = (var.dtype, var.lanes) == (value.dtype, value.lanes)
                self._expect(same, f"{var.name} is declared {var.dtype}, not {value.dtype}")
            case Store(buf=buf, index=index, value=value):
                self._store(buf, index, value)
            case Copy(target=target, source=source):
                self._known(target)
                self._known(source)
                self._expect(target.role != "in", f"a copy into {target}")

    def _store(self, buf: Buf, index: Expr, value: Expr) -> None:
        self._known(buf)
        self._expect(buf.role != "in", f"a store in {buf}")
        self._expect(index.dtype is INDEX, f"{buf.name}[{show(index)}]: no position")
        fits = value.dtype is stored(buf.dtype) and value.lanes == index.lanes * buf.lanes
        self._expect(fits, f"{value.dtype}x{value.lanes} stored in {buf}")

    def _expr(self, whole: Expr) -> None:
        for x in expressions(whole):
            match x:
                case Var():
                    self._expect(x in self.variables, f"{x.name} is used where it is not defined")
                case e.Load(buf=buf, index=index):
                    self._known(buf)
                    self._expect(index.dtype is INDEX, f"{buf.name}[{show(index)}]: no position")
                case e.Binary(op=op, a=a, b=b):
                    same = (a.dtype, a.lanes) == (b.dtype, b.lanes) and op in e.BINARY
                    self._expect(same, f"{op} of {a.dtype}x{a.lanes} and {b.dtype}x{b.lanes}")
                case e.Select(condition=c, a=a, b=b):
                    same = (a.dtype, a.lanes, c.lanes) == (b.dtype, b.lanes, a.lanes)
                    self._expect(same and c.dtype is bool_, f"{show(x)} selects between types")
                case e.Bitcast(a=a, dtype=dtype):
                    self._expect(a.dtype.bits == dtype.bits, f"{a.dtype} as bits of {dtype}")
                case e.Call(name=name):
                    self._expect(name in INTRINSICS, f"there is no intrinsic {name!r}")

    def _known(self, buf: Buf) -> None:
        self._expect(buf in self.buffers, f"{buf} is used where it is not known")

    def _expect(self, holds: bool, problem: str) -> None:
        if not holds:
            self.found.append(problem)
