"""Running the compiler: what it makes, its choice, its errors."""

from __future__ import annotations

import ctypes
from pathlib import Path

import pytest

from hodu.errors import ToolchainError
from hodu.toolchain.build import Source, compile_forms, compile_shared
from hodu.toolchain.cache import Cache
from hodu.toolchain.compiler import CodeOptions, Toolchain
from hodu.toolchain.find import find_compiler

TWICE = Source("twice.c", "int twice(int x) { return 2 * x; }")
FOUR = Source("four.c", "int twice(int); int four(int x) { return twice(twice(x)); }")


def test_units_become_one_library(tmp_path: Path) -> None:
    path = compile_shared([TWICE, FOUR], CodeOptions(), cache=Cache(tmp_path))
    assert ctypes.CDLL(str(path)).four(5) == 20


def test_a_second_build_is_taken_from_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = Cache(tmp_path)
    first = compile_shared([TWICE], CodeOptions(), cache=cache)
    monkeypatch.setattr(Toolchain, "compile", lambda *_: pytest.fail("compiled again"))
    assert compile_shared([TWICE], CodeOptions(), cache=cache) == first


@pytest.mark.parametrize(
    "options",
    [
        CodeOptions(optimize=1),
        CodeOptions(contraction="off"),
        CodeOptions(flags=("-march=x86-64-v3",)),
        CodeOptions(triple="aarch64-linux-gnu"),
    ],
)
def test_options_are_part_of_the_key(tmp_path: Path, options: CodeOptions) -> None:
    cache = Cache(tmp_path)
    first = compile_forms([TWICE], CodeOptions(), cache=cache)
    assert compile_forms([TWICE], options, cache=cache) != first


def test_headers_are_part_of_the_key(tmp_path: Path) -> None:
    cache, results = Cache(tmp_path / "cache"), []
    for value in (1, 2):
        (tmp_path / "value.h").write_text(f"#define VALUE {value}\n")
        code = Source("v.c", '#include "value.h"\nint value(void) { return VALUE; }')
        path = compile_shared([code], CodeOptions(includes=(tmp_path,)), cache=cache)
        results.append(ctypes.CDLL(str(path)).value())
    assert results == [1, 2]


def test_contraction_changes_the_code(tmp_path: Path) -> None:
    code = Source("f.c", "float f(float a, float b, float c) { return a * b + c; }")
    made = {}
    for contraction in ("fast", "off"):
        options = CodeOptions("x86_64-linux-gnu", ("-march=x86-64-v3",), contraction=contraction)
        (path,) = compile_forms([code], options, "s", cache=Cache(tmp_path))
        made[contraction] = "vfmadd" in path.read_text()
    assert made == {"fast": True, "off": False}


def test_an_error_shows_what_the_compiler_said_and_keeps_the_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HODU_CACHE_DIR", str(tmp_path))
    bad = Source("bad.c", "int f(void) { return nothing; }\n" + "int g(void) { return x; }\n" * 30)
    with pytest.raises(ToolchainError, match=r"nothing[\s\S]*more lines") as found:
        compile_shared([bad], CodeOptions())
    assert found.value.where is not None
    assert Path(found.value.where).read_text() == bad.text


def test_another_compiler_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HODU_CC", raising=False)
    zig = find_compiler()
    assert zig.family == "zig" and zig.version[0].isdigit()
    monkeypatch.setenv("HODU_CC", "no-such-compiler -O1")
    with pytest.raises(ToolchainError, match="'no-such-compiler', which is not a program"):
        find_compiler()
    monkeypatch.setenv("HODU_CC", "false")
    with pytest.raises(ToolchainError, match="does not tell its version"):
        find_compiler()


def test_gcc_does_not_cross_compile(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import shutil

    if shutil.which("gcc") is None:
        pytest.skip("needs gcc")
    monkeypatch.setenv("HODU_CC", "gcc")
    for options, form, text in (
        (CodeOptions("thumbv7em-none-eabihf"), "o", "does not compile for thumbv7em"),
        (CodeOptions(), "ll", "does not make LLVM's .ll"),
    ):
        with pytest.raises(ToolchainError, match=text):
            compile_forms([TWICE], options, form, cache=Cache(tmp_path))
