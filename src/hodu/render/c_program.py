"""Programs as one C file: kernels, and the functions of the interface that call them in order."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from hodu.kernel import reach
from hodu.kernel.walk import can_fail
from hodu.kernel.work import operations
from hodu.lower.program import Launch, Program, Slot
from hodu.plan.memory import Plan
from hodu.render.c_description import render_description
from hodu.render.c_expr import ExprWriter
from hodu.render.c_helpers import helper, typedef
from hodu.render.c_kernel import KernelWriter, render_calls
from hodu.render.c_steps import StepWriter, purpose
from hodu.render.c_typed import ArenaOwner, can_be_typed, render_bare_typed, render_typed
from hodu.render.dedupe import function_name, same_kernels

_HEAD = """\
#include <stdint.h>
#include <stddef.h>
#include "hodu.h"

typedef int64_t hodu_index;
void *memcpy(void *restrict, const void *restrict, size_t);

#if defined(__clang__)
#define HODU_UNROLL _Pragma("unroll")
#elif defined(__GNUC__)
#define HODU_UNROLL _Pragma("GCC unroll 64")
#else
#define HODU_UNROLL
#endif
#if defined(__GNUC__)
#define HODU_UNUSED __attribute__((unused))
#define HODU_NOINLINE __attribute__((noinline))
#define HODU_INLINE static inline __attribute__((always_inline))
#else
#define HODU_UNUSED
#define HODU_NOINLINE
#define HODU_INLINE static
#endif
"""
PRELUDE = (
    _HEAD
    + """\
#define HODU_BEGIN uint64_t begun = self->profile ? self->clock() : 0;
#define HODU_END(i) if (self->profile) self->profile[i] += self->clock() - begun;
"""
)
_SMALL = """\
#if defined(__clang__)
#define HODU_SMALL __attribute__((minsize))
#else
#define HODU_SMALL
#endif
"""
_FAIL = """\
HODU_UNUSED static int hodu_fail(hodu_instance *self, int status, int site, int64_t a, int64_t b,
                                 int64_t c, int64_t d) {
  self->error = (hodu_error){status, site, {a, b, c, d}};
  return status;
}
"""
_RUN = """\
/* A loop divided among the threads of the host, if it has given any. */
HODU_UNUSED static void hodu_run(hodu_instance *self, hodu_task task, void *arguments,
                                 int64_t count) {
  if (self->parallel && count > 1) {
    self->parallel(self->pool, task, arguments, count);
  } else {
    task(arguments, 0, count);
  }
}
"""

_SELDOM = 8  # a kernel that does less than such a part of the work is as small as can be


@dataclass(frozen=True, slots=True)
class Weights:
    """Where constants lie in the block of weights: byte offsets, and its size."""

    offsets: Mapping[Slot, int]
    size: int


@dataclass(frozen=True, slots=True)
class Options:
    """How a program is written.

    `symbol` is what its functions are called; `target` its triple, for the record; `embedded` the
    name of an array that holds the weights, or None when they are given to init; `aliases` says
    whether the functions are exported as hodu_init and so on too; `typed` who has the memory of the
    typed function, if there is to be one; `exact` that the C compiler is
    told to fuse no products and sums but those of matrix products. A `bare` machine has neither
    threads nor a clock; `pointer_bytes` is the width of its addresses. In `compact` code only the
    kernels that take most of the time are not as small as can be.
    """

    symbol: str = "model"
    target: str = "host"
    embedded: str | None = None
    aliases: bool = True
    typed: ArenaOwner | None = None
    exact: bool = False
    bare: bool = False
    pointer_bytes: int = 8
    compact: bool = False


def render_program(program: Program, plan: Plan, weights: Weights, options: Options) -> str:
    """The C text of a program."""
    return render_file([Unit(program, plan, weights, options)])


@dataclass(frozen=True, slots=True)
class Unit:
    """A program with all that is needed to write it."""

    program: Program
    plan: Plan
    weights: Weights
    options: Options


def render_file(units: Sequence[Unit]) -> str:
    """The C text of several programs with different symbols in one file."""
    expr = ExprWriter(exact=any(unit.options.exact for unit in units))
    texts = [text for unit in units for text in _ProgramWriter(unit, expr).write()]
    hosted = not any(unit.options.bare for unit in units)
    head, run = (PRELUDE, [_RUN]) if hosted else (_HEAD, [])
    head += _SMALL if any(unit.options.compact for unit in units) else ""
    return "\n".join([head, *_definitions(expr), _FAIL, *run, *texts]) + "\n"


def _definitions(expr: ExprWriter) -> Iterator[str]:
    texts: dict[str, None] = {}
    types = dict(expr.types)
    for name in expr.helpers:
        pieces, needed = helper(name)
        texts.update(dict.fromkeys(pieces))
        types.update(dict.fromkeys(needed))
    yield from map(typedef, types)
    yield from texts


class _ProgramWriter:
    def __init__(self, unit: Unit, expr: ExprWriter) -> None:
        self.program, self.plan = unit.program, unit.plan
        self.weights, self.options = unit.weights, unit.options
        self.embedded = unit.options.embedded if unit.weights.size else None
        self.expr = expr
        self.names: dict[int, str] = {}
        self.launches = list(unit.program.launches())

    def write(self) -> list[str]:
        return [*self._kernels(), *self._description(), *self._functions()]

    def _kernels(self) -> list[str]:
        """Each kernel once; `names` then says what each launch calls."""
        options = self.options
        writer = KernelWriter(self.expr, bare=options.bare)
        texts: list[str] = []
        for number, (kernel, users) in enumerate(same_kernels(self.launches)):
            name = function_name(options.symbol, number, kernel)
            self.names.update((id(launch), name) for launch in users)
            is_short = options.pointer_bytes == 4 and all(reach.is_short(u.kernel) for u in users)
            small = self._small if self.options.compact and self._is_seldom(users) else ""
            text = writer.write(kernel, name, is_short=is_short)
            texts.append(f"/* {purpose(users)} */\n{small}{text}")
            if any(launch.more for launch in users):
                texts.append(render_calls(kernel, name))
        return texts

    @property
    def _small(self) -> str:
        """What stands before functions that are as small as can be."""
        return "HODU_SMALL " if self.options.compact else ""

    def _is_seldom(self, users: Sequence[Launch]) -> bool:
        """Whether a kernel does little of all the work."""
        return _work(users) * _SELDOM < self._all_work

    @functools.cached_property
    def _all_work(self) -> int:
        return _work(self.launches)

    def _description(self) -> Iterator[str]:
        return render_description(
            self.program,
            self.plan,
            self.options.symbol,
            target=self.options.target,
            weight_bytes=self.weights.size,
            has_weights=self._has_weights,
        )

    @property
    def _has_weights(self) -> bool:
        """Whether none need be given to init."""
        return self.embedded is not None or not self.weights.size

    # -- the functions --------------------------------------------------------------------------

    def _functions(self) -> Iterator[str]:
        symbol, small = self.options.symbol, self._small
        if self.embedded is not None:
            yield f"extern const unsigned char {self.embedded}[];\n"
        yield small + self._init()
        yield from self._execute_bare() if self.options.bare else self._execute()
        yield f"void {symbol}_cleanup(hodu_instance *self) {{ self->arena = 0; }}\n"
        owner = self.options.typed
        if owner and can_be_typed(self.program):
            given = (self.program, self.plan, symbol)
            if self.options.bare and self._has_weights:
                yield small + render_bare_typed(*given, self.embedded, owner)
            else:
                yield small + render_typed(*given, owner)
        if self.options.aliases:
            yield render_aliases(symbol)

    def _execute(self) -> Iterator[str]:
        yield (
            f"{self._small}int {self.options.symbol}_execute(hodu_instance *self, "
            "const void *const *inputs, void *const *outputs) {"
        )
        yield "  unsigned char *arena = self->arena;"
        yield "  const unsigned char *weights = self->weights;"
        yield from self._run()

    def _execute_bare(self) -> Iterator[str]:
        """The steps as a function that the typed one inlines, so that it needs no instance."""
        symbol = self.options.symbol
        yield f"HODU_INLINE int {symbol}_steps("
        yield "    hodu_instance *self, unsigned char *arena, const unsigned char *weights,"
        yield "    const void *const *inputs, void *const *outputs) {"
        yield "  (void)self;"
        yield from self._run()
        yield (
            f"{self._small}int {symbol}_execute(hodu_instance *self, const void *const *inputs, "
            "void *const *outputs) {\n"
            f"  return {symbol}_steps(self, self->arena, self->weights, inputs, outputs);\n}}\n"
        )

    def _run(self) -> Iterator[str]:
        """The steps of the program, where `self`, `arena` and the like are known."""
        yield "  int status;"
        yield "  (void)arena, (void)weights, (void)inputs, (void)outputs, (void)status;"
        if any(can_fail(launch.kernel) for launch in self.launches):
            yield "  self->error.status = HODU_OK;"
        writer = StepWriter(
            self.program,
            self.names,
            self.plan,
            self.weights.offsets,
            bare=self.options.bare,
        )
        yield from writer.write(self.program.steps, "  ")
        yield "  return HODU_OK;\n}\n"

    def _init(self) -> str:
        symbol, embedded = self.options.symbol, self.embedded
        lines = [f"int {symbol}_init(hodu_instance *self, void *arena, const void *weights) {{"]
        if embedded is not None:
            lines.append(f"  if (!weights) weights = {embedded};")
        elif self.weights.size:
            lines.append("  if (!weights) return HODU_NO_WEIGHTS;")
        if self.plan.size:
            lines.append("  if (!arena) return HODU_NO_ARENA;")
        lines += ["  *self = (hodu_instance){0};", "  self->arena = arena;"]
        lines.append("  self->weights = weights;")
        for port in self.program.states:
            if port.slot.bytes:
                target = f"(unsigned char *)arena + {self.plan.offsets[port.slot]}"
                source = f"(const unsigned char *)weights + {self.weights.offsets[port.slot]}"
                lines.append(f"  memcpy({target}, {source}, {port.slot.bytes});")
        return "\n".join([*lines, "  return HODU_OK;", "}", ""])


def render_aliases(symbol: str) -> str:
    """The functions of a model under the names that all shared libraries have."""
    return (
        f"const hodu_model *hodu_info(void) {{ return {symbol}_info(); }}\n"
        "int hodu_init(hodu_instance *self, void *arena, const void *weights) {\n"
        f"  return {symbol}_init(self, arena, weights);\n}}\n"
        "int hodu_execute(hodu_instance *self, const void *const *inputs, "
        "void *const *outputs) {\n"
        f"  return {symbol}_execute(self, inputs, outputs);\n}}\n"
        f"void hodu_cleanup(hodu_instance *self) {{ {symbol}_cleanup(self); }}"
    )


def _work(launches: Sequence[Launch]) -> int:
    return sum(launch.kernel.work or operations(launch.kernel) // 2 for launch in launches)
