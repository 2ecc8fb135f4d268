"""Putting the bytes of weights into an object file."""

from __future__ import annotations

from pathlib import Path

from hodu.toolchain.find import Family

_EMBED = """\
/* Weights, straight from their file. */
_Alignas(64) const unsigned char {symbol}[] = {{
#embed {path}
}};
"""
_INCBIN = """\
/* Weights, straight from their file; gcc before 15 has no #embed. */
__asm__(".section .rodata\\n.balign 64\\n.globl {symbol}\\n.type {symbol}, %object\\n{symbol}:\\n"
        ".incbin " {path} "\\n.size {symbol}, . - {symbol}\\n.previous\\n");
"""


def weight_source(symbol: str, blob: Path, family: Family) -> str:
    """C that defines `const unsigned char SYMBOL[]`, aligned to 64 bytes, with a file's bytes."""
    quoted = str(blob.absolute()).replace("\\", "\\\\").replace('"', '\\"')
    if family == "gcc":
        inner = quoted.replace("\\", "\\\\").replace('"', '\\"')
        return _INCBIN.format(symbol=symbol, path=f'"\\"{inner}\\""')
    return _EMBED.format(symbol=symbol, path=f'"{quoted}"')
