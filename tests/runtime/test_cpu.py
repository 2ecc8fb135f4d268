"""cpu.h: from the registers of CPUID and XCR0 to the variant of a model that runs."""

from __future__ import annotations

import ctypes

import pytest

from hodu.plan.target import host
from hodu.plan.variants import NAMES, variants_for
from hodu.runtime.support import C_FOLDER
from hodu.toolchain.build import Source, compile_shared
from hodu.toolchain.compiler import CodeOptions, host_triple

pytestmark = pytest.mark.skipif(
    not host_triple().startswith("x86_64"), reason="variants are for x86-64"
)
TEXT = """
#include "cpu.h"
int features(uint32_t leaf1_ecx, uint32_t leaf7_ebx, uint32_t leaf7_ecx, uint32_t leaf7_1_eax,
             uint32_t extended_ecx, uint32_t xcr0) {
  const hodu_cpu cpu = {leaf1_ecx, leaf7_ebx, leaf7_ecx, leaf7_1_eax, extended_ecx, xcr0};
  return hodu_cpu_features(&cpu);
}
int features_here(void) {
  const hodu_cpu cpu = hodu_read_cpu();
  return hodu_cpu_features(&cpu);
}
static const hodu_variant variants[] = {VARIANTS};
int select(int first, int has, const char *wanted) {
  return hodu_select(variants + first, COUNT - first, has, wanted);
}
int chosen(int *kept) { return hodu_chosen(variants, COUNT, kept); }
"""
VARIANTS = ", ".join(f'{{"{v.name}", {v.needs}}}' for v in variants_for("x86_64-linux-gnu"))
NEEDS = {v.name: v.needs for v in variants_for("x86_64-linux-gnu")}
# What processors report: leaf 1 ecx, leaf 7 ebx and ecx, leaf 7.1 eax, leaf 0x80000001 ecx.
CORE2 = (0x0008E3FD, 0, 0, 0, 0x1)
SANDY_BRIDGE = (0x1FBAE3FF, 0, 0, 0, 0x1)
HASWELL = (0x7FFAFBFF, 0x000027AB, 0, 0, 0x21)
ALDER_LAKE = (0x7FFAFBFF, 0x239CA7EB, 0x98C007AC, 0x00400810, 0x121)
SKYLAKE_X = (0x7FFEFBFF, 0xD39FFFFB, 0, 0, 0x121)
CASCADE_LAKE = (0x7FFEFBFF, 0xD39FFFFB, 0x00000818, 0, 0x121)
KNIGHTS_LANDING = (0x7FF8F3BF, 0x1C0D2FAB, 0, 0, 0x121)
ZEN4 = (0xFFFA3203, 0xF1BF07AB, 0x00405FDE, 0x00000020, 0x004003F3)
# What systems keep.
NONE, SSE, YMM, ZMM = 0, 0b11, 0b111, 0b11100111


@pytest.fixture(scope="module")
def cpu() -> ctypes.CDLL:
    options = CodeOptions(includes=(C_FOLDER,))
    text = TEXT.replace("VARIANTS", VARIANTS).replace("COUNT", str(len(NAMES)))
    library = ctypes.CDLL(str(compile_shared([Source("cpu.c", text)], options)))
    library.features.argtypes = [ctypes.c_uint32] * 6
    library.select.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_char_p]
    return library


@pytest.mark.parametrize(
    ("registers", "xcr0", "name"),
    [
        (CORE2, NONE, "baseline"),
        (SANDY_BRIDGE, YMM, "baseline"),
        (HASWELL, YMM, "avx2"),
        (HASWELL, SSE, "baseline"),
        (ALDER_LAKE, YMM, "avxvnni"),
        (ALDER_LAKE, SSE, "baseline"),
        (SKYLAKE_X, ZMM, "avx512"),
        (SKYLAKE_X, YMM, "avx2"),
        (SKYLAKE_X, NONE, "baseline"),
        (CASCADE_LAKE, ZMM, "avx512vnni"),
        (CASCADE_LAKE, YMM, "avx2"),
        (KNIGHTS_LANDING, ZMM, "avx2"),
        (ZEN4, ZMM, "avx512vnni"),
    ],
)
def test_what_processors_can_run(
    cpu: ctypes.CDLL, registers: tuple[int, ...], xcr0: int, name: str
) -> None:
    assert NAMES[cpu.select(0, cpu.features(*registers, xcr0), None)] == name


@pytest.mark.parametrize("register", range(5))
def test_every_missing_bit_counts(cpu: ctypes.CDLL, register: int) -> None:
    """Without one bit that Zen 4 has, it is as capable or less so, never more."""
    found = set()
    for bit in range(32):
        changed = list(ZEN4)
        changed[register] &= ~(1 << bit)
        found.add(NAMES[cpu.select(0, cpu.features(*changed, ZMM), None)])
    fewer = {1: {"baseline", "avx2"}, 2: {"avx512"}, 3: set()}.get(register, {"baseline"})
    assert found == {"avx512vnni"} | fewer


def test_this_processor(cpu: ctypes.CDLL) -> None:
    bits = {"avx2": 1, "avx512vl": 2, "avx_vnni": 4, "avx512_vnni": 8}
    assert cpu.features_here() == sum(b for name, b in bits.items() if name in host().features)


def test_the_last_that_can_run_is_chosen(cpu: ctypes.CDLL) -> None:
    assert [cpu.select(0, has, None) for has in NEEDS.values()] == [0, 1, 2, 3, 4]
    assert [cpu.select(0, has, b"") for has in NEEDS.values()] == [0, 1, 2, 3, 4]
    assert [cpu.select(1, has, None) for has in NEEDS.values()] == [-1, 0, 1, 2, 3]
    assert cpu.select(0, NEEDS["avx512"] | 4, None) == 3  # vectors before dot products


def test_a_variant_by_name(cpu: ctypes.CDLL) -> None:
    assert [cpu.select(0, 15, name.encode()) for name in NAMES] == [0, 1, 2, 3, 4]
    assert cpu.select(0, 1, b"avx512") == cpu.select(0, 3, b"avx512vnni") == -1
    assert cpu.select(0, 15, b"avx") == cpu.select(0, 15, b"avx5122") == -1


def test_the_environment_is_asked_once(cpu: ctypes.CDLL, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = ctypes.c_int(0)
    monkeypatch.setenv("HODU_CPU", "baseline")
    assert cpu.chosen(ctypes.byref(kept)) == 0
    monkeypatch.delenv("HODU_CPU")
    assert cpu.chosen(ctypes.byref(kept)) == 0
    monkeypatch.setenv("HODU_CPU", "nonsense")
    assert cpu.chosen(ctypes.byref(ctypes.c_int(0))) == -1
