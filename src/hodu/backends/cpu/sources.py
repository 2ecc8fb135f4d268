"""A model as C files that a person can take into a project."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TextIO

from hodu.backends.cpu.prepare import Prepared
from hodu.render.c_header import render_header
from hodu.render.c_typed import can_be_typed
from hodu.runtime.products import place_file
from hodu.runtime.support import C_FOLDER

_PER_LINE = 24
_PIECE = _PER_LINE << 12


def write_c(ready: Prepared, path: Path, weights: Path | None) -> None:
    """Write the code to `path`, and the bytes of `weights` as an array to NAME_weights.c."""
    symbol = ready.options.symbol
    with tempfile.TemporaryDirectory() as scratch:
        made = Path(scratch) / "made.c"
        made.write_text(ready.source, "utf-8")
        place_file(made, path)
        if weights is not None:
            with made.open("w", encoding="ascii") as out:
                _write_array(out, f"{symbol}_weights", weights)
            place_file(made, path.with_name(f"{symbol}_weights.c"))


def write_headers(ready: Prepared, folder: Path) -> None:
    """Write NAME.h, and hodu.h which it includes."""
    symbol = ready.options.symbol
    typed = ready.options.typed if can_be_typed(ready.program) else None
    text = render_header(ready.program, ready.plan, ready.weights.size, symbol, typed)
    with tempfile.TemporaryDirectory() as scratch:
        made = Path(scratch) / "header"
        made.write_text(text, "utf-8")
        place_file(made, folder / f"{symbol}.h")
    place_file(C_FOLDER / "hodu.h", folder / "hodu.h")


def _write_array(out: TextIO, symbol: str, weights: Path) -> None:
    """The bytes of a file as a C array, written piece by piece."""
    attribute = "__attribute__((aligned(64)))"
    out.write(f"extern const unsigned char {symbol}[];\n")
    out.write(f"const unsigned char {symbol}[{weights.stat().st_size}] {attribute} = {{\n")
    with weights.open("rb") as data:
        while piece := data.read(_PIECE):
            for at in range(0, len(piece), _PER_LINE):
                out.write(f"{','.join(map(str, piece[at : at + _PER_LINE]))},\n")
    out.write("};\n")
