"""The least time that the instructions of kernels take, read off their loops.

A processor starts as many products of vectors as multiply-adds, at the measured rate, and at most
twice as many vector instructions of any kind; what is loaded and stored passes the nearest cache.
An addition to a product is part of it. So this is what the code as it is written needs, were it
never to wait: a program that is as fast as it can be is bound by this or by the bytes it moves.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hodu.backends.cpu.limits import Limits
from hodu.dtypes import bool_
from hodu.kernel import expr as e
from hodu.kernel.expr import Expr
from hodu.kernel.ir import Block, For, If, Kernel, Let, Stmt, Store, While
from hodu.kernel.walk import blocks_of, children, operands
from hodu.kernel.work import turns


@dataclass
class Count:
    """Vector instructions of `lanes` numbers: products, all of them, and the bytes they move."""

    lanes: int
    products: int = 0
    all: int = 0
    bytes: int = 0
    named: set[Expr] = field(default_factory=set)

    def seconds(self, limits: Limits) -> float:
        """The least time of these instructions."""
        products = limits.operations / (2 * self.lanes)
        starting = max(self.products / products, self.all / (2 * products))
        return max(starting, self.bytes / limits.caches[0].read)

    def add(self, kernel: Kernel) -> bool:
        """Count a kernel; False if the length of one of its loops is not known."""
        return self._block(kernel.body, 1)

    def _block(self, block: Block, times: int) -> bool:
        return all(self._stmt(stmt, times) for stmt in block)

    def _stmt(self, stmt: Stmt, times: int) -> bool:
        for x in operands(stmt):
            self._expression(x, times)
        if isinstance(stmt, Let) and _is_product(stmt.value):
            self.named.add(stmt.var)
        if isinstance(stmt, Store) and stmt.buf.role != "local":
            self._moved(stmt.value, times)
        if isinstance(stmt, While | If):
            return False
        if isinstance(stmt, For):
            count = turns(stmt)
            return count is not None and self._block(stmt.body, times * count)
        return all(self._block(inner, times) for inner in blocks_of(stmt))

    def _expression(self, x: Expr, times: int) -> None:
        if isinstance(x, e.Load):
            if x.buf.role != "local":
                self._moved(x, times)
            return
        is_product = isinstance(x, e.Binary) and x.op == "mul" and x.dtype.is_float
        is_call = isinstance(x, e.Call) and x.name == "fma"
        count = times * -(-x.lanes // self.lanes)
        self.products += count * (is_product or is_call)
        self.all += count * (is_product or is_call or self._is_instruction(x))
        for child in _operands(x):
            self._expression(child, times)

    def _moved(self, x: Expr, times: int) -> None:
        self.bytes += times * x.lanes * x.dtype.itemsize

    def _is_instruction(self, x: Expr) -> bool:
        """Whether an expression on numbers, other than a product, is an instruction of its own."""
        is_mask = x.dtype is bool_ and not (isinstance(x, e.Binary) and x.op in e.COMPARISONS)
        if x.dtype is e.INDEX or is_mask:
            return False
        if isinstance(x, e.Binary):
            is_sum = x.op in ("add", "sub") and x.dtype.is_float
            sides = (x.a, x.b)
            return not (is_sum and any(_is_product(s) or s in self.named for s in sides))
        return isinstance(x, e.Unary | e.Select | e.Cast)


def _is_product(x: Expr) -> bool:
    return isinstance(x, e.Binary) and x.op == "mul"


def _operands(x: Expr) -> tuple[Expr, ...]:
    """The operands; of a minimum or maximum, which is one instruction, not the comparison."""
    pair = x.condition if isinstance(x, e.Select) else None
    if isinstance(x, e.Select) and isinstance(pair, e.Binary):
        is_extreme = (pair.a, pair.b) in ((x.a, x.b), (x.b, x.a))
        return (x.a, x.b) if is_extreme else children(x)
    return children(x)
