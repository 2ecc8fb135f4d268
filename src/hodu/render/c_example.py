"""The texts of an example of a built model: a CMake project that is an Arduino library too."""

from __future__ import annotations

import json
from collections.abc import Sequence

from hodu.lower.program import Port, Program
from hodu.plan.memory import Plan
from hodu.render.c_typed import ArenaOwner, array, parameter_names

_MAIN = """\
/* Runs {symbol} once. `cmake` builds it with the model's sources, which are in src. */
#include "{symbol}.h"

{buffers}
int main(void) {{
{start}  /* Here the inputs are filled. */
  int status = {call};
  if (status != HODU_OK) return status; /* enum hodu_status in hodu.h says what it means */
  /* Here the outputs are used. */
  return 0;
}}
"""
_SKETCH = """\
// Runs {symbol} once a second and prints its first output.
#include <Arduino.h>
#include <{symbol}.h>

{buffers}
void setup() {{
  Serial.begin(115200);
{start}}}

void loop() {{
  // Here the inputs are filled.
  int status = {call};
  if (status != HODU_OK) {{
    Serial.print("status ");
    Serial.println(status);
  }}
{printed}  delay(1000);
}}
"""
_PRINTED = """\
  for (int i = 0; status == HODU_OK && i < {upper}_OUTPUT0_ELEMENTS; i++)
    Serial.println((double)((const {element} *){name})[i]);
"""
_CMAKE = """\
# The model {symbol} as a library: add_subdirectory of this folder, then link {symbol}. The flags of
# the processor are those of the project, as in its toolchain file.
cmake_minimum_required(VERSION 3.13)
project({symbol} C)

add_library({symbol} STATIC {sources})
target_include_directories({symbol} PUBLIC src)
target_compile_options({symbol} PRIVATE {flags})

if(CMAKE_SOURCE_DIR STREQUAL CMAKE_CURRENT_SOURCE_DIR)
  add_executable({symbol}_example main.c)
  target_link_libraries({symbol}_example {symbol})
endif()
"""
_PROPERTIES = """\
name={symbol}
version=1.0.0
author=Hodu
maintainer=Hodu
sentence=The model {symbol} as C, built by Hodu.
paragraph=For {target}. It needs no other library.
category=Data Processing
url=
architectures=*
includes={symbol}.h
"""


def example_files(
    program: Program,
    plan: Plan,
    symbol: str,
    target: str,
    arena: ArenaOwner,
    flags: Sequence[str],
    *,
    has_weights: bool,
) -> dict[str, str]:
    """Texts by their places in the folder; the model's own sources go to `src`."""
    sources = [f"src/{symbol}.c", *([f"src/{symbol}_weights.c"] if has_weights else [])]
    taken = {"main", "setup", "loop", "arena", symbol, "Serial", "delay"}
    inputs, outputs = parameter_names(program, {*taken, f"{symbol}_init", f"{symbol}_execute"})
    names = [*inputs, *outputs]
    given = ["&instance", *names] if arena == "caller" else names
    common = {
        "symbol": symbol,
        "buffers": _buffers(program, plan, symbol, arena, names),
        "start": _start(plan, symbol) if arena == "caller" else "",
        "call": f"{symbol}({', '.join(given)})",
    }
    return {
        "main.c": _MAIN.format(**common),
        "CMakeLists.txt": _CMAKE.format(
            symbol=symbol, sources=" ".join(sources), flags=" ".join(flags)
        ),
        "library.properties": _PROPERTIES.format(symbol=symbol, target=target),
        "library.json": _library_json(symbol, target, flags),
        f"examples/{symbol}/{symbol}.ino": _SKETCH.format(
            **common, printed=_printed(program.outputs, symbol, outputs)
        ),
    }


def _buffers(
    program: Program, plan: Plan, symbol: str, arena: ArenaOwner, names: Sequence[str]
) -> str:
    """The inputs, the outputs and the memory of the caller as static arrays."""
    ports = (*program.inputs, *program.outputs)
    lines = [f"static {array(p, n)};" for p, n in zip(ports, names, strict=True)]
    if arena == "caller":
        lines.append("static hodu_instance instance;")
        if plan.size:
            place = f"__attribute__((aligned({symbol.upper()}_ALIGNMENT)))"
            lines.append(f"static unsigned char arena[{symbol.upper()}_ARENA_BYTES] {place};")
    return "".join(f"{line}\n" for line in lines)


def _start(plan: Plan, symbol: str) -> str:
    return f"  {symbol}_init(&instance, {'arena' if plan.size else '0'}, 0);\n"


def _printed(outputs: Sequence[Port], symbol: str, names: Sequence[str]) -> str:
    if not outputs:
        return ""
    element = array(outputs[0], "").partition(" ")[0]
    return _PRINTED.format(upper=symbol.upper(), element=element, name=names[0])


def _library_json(symbol: str, target: str, flags: Sequence[str]) -> str:
    """What PlatformIO wants to know; it chooses the standard by itself."""
    options = [flag for flag in flags if not flag.startswith("-std=")]
    about = {
        "name": symbol,
        "version": "1.0.0",
        "description": f"The model {symbol} as C, built by Hodu for {target}.",
        "headers": f"{symbol}.h",
        "frameworks": "*",
        "platforms": "*",
        "build": {"srcDir": "src", "includeDir": "src", "flags": options},
    }
    return json.dumps(about, indent=2) + "\n"
