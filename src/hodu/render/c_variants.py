"""The C of a model with several variants: the functions of hodu.h, which call those of one."""

from __future__ import annotations

from collections.abc import Sequence

from hodu.lower.program import Program
from hodu.plan.memory import Plan
from hodu.plan.variants import Variant
from hodu.render.c_program import Options, render_aliases
from hodu.render.c_typed import can_be_typed, render_typed

_FUNCTIONS = """\
const hodu_model *{symbol}_info(void) {{
  int number = {symbol}_chosen();
  return {symbol}_variants[number < 0 ? 0 : number].info();
}}

int {symbol}_init(hodu_instance *self, void *arena, const void *weights) {{
  int number = {symbol}_chosen();
  return number < 0 ? HODU_NO_VARIANT : {symbol}_variants[number].init(self, arena, weights);
}}

int {symbol}_execute(hodu_instance *self, const void *const *inputs, void *const *outputs) {{
  int number = {symbol}_chosen();
  return number < 0 ? HODU_NO_VARIANT : {symbol}_variants[number].execute(self, inputs, outputs);
}}

void {symbol}_cleanup(hodu_instance *self) {{
  int number = {symbol}_chosen();
  if (number >= 0) {symbol}_variants[number].cleanup(self);
}}
"""


def variant_symbol(symbol: str, variant: Variant) -> str:
    """What the functions of a variant of a model are called."""
    return f"{symbol}_{variant.name}"


def render_variants(
    program: Program, plan: Plan, variants: Sequence[Variant], options: Options
) -> str:
    """The functions of a model over those of its variants, one of which is chosen at first use.

    `program` and `plan` are of any variant, with the arena that all can use.
    """
    symbol, count = options.symbol, len(variants)
    names = [variant_symbol(symbol, variant) for variant in variants]
    rows = ",\n".join(
        f'  {{"{v.name}", {v.needs}, {name}_info, {name}_init, {name}_execute, {name}_cleanup}}'
        for v, name in zip(variants, names, strict=True)
    )
    lines = [
        f"/* {', '.join(v.name for v in variants)} of one model; cpu.h says which one runs. */",
        '#include "hodu.h"',
        '#include "cpu.h"',
        "",
        *(_declarations(name) for name in names),
        f"static const hodu_variant {symbol}_variants[] = {{\n{rows}}};",
        "",
        f"static int {symbol}_chosen(void) {{",
        "  static int kept;",
        f"  return hodu_chosen({symbol}_variants, {count}, &kept);",
        "}",
        "",
        _FUNCTIONS.format(symbol=symbol),
    ]
    if options.typed and can_be_typed(program):
        lines.append(render_typed(program, plan, symbol, options.typed))
    if options.aliases:
        lines.append(render_aliases(symbol))
    return "\n".join(lines) + "\n"


def _declarations(name: str) -> str:
    return (
        f"const hodu_model *{name}_info(void);\n"
        f"int {name}_init(hodu_instance *self, void *arena, const void *weights);\n"
        f"int {name}_execute(hodu_instance *self, const void *const *inputs, "
        "void *const *outputs);\n"
        f"void {name}_cleanup(hodu_instance *self);\n"
    )
