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
_IN_ASSEMBLY = """
/* Weights, straight from their file, where the optimiser does not see them. */
__asm__("{section}\\n.p2align 6\\n.globl {symbol}\\n{symbol}:\\n.incbin \\"{name}\\"\\n.text");
"""
_SECTIONS = {
    "windows": ('.section .rdata,\\"dr\\"', ""),
    "macos": (".section __TEXT,__const", "_"),
}
_NAME = "weights.bin"


def weight_assembly(symbol: str, blob: Path, triple: str, folder: Path) -> str:
    """C that defines the array SYMBOL in a file that has other code, for Windows and macOS.

    What compiles it must look for files in `folder`.
    """
    _place(blob, folder)
    section, prefix = next(found for name, found in _SECTIONS.items() if name in triple)
    return _IN_ASSEMBLY.format(section=section, symbol=f"{prefix}{symbol}", name=_NAME)


def write_weight_source(symbol: str, blob: Path, family: Family, folder: Path) -> Path:
    """Write C that defines `const unsigned char SYMBOL[]`, aligned to 64 bytes, from a file.

    The file is linked into `folder` under a plain name: `#embed` cannot spell every path. What
    compiles the C must look for files in `folder`.
    """
    _place(blob, folder)
    text = (_INCBIN if family == "gcc" else _EMBED).format(symbol=symbol, name=_NAME)
    path = folder / "weights.c"
    path.write_text(text, "utf-8")
    return path


def _place(blob: Path, folder: Path) -> None:
    try:
        (folder / _NAME).symlink_to(blob.absolute())
    except OSError:
        shutil.copyfile(blob, folder / _NAME)
