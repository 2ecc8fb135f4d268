"""Kernels as C functions; the body of a parallel loop is a function of its own."""

from __future__ import annotations

from collections.abc import Sequence

from hodu.dtypes import bool_
from hodu.kernel import expr as e
from hodu.kernel.buffer import Buf
from hodu.kernel.expr import Expr, Var
from hodu.kernel.ir import Alloc, Block, Copy, Fail, For, If, Kernel, Let, Stmt, Store, While
from hodu.kernel.narrow import stored
from hodu.kernel.walk import all_expressions, can_fail, statements
from hodu.render.c_expr import ExprWriter, memory_pointer
from hodu.render.c_loads import Registers, consecutive
from hodu.render.c_types import identifier, memory_type


class KernelWriter:
    """Writes kernels one after the other with the functions that their loops are divided into.

    For a `bare` machine there are no threads to divide loops among.
    """

    def __init__(self, expr: ExprWriter, *, bare: bool = False) -> None:
        self._expr, self._bare = expr, bare
        self._parts: list[str] = []
        self._kernel: Kernel
        self._name = ""
        self._scope: list[Var | Buf] = []
        self._in_part = False
        self._registers = Registers()

    def write(self, kernel: Kernel, name: str, *, is_short: bool = False) -> str:
        """The text of a kernel as the static function `name`.

        `is_short` says that positions have 32 bits.
        """
        self._kernel, self._name = kernel, name
        self._parts, self._scope, self._in_part = [], list(kernel.params), False
        self._registers = Registers()
        self._expr.mask_bits = _mask_bits(kernel)
        self._expr.index = "int32_t" if is_short else "hodu_index"
        lines = self._block(kernel.body, 1)
        # Inlined, all kernels of a firmware would add to the stack of one function.
        apart = "HODU_NOINLINE " if self._bare else ""
        head = f"{apart}static {'int' if can_fail(kernel) else 'void'} {name}"
        # What is both read and written by one kernel may be reached through two parameters.
        declared = [_declare(buf, kernel, alone=not self._bare) for buf in kernel.params]
        if takes_instance(kernel, bare=self._bare):
            declared.insert(0, "hodu_instance *self")
        last = ["  return HODU_OK;"] if can_fail(kernel) else []
        return "\n".join([*self._parts, wrapped(head, declared, ") {"), *lines, *last, "}", ""])

    def _block(self, block: Block, depth: int) -> list[str]:
        kept = len(self._scope)
        lines: list[str] = []
        before: Stmt | None = None
        merged = 0
        for at, stmt in enumerate(block):
            if merged:
                merged -= 1
                continue
            together = consecutive(block, at) if self._bare else []
            if together and (text := self._load(together, "  " * depth)):
                lines.append(text)
                merged, before = len(together) - 1, stmt
                continue
            if isinstance(stmt, Store) and _initializes(stmt, before):
                lines[-1] = f"{lines[-1][:-1]} = {self._expr.whole(stmt.value)};"
            else:
                lines += self._stmt(stmt, depth)
            before = stmt
        del self._scope[kept:]
        return lines

    def _stmt(self, stmt: Stmt, depth: int) -> list[str]:
        pad = "  " * depth
        match stmt:
            case For(kind="parallel") if not self._bare:
                return self._parallel(stmt, pad)
            case For():
                return self._for(stmt, depth)
            case While(condition=condition, body=body):
                head = f"{pad}while ({self._expr.whole(condition)}) {{"
                return [head, *self._block(body, depth + 1), f"{pad}}}"]
            case If(condition=condition, body=body, orelse=orelse):
                lines = [
                    f"{pad}if ({self._expr.whole(condition)}) {{",
                    *self._block(body, depth + 1),
                ]
                if orelse:
                    lines += [f"{pad}}} else {{", *self._block(orelse, depth + 1)]
                return [*lines, f"{pad}}}"]
            case Let(var=var, value=value):
                text = self._expr.whole(value)
                if _is_positive(var, value):
                    text = f"{self._expr.use(f'positive_{self._expr.type_of(var)}')}({text})"
                self._scope.append(var)
                return [f"{pad}const {self._expr.type_of(var)} {identifier(var.name)} = {text};"]
            case Store(buf=buf, index=index, value=value):
                return [pad + self._store(buf, index, value)]
            case Alloc(buf=buf):
                self._scope.append(buf)
                return [pad + self._local(buf)]
            case Fail():
                return self._fail(stmt, pad)
            case Copy():
                return [pad + self._copy(stmt)]
        raise TypeError(type(stmt).__name__)

    def _load(self, together: Sequence[Let], pad: str) -> str | None:
        """Consecutive floats as one load, where there are registers for it."""
        source = together[0].value
        assert isinstance(source, e.Load)
        first = self._registers.first(source.buf, len(together))
        if first is None:
            return None
        self._scope += [let.var for let in together]
        names = [identifier(let.var.name) for let in together]
        helper = self._expr.use(f"load_{first}_{len(names)}")
        given = [self._expr.address(source.buf, source.index), *(f"&{n}" for n in names)]
        return f"{pad}float {', '.join(names)};\n{pad}{helper}({', '.join(given)});"

    def _for(self, stmt: For, depth: int) -> list[str]:
        pad, name = "  " * depth, identifier(stmt.var.name)
        self._scope.append(stmt.var)
        step = f"{name}++" if stmt.step == 1 else f"{name} += {stmt.step}"
        low, high = self._expr.whole(stmt.lo), self._expr(stmt.hi)
        head = f"for ({self._expr.index} {name} = {low}; {name} < {high}; {step})"
        lines = [f"{pad}{head} {{", *self._block(stmt.body, depth + 1), f"{pad}}}"]
        if stmt.kind == "unroll":
            lines.insert(0, f"{pad}HODU_UNROLL")
        self._scope.remove(stmt.var)
        return lines

    def _local(self, buf: Buf) -> str:
        if buf.lanes > 1:
            kind = self._expr.named(buf.dtype, buf.lanes)
        else:
            kind = self._expr.scalar(buf.dtype) if buf.size == 1 else memory_type(buf.dtype)
        many = "" if buf.size == 1 else f"[{max(buf.size, 1)}]"
        return f"{kind} {identifier(buf.name)}{many};"

    def _store(self, buf: Buf, index: Expr, value: Expr) -> str:
        text = self._expr.whole(value)
        if isinstance(index, e.Ramp) and buf.lanes == 1:
            kind = self._expr.named(stored(buf.dtype), value.lanes)
            if buf.dtype is bool_:
                kind = f"u8x{value.lanes}"
                self._expr.types[kind] = None
                text = f"__builtin_convertvector({text}, {kind}) & 1"
            return f"*({kind}_m *){self._expr.address(buf, index.base)} = {text};"
        return f"{self._expr.element(buf, index)} = {text};"

    def _fail(self, stmt: Fail, pad: str) -> list[str]:
        values = [*map(self._expr.whole, stmt.values), *["0"] * (4 - len(stmt.values))]
        call = f"hodu_fail(self, {stmt.status}, {stmt.site}, {', '.join(values)})"
        leave = f"{{ {call}; return; }}" if self._in_part else f"return {call};"
        return [f"{pad}if ({self._expr.whole(stmt.condition)}) {leave}"]

    def _copy(self, stmt: Copy) -> str:
        target = self._expr.address(stmt.target, stmt.target_index)
        source = self._expr.address(stmt.source, stmt.source_index)
        size = f"(size_t){self._expr(stmt.count)} * sizeof *{identifier(stmt.target.name)}"
        return f"memcpy({target}, {source}, {size});"

    # -- parallel loops -------------------------------------------------------------------------

    def _parallel(self, stmt: For, pad: str) -> list[str]:
        """The loop as a call of its outlined body, on all threads or on this one."""
        name = f"{self._name}_part{len(self._parts)}"
        held = _free(stmt, self._scope)
        low, high = self._expr(stmt.lo), self._expr(stmt.hi)
        self._parts.append(self._part(stmt, name, held, low))
        fields = ", ".join(["self", *(identifier(x.name) for x in held)])
        turns = f"({high} - {low} + {stmt.step - 1}) / {stmt.step}"
        lines = [
            f"{pad}{{",
            f"{pad}  struct {name} arguments = {{{fields}}};",
            f"{pad}  hodu_run(self, {name}, &arguments, {turns});",
        ]
        if any(isinstance(s, Fail) for s in statements(stmt.body)):
            lines.append(f"{pad}  if (self->error.status) return self->error.status;")
        return [*lines, f"{pad}}}"]

    def _part(self, stmt: For, name: str, held: list[Var | Buf], low: str) -> str:
        self._in_part, kept = True, list(self._scope)
        self._scope = [*held, stmt.var]
        body = self._block(stmt.body, 2)
        self._in_part, self._scope = False, kept
        var, position = identifier(stmt.var.name), self._position(stmt, low)
        unpack = [f"  {_declare_any(x, self._expr)} = held->{identifier(x.name)};" for x in held]
        fields = [f"  {_declare_any(x, self._expr, plain=True)};" for x in held]
        return "\n".join(
            [
                f"struct {name} {{",
                "  hodu_instance *self;",
                *fields,
                "};",
                "",
                # A copy for one thread could fuse other products with sums.
                "static HODU_NOINLINE",
                f"void {name}(void *arguments, int64_t begin, int64_t end) {{",
                f"  const struct {name} *held = arguments;",
                "  hodu_instance *self = held->self;",
                "  (void)self;",
                *unpack,
                "  for (int64_t turn = begin; turn < end; turn++) {",
                f"    const {self._expr.index} {var} = {position};",
                *body,
                "  }",
                "}",
                "",
            ]
        )

    def _position(self, stmt: For, low: str) -> str:
        """Which position the thread that is at `turn` of `begin` to `end` comes to."""
        at = "turn"
        if stmt.backward is not None:
            at = f"({self._expr(stmt.backward)} ? begin + end - 1 - turn : turn)"
        return f"{low} + {at} * {stmt.step}"


def _is_positive(var: Var, value: Expr) -> bool:
    """Whether a size from a table is one at least, which C compilers do not see.

    Sizes that are only known when the program runs have 64 bits, and may be zero against all odds.
    """
    is_read = var.dtype is e.INDEX and isinstance(value, e.Cast) and value.a.dtype.bits <= 32
    return is_read and var.bounds[0] is not None and var.bounds[0] > 0


def takes_instance(kernel: Kernel, *, bare: bool) -> bool:
    """Whether a kernel is given the instance: to report an error, or to divide its loops."""
    return not bare or can_fail(kernel)


def render_calls(kernel: Kernel, name: str) -> str:
    """The function that makes some of several calls of a kernel, which is called `name`.

    What calls for parts of the same memory have in common stands in a table of its own.
    """
    own, *common = (
        f"{memory_pointer(buf.dtype, constant=buf.role == 'in')}{identifier(buf.name)};"
        for buf in kernel.params
    )
    first, *rest = (identifier(buf.name) for buf in kernel.params)
    given = ["at->self", f"calls[i].{first}", *(f"at->{field}" for field in rest)]
    return "\n".join(
        [
            f"struct {name}_memory {{",
            "  hodu_instance *self;",
            *(f"  {field}" for field in common),
            "};",
            f"struct {name}_call {{",
            f"  {own}",
            f"  const struct {name}_memory *at;",
            "};",
            "",
            f"static void {name}_calls(void *arguments, int64_t begin, int64_t end) {{",
            f"  const struct {name}_call *calls = arguments;",
            "  for (int64_t i = begin; i < end; i++) {",
            f"    const struct {name}_memory *at = calls[i].at;",
            wrapped(f"    {name}", given, ");"),
            "  }",
            "}",
            "",
        ]
    )


def wrapped(head: str, items: Sequence[str], end: str) -> str:
    """A list in brackets on one line, or where that is too long each item on one of its own."""
    line = f"{head}({', '.join(items)}{end}"
    if len(line) <= 100:
        return line
    pad = " " * (len(head) - len(head.lstrip()) + 4)
    return f"{head}(\n{pad}" + f",\n{pad}".join(items) + end


def _initializes(store: Store, before: Stmt | None) -> bool:
    """Whether a store gives the variable declared before it its first value."""
    return isinstance(before, Alloc) and before.buf is store.buf and store.buf.size == 1


def _declare(buf: Buf, kernel: Kernel, *, alone: bool) -> str:
    """A parameter, `alone` if parameters do not overlap but as `in_place` says."""
    pointer = memory_pointer(buf.dtype, constant=buf.role == "in")
    shared = buf.name in kernel.in_place or (buf.role == "out" and kernel.in_place)
    alone = alone and buf.role != "inout" and not shared
    return f"{pointer}{'restrict ' if alone else ''}{identifier(buf.name)}"


def _declare_any(x: Var | Buf, expr: ExprWriter, *, plain: bool = False) -> str:
    if isinstance(x, Var):
        return f"{'' if plain else 'const '}{expr.type_of(x)} {identifier(x.name)}"
    pointer = memory_pointer(x.dtype, constant=x.role == "in")
    return f"{pointer}{identifier(x.name)}"


def _free(stmt: For, scope: list[Var | Buf]) -> list[Var | Buf]:
    """What the body of a loop uses of what is defined outside."""
    used: set[Var | Buf] = set()
    for x in all_expressions((stmt,)):
        if isinstance(x, Var):
            used.add(x)
        elif isinstance(x, e.Load):
            used.add(x.buf)
    for inner in statements(stmt.body):
        if isinstance(inner, Store):
            used.add(inner.buf)
        elif isinstance(inner, Copy):
            used |= {inner.target, inner.source}
    return [x for x in scope if x in used]


def _mask_bits(kernel: Kernel) -> int:
    """The width of the elements that the kernel's vectors have."""
    wide = {
        x.dtype.bits
        for x in all_expressions(kernel.body)
        if x.lanes > 1 and not isinstance(x, e.Ramp)
    }
    return 64 if 64 in wide else 32
