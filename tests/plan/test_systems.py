"""The table of systems: how they are spelled, and what there is for each."""

from __future__ import annotations

import pytest

from hodu.artifact import OutputFormat
from hodu.errors import UnsupportedError, ValueRangeError
from hodu.plan.systems import SYSTEMS, spelled, target_for
from hodu.plan.target import host
from hodu.toolchain.compiler import host_triple
from hodu.toolchain.find import Compiler


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda s: s.triple)
def test_every_system_has_its_processors(system) -> None:
    usual = target_for(OutputFormat.OBJECT, system.triple)
    assert system.processors[0] in (usual.processor, "x86-64")
    for name in system.processors:
        found = target_for(OutputFormat.OBJECT, system.triple, name)
        assert (found.triple, found.processor) == (system.triple, name)
        assert found.is_hosted == (OutputFormat.SHARED_LIBRARY in system.formats)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("x86_64-unknown-linux-gnu", "x86_64-linux-gnu"),
        ("riscv64gc-unknown-linux-musl", "riscv64-linux-musl"),
        ("arm64-apple-darwin", "aarch64-macos"),
        ("x86_64-pc-windows-msvc", "x86_64-windows-gnu"),
        ("aarch64-windows", "aarch64-windows-gnu"),
        ("wasm32", "wasm32-freestanding"),
        ("wasm32-unknown-unknown", "wasm32-freestanding"),
        ("aarch64-unknown-none", "aarch64-unknown-none"),
    ],
)
def test_other_spellings(given: str, wanted: str) -> None:
    assert spelled(given) == wanted


def test_a_format_can_say_the_system() -> None:
    assert target_for(OutputFormat.WASM).triple == "wasm32-freestanding"
    assert target_for(OutputFormat.OBJECT).triple == host_triple()


def test_what_a_system_does_not_have() -> None:
    with pytest.raises(UnsupportedError, match=r"no \.so files for thumbv7em-none-eabihf"):
        target_for(OutputFormat.SHARED_LIBRARY, "thumbv7em-none-eabihf")
    with pytest.raises(ValueRangeError, match="'cortex-m4' is a processor of thumbv7em"):
        target_for(OutputFormat.OBJECT, "thumbv6m-none-eabi", "cortex-m4")
    foreign = "riscv64-linux-gnu" if host().architecture != "riscv64" else "x86_64-linux-gnu"
    with pytest.raises(ValueRangeError, match="'native' is a processor of"):
        target_for(OutputFormat.OBJECT, foreign, "native")


def test_without_a_float_unit() -> None:
    soft = target_for(OutputFormat.OBJECT, "thumbv7em-none-eabi")
    assert not soft.fma and "-mfloat-abi=soft" in soft.flags()
    assert target_for(OutputFormat.OBJECT, "thumbv7em-none-eabihf").fma


def test_what_other_compilers_make() -> None:
    def shown(family) -> list[set[OutputFormat]]:
        compiler = None if family is None else Compiler((), family, "", "")
        both = {s.triple: set(s.formats_with(compiler)) for s in SYSTEMS}
        return [both[host_triple()], both["thumbv6m-none-eabi"]]

    here, there = shown("gcc")
    assert OutputFormat.EXECUTABLE in here and OutputFormat.LLVM_IR not in here
    assert there == {OutputFormat.C_SOURCE}
    here, there = shown("clang")
    assert OutputFormat.SHARED_LIBRARY in here and OutputFormat.LLVM_IR in there
    assert shown(None) == [{OutputFormat.C_SOURCE}] * 2
