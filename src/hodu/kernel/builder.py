"""Writing kernels in Python: a builder that keeps track of the current block.

    k = KernelBuilder("rows")
    x, y = k.param("x", f32, 12, "in"), k.param("y", f32, 3, "out")
    with k.loop(3, kind="parallel") as i:
        total = k.local("total", f32)
        k.store(total, 0, 0.0)
        with k.loop(4) as j:
            k.store(total, 0, k.load(total) + k.load(x, i * 4 + j))
        k.store(y, i, k.load(total))
    kernel = k.finish()

Loads of narrow floats give f32 and stores round to the dtype of the buffer.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager

from hodu.dtypes import DType, bool_, u8, u16, u32, u64
from hodu.kernel.algebra import bounds, broadcast, cast, constant
from hodu.kernel.buffer import Buf, Role
from hodu.kernel.expr import INDEX, Bounds, Const, Expr, Load, Operand, Ramp, Var, index
from hodu.kernel.ir import Alloc, Block, Copy, Fail, For, If, Kernel, Kind, Let, Stmt, Store, While
from hodu.kernel.jam import jammed
from hodu.kernel.narrow import computed, from_bits, stored, to_bits
from hodu.kernel.share import share
from hodu.kernel.unused import remove_unused

WORDS = {8: u8, 16: u16, 32: u32, 64: u64}
"""The unsigned integers by their width."""


class KernelBuilder:
    """A kernel under construction."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.params: list[Buf] = []
        self.work = 0
        self._blocks: list[list[Stmt]] = [[]]
        self._known: list[dict[Hashable, Expr]] = [{}]
        self._names: dict[str, int] = {}
        self._taken: set[str] = set()

    def fork(self) -> KernelBuilder:
        """A builder that goes on from here on its own; called outside of all loops."""
        (body,), (known,) = self._blocks, self._known
        other = KernelBuilder(self.name)
        other.params, other.work = list(self.params), self.work
        other._blocks, other._known, other._names = [list(body)], [dict(known)], dict(self._names)
        return other

    # -- names and memory -------------------------------------------------------------------

    def fresh(self, hint: str) -> str:
        """A name that nothing else in the kernel has."""
        count = self._names.get(hint, 0)
        self._names[hint] = count + 1
        name = f"{hint}{'_' if hint[-1].isdigit() else ''}{count}" if count else hint
        if name in self._taken:  # "x1" itself, and the second "x"
            return self.fresh(hint)
        self._taken.add(name)
        return name

    def param(self, name: str, dtype: DType, size: int, role: Role) -> Buf:
        """A new parameter."""
        buf = Buf(self.fresh(name), dtype, size, role)
        self.params.append(buf)
        return buf

    def local(
        self,
        name: str,
        dtype: DType,
        size: int = 1,
        lanes: int = 1,
        init: Operand | None = None,
    ) -> Buf:
        """A local buffer in the current block; `init` is stored in its first element."""
        buf = Buf(self.fresh(name), dtype, size, "local", lanes)
        self._emit(Alloc(buf))
        if init is not None:
            self.store(buf, 0, init)
        return buf

    # -- statements -------------------------------------------------------------------------

    def _emit(self, stmt: Stmt) -> None:
        self._blocks[-1].append(stmt)

    @contextmanager
    def loop(
        self,
        hi: Operand,
        lo: Operand = 0,
        *,
        step: int = 1,
        kind: Kind = "serial",
        name: str = "i",
        backward: Expr | None = None,
        abreast: int | Callable[[Block], int] = 1,
        divides: bool = False,
        kept: bool = False,
    ) -> Iterator[Expr]:
        """A loop over lo, lo + step, ... below hi; one that runs once is none unless `kept`.

        `abreast` turns, which may depend on the body, are done side by side, and `divides` says
        that this number divides the turns: see `hodu.kernel.jam`.
        """
        first, last = index(lo), index(hi)
        known = isinstance(first, Const) and isinstance(last, Const) and not kept
        if known and first.value + step >= last.value > first.value:  # type: ignore[attr-defined]
            yield first
            return
        low, high = bounds(first)[0], bounds(last)[1]
        var = Var(self.fresh(name), INDEX, 1, (low, None if high is None else high - 1))
        with self._block() as body:
            yield var
        never = isinstance(first, Const) and isinstance(last, Const) and first.value >= last.value
        if body and not never:
            loop = For(var, first, last, tuple(body), kind, step, backward)
            count = abreast if isinstance(abreast, int) else abreast(loop.body)
            self._blocks[-1] += jammed(loop, count, divides=divides)

    @contextmanager
    def loops(
        self,
        extents: Sequence[Operand],
        *,
        kind: Kind = "serial",
        name: str = "i",
        abreast: int = 1,
    ) -> Iterator[tuple[Expr, ...]]:
        """Nested loops over all positions of a shape.

        `kind` is that of the outermost, `abreast` as in `loop` that of the innermost.
        """
        if not extents:
            yield ()
            return
        own = abreast if len(extents) == 1 else 1
        with (
            self.loop(extents[0], kind=kind, name=name, abreast=own) as first,
            self.loops(
                extents[1:],
                kind=kind if isinstance(first, Const) else "serial",
                name=name,
                abreast=abreast,
            ) as rest,
        ):
            yield (first, *rest)

    @contextmanager
    def loop_while(self, condition: Expr) -> Iterator[None]:
        """A loop as long as `condition`, evaluated before each turn, holds."""
        with self._block() as body:
            yield
        self._emit(While(condition, tuple(body)))

    @contextmanager
    def when(self, condition: Expr) -> Iterator[None]:
        """What is done where `condition` holds."""
        with self._block() as body:
            yield
        if isinstance(condition, Const):
            if condition.value:
                self._blocks[-1].extend(body)
        elif body:
            self._emit(If(condition, tuple(body)))

    @contextmanager
    def otherwise(self) -> Iterator[None]:
        """What is done where the condition of the `when` just before does not hold."""
        last = self._blocks[-1].pop()
        assert isinstance(last, If) and not last.orelse
        with self._block() as body:
            yield
        self._emit(If(last.condition, last.body, tuple(body)))

    @contextmanager
    def _block(self) -> Iterator[list[Stmt]]:
        self._blocks.append([])
        self._known.append({})
        try:
            yield self._blocks[-1]
        finally:
            self._blocks.pop()
            self._known.pop()

    def remember(self, key: Hashable, value: Expr) -> None:
        """Keep what has been computed in the current block under a key."""
        self._known[-1][key] = value

    def recall(self, key: Hashable) -> Expr | None:
        """What this block or one around it has remembered."""
        return next((known[key] for known in reversed(self._known) if key in known), None)

    def let(self, value: Expr, name: str = "v", limits: Bounds | None = None) -> Expr:
        """A name for a value, so that it is computed once; `limits` are what is known of it."""
        value = self._shared(value)
        if isinstance(value, (Const, Var)):
            return value
        known = bounds(value) if limits is None else limits
        return self._name(value, name, known)

    def named(self, size: int, name: str) -> Expr:
        """A name for a size that is known, so that what is written does not depend on it.

        Its limits allow for more, as it may be 0 or 1 elsewhere, where the same is written.
        """
        return self._name(index(size), name, (min(size, 0), max(size, 0) + 1))

    def _name(self, value: Expr, name: str, limits: Bounds) -> Expr:
        var = Var(self.fresh(name), value.dtype, value.lanes, limits)
        self._emit(Let(var, value))
        return var

    def _shared(self, value: Expr) -> Expr:
        """The value, with names for the parts that occur in it more than once."""
        return share(value, lambda part: self._name(part, "t", bounds(part)))

    def load(self, buf: Buf, position: Operand = 0, lanes: int = 1) -> Expr:
        """The element at a position, or `lanes` from there on; narrow floats as f32."""
        at = index(position)
        raw = Load(buf, at if lanes == 1 else Ramp(at, lanes))
        return from_bits(raw, buf.dtype)

    def store(self, buf: Buf, position: Operand, value: Operand) -> None:
        """Write an element, or a vector from the position on, rounded to a narrow float."""
        inner = computed(buf.dtype)
        expr = value if isinstance(value, Expr) else constant(value, inner)
        if expr.dtype is not inner:
            raise TypeError(f"{expr.dtype} stored in {buf}")
        expr = broadcast(expr, buf.lanes) if expr.lanes == 1 else expr
        at = index(position)
        lanes = expr.lanes // buf.lanes
        bits = self._shared(to_bits(expr, buf.dtype))
        self._emit(Store(buf, at if lanes == 1 else Ramp(at, lanes), bits))

    def load_bits(self, buf: Buf, position: Operand) -> Expr:
        """The bits of an element as an unsigned integer of its width."""
        raw = Load(buf, index(position))
        word = WORDS[buf.dtype.bits]
        return cast(raw, word) if buf.dtype is bool_ else raw.bitcast(word)

    def store_bits(self, buf: Buf, position: Operand, bits: Expr) -> None:
        """Write an element given as `load_bits` gives it; as a bool, whether a bit is set."""
        value = bits.ne(0) if buf.dtype is bool_ else bits.bitcast(stored(buf.dtype))
        self._emit(Store(buf, index(position), self._shared(value)))

    def copy(
        self,
        target: Buf,
        target_at: Operand,
        source: Buf,
        source_at: Operand,
        count: Operand,
    ) -> None:
        """Copy elements between buffers of one dtype that do not overlap."""
        assert target.dtype is source.dtype
        self._emit(Copy(target, index(target_at), source, index(source_at), index(count)))

    def fail(self, condition: Expr, status: int, site: int, *values: Expr) -> None:
        """Leave with an error where `condition` holds; `values` are integers for its text."""
        if isinstance(condition, Const) and not condition.value:
            return
        self._emit(Fail(condition, status, site, tuple(cast(v, INDEX) for v in values)))

    @property
    def is_empty(self) -> bool:
        """Whether nothing has been written yet."""
        return self._blocks == [[]]

    def finish(self) -> Kernel:
        """The kernel, without what turned out not to be needed."""
        (body,) = self._blocks
        return Kernel(self.name, tuple(self.params), remove_unused(tuple(body)), self.work)
