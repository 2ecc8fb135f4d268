"""Targets: what they say of a processor is what the compiler does for it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hodu.errors import ValueRangeError
from hodu.plan.target import baseline, host, named, target_names
from hodu.toolchain.build import Source, compile_forms
from hodu.toolchain.cache import Cache
from hodu.toolchain.compiler import CodeOptions

LOOP = Source(
    "loop.c",
    "void scale(float *restrict a, const float *restrict b, int n) {\n"
    "  for (int i = 0; i < n; i++) a[i] = a[i] * b[i] + b[i];\n}\n"
    "int pointer_bytes[sizeof(void *)];\n",
)
PACKED = re.compile(r"v?mulps|vfn?madd\d+ps|\.4s|f32x4|vfm\w+\.v|vle32")


def assembly(target, folder: Path) -> str:
    options = CodeOptions(target.triple, target.flags())
    return compile_forms([LOOP], options, "s", cache=Cache(folder))[0].read_text()


@pytest.mark.parametrize("name", [*target_names(), "native"])
def test_code_has_vectors_just_where_the_target_has(name: str, tmp_path: Path) -> None:
    target = named(name)
    text = assembly(target, tmp_path)
    assert bool(PACKED.search(text)) == (target.vector_bits > 0)
    widest = max((b for b, r in ((512, "%zmm"), (256, "%ymm")) if r in text), default=0)
    assert widest == (target.vector_bits if target.vector_bits > 128 else 0)
    size = re.search(r"pointer_bytes,\s*(\d+)", text)
    assert size is not None and int(size[1]) == 4 * target.pointer_bytes


@pytest.mark.parametrize("name", ["native", "x86-64-v4", "aarch64"])
def test_scalar_forbids_vectors(name: str, tmp_path: Path) -> None:
    target = named(name).scalar()
    assert target.vector_bits == 0 and target.lanes(32) == 1
    assert not PACKED.search(assembly(target, tmp_path))


def test_baselines() -> None:
    assert baseline("thumbv7em-none-eabihf").processor == "cortex-m4"
    assert baseline("thumbv7em-none-eabihf", "cortex-m7").l1_bytes == 16 << 10
    assert baseline("x86_64-windows-gnu").triple == "x86_64-windows-gnu"
    assert baseline("x86_64-linux-gnu", "znver4").flags()[0] == "-march=znver4"
    assert baseline(None, "native") == host()
    with pytest.raises(ValueRangeError, match="nothing is known of the architecture 'vax'"):
        baseline("vax-dec-vms")
    with pytest.raises(ValueRangeError, match="there is no target 'z80'"):
        named("z80")


def test_lanes() -> None:
    assert [named("x86-64-v3").lanes(bits) for bits in (8, 32, 64)] == [32, 8, 4]
