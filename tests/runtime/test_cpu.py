"""cpu.h: from the registers of CPUID and XCR0 to the variant of a model that runs."""

from __future__ import annotations

import ctypes

import pytest

from hodu.plan.target import host
from hodu.plan.variants import NAMES
from hodu.runtime.support import C_FOLDER
from hodu.toolchain.build import Source, compile_shared
from hodu.toolchain.compiler import CodeOptions, host_triple

pytestmark = pytest.mark.skipif(
    not host_triple().startswith("x86_64"), reason="variants are for x86-64"
)
TEXT = """
#include "cpu.h"
int level(uint32_t leaf1_ecx, uint32_t leaf7_ebx, uint32_t extended_ecx, uint32_t xcr0) {
  const hodu_cpu cpu = {leaf1_ecx, leaf7_ebx, extended_ecx, xcr0};
  return hodu_cpu_level(&cpu);
}
int level_here(void) {
  const hodu_cpu cpu = hodu_read_cpu();
  return hodu_cpu_level(&cpu);
}
static const hodu_variant variants[] = {{"baseline", 0}, {"avx2", 1}, {"avx512", 2}};
int select(int first, int level, const char *wanted) {
  return hodu_select(variants + first, 3 - first, level, wanted);
}
int chosen(int *kept) { return hodu_chosen(variants, 3, kept); }
"""
# What processors report: leaf 1 ecx, leaf 7 ebx, leaf 0x80000001 ecx; and what systems keep.
CORE2 = (0x0008E3FD, 0, 0x1)
SANDY_BRIDGE = (0x1FBAE3FF, 0, 0x1)
HASWELL = (0x7FFAFBFF, 0x000027AB, 0x21)
SKYLAKE_X = (0x7FFEFBFF, 0xD39FFFFB, 0x121)
KNIGHTS_LANDING = (0x7FF8F3BF, 0x1C0D2FAB, 0x121)
ZEN4 = (0xFFFA3203, 0xF1BF07AB, 0x004003F3)
NONE, SSE, YMM, ZMM = 0, 0b11, 0b111, 0b11100111


@pytest.fixture(scope="module")
def cpu() -> ctypes.CDLL:
    options = CodeOptions(includes=(C_FOLDER,))
    library = ctypes.CDLL(str(compile_shared([Source("cpu.c", TEXT)], options)))
    library.level.argtypes = [ctypes.c_uint32] * 4
    library.select.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_char_p]
    return library


@pytest.mark.parametrize(
    ("registers", "xcr0", "level"),
    [
        (CORE2, NONE, "baseline"),
        (SANDY_BRIDGE, YMM, "baseline"),
        (HASWELL, YMM, "avx2"),
        (HASWELL, SSE, "baseline"),
        (SKYLAKE_X, ZMM, "avx512"),
        (SKYLAKE_X, YMM, "avx2"),
        (SKYLAKE_X, NONE, "baseline"),
        (KNIGHTS_LANDING, ZMM, "avx2"),
        (ZEN4, ZMM, "avx512"),
    ],
)
def test_levels(cpu: ctypes.CDLL, registers: tuple[int, int, int], xcr0: int, level: str) -> None:
    assert NAMES[cpu.level(*registers, xcr0)] == level


@pytest.mark.parametrize("register", range(3))
def test_every_missing_bit_counts(cpu: ctypes.CDLL, register: int) -> None:
    """Without one bit that Zen 4 has, it is as capable or less so, never more."""
    found = set()
    for bit in range(32):
        changed = list(ZEN4)
        changed[register] &= ~(1 << bit)
        found.add(cpu.level(*changed, ZMM))
    assert found == ({0, 2} if register != 1 else {0, 1, 2})


def test_this_processor(cpu: ctypes.CDLL) -> None:
    has = host().features
    expected = 2 if "avx512vl" in has and "avx512dq" in has else 1 if "avx2" in has else 0
    assert cpu.level_here() == expected


def test_the_last_that_can_run_is_chosen(cpu: ctypes.CDLL) -> None:
    assert [cpu.select(0, level, None) for level in range(3)] == [0, 1, 2]
    assert [cpu.select(0, level, b"") for level in range(3)] == [0, 1, 2]
    assert [cpu.select(1, level, None) for level in range(3)] == [-1, 0, 1]


def test_a_variant_by_name(cpu: ctypes.CDLL) -> None:
    assert [cpu.select(0, 2, name) for name in (b"baseline", b"avx2", b"avx512")] == [0, 1, 2]
    assert cpu.select(0, 1, b"avx512") == -1
    assert cpu.select(0, 2, b"avx") == cpu.select(0, 2, b"avx5122") == -1


def test_the_environment_is_asked_once(cpu: ctypes.CDLL, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = ctypes.c_int(0)
    monkeypatch.setenv("HODU_CPU", "baseline")
    assert cpu.chosen(ctypes.byref(kept)) == 0
    monkeypatch.delenv("HODU_CPU")
    assert cpu.chosen(ctypes.byref(kept)) == 0
    monkeypatch.setenv("HODU_CPU", "nonsense")
    assert cpu.chosen(ctypes.byref(ctypes.c_int(0))) == -1
