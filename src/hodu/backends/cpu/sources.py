"""A model as C files that a person can take into a project."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TextIO

from hodu.backends.cpu.prepare import Prepared
from hodu.runtime.products import place_file

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
