"""Putting the bytes of weights into an object file."""

from __future__ import annotations

import shutil
from pathlib import Path

from hodu.toolchain.find import Family

_EMBED = """\
/* Weights, straight from their file. */
_Alignas(64) const unsigned char {symbol}[] = {{
#embed "{name}"
}};
"""
_INCBIN = """\
/* Weights, straight from their file; gcc before 15 has no #embed. */
__asm__(".section .rodata\\n.balign 64\\n.globl {symbol}\\n.type {symbol}, %object\\n{symbol}:\\n"
        ".incbin \\"{name}\\"\\n.size {symbol}, . - {symbol}\\n.previous\\n");
"""


def write_weight_source(symbol: str, blob: Path, family: Family, folder: Path) -> Path:
    """Write C that defines `const unsigned char SYMBOL[]`, aligned to 64 bytes, from a file.

    The file is linked into `folder` under a plain name: `#embed` cannot spell every path. What
    compiles the C must look for files in `folder`.
    """
    name = "weights.bin"
    try:
        (folder / name).symlink_to(blob.absolute())
    except OSError:
        shutil.copyfile(blob, folder / name)
    text = (_INCBIN if family == "gcc" else _EMBED).format(symbol=symbol, name=name)
    path = folder / "weights.c"
    path.write_text(text, "utf-8")
    return path
