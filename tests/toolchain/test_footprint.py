"""What objects take of a firmware, against what a person reads off the C."""

from __future__ import annotations

from pathlib import Path

import pytest

from hodu.errors import ToolchainError
from hodu.plan.target import baseline
from hodu.toolchain.build import Source, compile_forms
from hodu.toolchain.compiler import CodeOptions
from hodu.toolchain.elf import read_object
from hodu.toolchain.footprint import Footprint, measure

HEAD = "#define APART __attribute__((noinline))\nint given(void *);\n"


def footprint(text: str) -> Footprint:
    """Of the function `entry` of a C file for a small machine."""
    target = baseline("thumbv7em-none-eabihf")
    code = CodeOptions(target.triple, target.flags(), 2, position_independent=False)
    return measure(compile_forms([Source("small.c", HEAD + text)], code), ["entry"])


def test_what_is_not_called_is_not_counted() -> None:
    found = footprint("""
    static const int table[10] = {1, 2, 3}, other[99] = {4};
    static char memory[100], more[50];
    int value = 7;
    int entry(int i) { return given(memory) + table[i] + value; }
    int aside(int i) { return given(more) + other[i]; }
    """)
    assert (found.tables, found.data, found.zero) == (40, 4, 100)
    assert 8 <= found.code <= 60
    assert found.outside == ("given",)
    assert (found.flash, found.memory) == (found.code + 44, 104)


def test_stack_of_the_deepest_call() -> None:
    found = footprint("""
    APART static int small(void) { char room[40]; return given(room); }
    APART static int large(void) { char room[400]; return given(room) + small(); }
    int entry(void) { char room[80]; return given(room) + large() + small(); }
    """)
    assert found.stack is not None and 520 <= found.stack <= 580


@pytest.mark.parametrize(
    "text",
    [
        "APART int b(int i); APART int entry(int i) { return given(&i) + b(i - 1) + 1; }"
        "APART int b(int i) { return given(&i) + entry(i) + 1; }",
        "APART static int f(int i) { return given(&i); } APART static int g(int i) { return i; }"
        "int (*const table[])(int) = {f, g};"
        "int entry(int i) { return table[i](i) + 1; }",
        "int entry(int n) { char room[n]; return given(room) + 1; }",
    ],
    ids=["recursion", "pointers", "sizes that depend on data"],
)
def test_stack_that_nobody_knows(text: str) -> None:
    assert footprint(text).stack is None


@pytest.mark.parametrize("damage", [b"", b"\x7fELF", b"\x7fELF\x01\x01" + b"\xff" * 80])
def test_damaged_objects(damage: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.o").write_bytes(damage)
    with pytest.raises(ToolchainError, match="ELF"):
        read_object(tmp_path / "x.o")
