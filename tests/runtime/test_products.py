"""Built files: linked into C programs, loaded from C, and run as programs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from hodu.artifact import OutputFormat
from hodu.errors import ToolchainError, UnsupportedError
from hodu.plan.target import baseline
from hodu.runtime.products import EmbeddedWeights, build_product
from hodu.runtime.support import C_FOLDER
from hodu.toolchain.compiler import CodeOptions
from tests.runtime.models import MODELS, source

gcc = shutil.which("gcc")
needs_gcc = pytest.mark.skipif(gcc is None, reason="needs gcc, to be independent of Hodu's clang")
linux = pytest.mark.skipif(sys.platform != "linux", reason="programs here are for Linux")
X = np.array([1, -2, 3, -4], np.float32)
WEIGHTS = np.array([2, 3, 4, 5], np.float32)

USER = """
#include <stdio.h>
#include "hodu.h"
int hodu_init(hodu_instance *, void *, const void *);
int hodu_execute(hodu_instance *, const void *const *, void *const *);
int main(void) {
  float x[10], y[10], sum[10];
  for (int i = 0; i < 10; i++) x[i] = i, y[i] = 0.5f;
  hodu_instance self;
  hodu_init(&self, 0, 0);
  int status = hodu_execute(&self, (const void *[]){x, y}, (void *[]){sum});
  printf("%d %g %g\\n", status, sum[0], sum[9]);
  return 0;
}
"""
LOADER = """
#include <dlfcn.h>
#include <stdio.h>
#include "hodu.h"
int main(int argc, char **argv) {
  void *library = dlopen(argv[argc - 1], RTLD_NOW);
  if (!library) return puts(dlerror()), 1;
  hodu_info_function info = (hodu_info_function)dlsym(library, "hodu_info");
  hodu_init_function init = (hodu_init_function)dlsym(library, "hodu_init");
  hodu_execute_function execute = (hodu_execute_function)dlsym(library, "hodu_execute");
  float x[10] = {1}, y[10] = {2}, sum[10];
  hodu_instance self;
  init(&self, 0, 0);
  int status = execute(&self, (const void *[]){x, y}, (void *[]){sum});
  printf("%s %d %g\\n", info()->name, status, sum[0]);
  return 0;
}
"""


@pytest.fixture(params=["zig", pytest.param("gcc", marks=needs_gcc)])
def compiler(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "gcc":
        monkeypatch.setenv("HODU_CC", "gcc")
    else:
        monkeypatch.delenv("HODU_CC", raising=False)
    return request.param


def run(*command: object) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"ASAN_OPTIONS": "detect_leaks=0"}  # memory is kept until the end
    return subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )


def build_c(folder: Path, text: str, *arguments: object) -> Path:
    (folder / "user.c").write_text(text)
    done = run(gcc, "-std=c99", f"-I{C_FOLDER}", folder / "user.c", *arguments, "-o",
               folder / "user")  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder / "user"


@needs_gcc
@pytest.mark.parametrize("format", [OutputFormat.STATIC_LIBRARY, OutputFormat.OBJECT])
def test_links_into_a_c_program(compiler: str, format: OutputFormat, tmp_path: Path) -> None:
    library = tmp_path / f"add.{format.value}"
    build_product([source("add")], format, library, CodeOptions())
    assert run(build_c(tmp_path, USER, library)).stdout == "0 0.5 9.5\n"


@needs_gcc
def test_loads_from_a_c_program(compiler: str, tmp_path: Path) -> None:
    library = tmp_path / "add.so"
    build_product([source("add")], OutputFormat.SHARED_LIBRARY, library, CodeOptions())
    assert run(build_c(tmp_path, LOADER, "-ldl"), library).stdout == "add 0 3\n"


def test_static_libraries_are_deterministic(tmp_path: Path) -> None:
    for name in ("a.a", "b.a"):
        build_product([source("add")], OutputFormat.STATIC_LIBRARY, tmp_path / name, CodeOptions())
    assert (tmp_path / "a.a").read_bytes() == (tmp_path / "b.a").read_bytes()


def test_llvm_and_assembly(tmp_path: Path) -> None:
    for format, mark in ((OutputFormat.LLVM_IR, b"define"), (OutputFormat.LLVM_BITCODE, b"BC"),
                         (OutputFormat.ASSEMBLY, b"hodu_execute:")):  # fmt: skip
        build_product([source("add")], format, tmp_path / "out", CodeOptions())
        assert mark in (tmp_path / "out").read_bytes()
    with pytest.raises(UnsupportedError):
        build_product([source("add")], OutputFormat.PTX, tmp_path / "out", CodeOptions())
    with pytest.raises(ToolchainError, match="holds one source"):
        two = [source("add"), source("full")]
        build_product(two, OutputFormat.LLVM_IR, tmp_path / "out", CodeOptions())


@pytest.fixture
def program(compiler: str, tmp_path: Path) -> Path:
    """The program of the full model, with its weights inside."""
    blob = tmp_path / 'it\'s "w".bin'
    WEIGHTS.tofile(blob)
    path = tmp_path / "full"
    weights = EmbeddedWeights("full_weights", blob)
    model = source("full", weights_inside=True)
    build_product([model], OutputFormat.EXECUTABLE, path, CodeOptions(), weights)
    np.save(tmp_path / "x.npy", X)
    np.save(tmp_path / "i.npy", np.array(0))
    return path


@linux
def test_a_program_runs_the_model(program: Path, tmp_path: Path) -> None:
    assert run(program, "--list-inputs").stdout == "x: f32[4]\ni: i64[]\n"
    listed = run(program, "--list-outputs").stdout
    assert listed == "picked: f32[4] at most\nscaled: f32[4]\n"
    given = ("-i", f"x={tmp_path}/x.npy", "-i", f"i={tmp_path}/i.npy")
    for threads in ("1", "3"):
        shown = run(program, *given, "--threads", threads)
        assert shown.stdout == "picked: f32[2] = 1 3\nscaled: f32[4] = 2 -6 12 -20\n"
    done = run(program, *given, "-o", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    np.testing.assert_array_equal(np.load(tmp_path / "out" / "picked.npy"), X[X > 0])
    np.testing.assert_array_equal(np.load(tmp_path / "out" / "scaled.npy"), X * WEIGHTS)
    X.tofile(tmp_path / "raw.bin")
    raw = run(program, "-i", f"x={tmp_path}/raw.bin", "-i", f"i={tmp_path}/i.npy")
    assert raw.stdout.startswith("picked: f32[2] = 1 3\n")
    timed = run(program, *given, "--benchmark", "20").stdout
    assert timed.startswith("min ") and timed.endswith(" ms, 20 runs\n")


def damaged(folder: Path) -> dict[str, tuple[bytes, str]]:
    good = (folder / "x.npy").read_bytes()
    np.save(folder / "f.npy", X.astype(np.float64))
    np.save(folder / "s.npy", X.reshape(2, 2))
    return {
        "dtype": ((folder / "f.npy").read_bytes(), "type '<f8', input 'x' is f32[4]"),
        "shape": ((folder / "s.npy").read_bytes(), "shape (2, 2), input 'x' is f32[4]"),
        "short": (good[:-1], "too few bytes"),
        "long": (good + b"\0", "too many bytes"),
        "header": (good[:40], "damaged .npy header"),
        "magic": (good[:8], "damaged .npy header"),
        "version": (good[:6] + b"\x09" + good[7:], "unknown version"),
        "length": (good[:6] + b"\x02\x00\xff\xff\xff\xff" + good[10:], "too long"),
        "huge": (good.replace(b"(4,)", b"(99999999999999999999999999,)"), "shape (9999"),
        "negative": (good.replace(b"(4,)", b"(-4)"), "shape (-4)"),
        "no shape": (good.replace(b"shape", b"shope"), "damaged .npy header"),
        "empty": (b"", "too few bytes"),
    }


@linux
def test_hostile_files_are_refused(program: Path, tmp_path: Path) -> None:
    for name, (data, text) in damaged(tmp_path).items():
        (tmp_path / "bad.npy").write_bytes(data)
        done = run(program, "-i", f"x={tmp_path}/bad.npy", "-i", f"i={tmp_path}/i.npy")
        assert done.returncode == 1 and text in done.stderr, (name, done.stderr)
        assert done.stdout == ""


@linux
def test_errors_of_a_program(program: Path, tmp_path: Path) -> None:
    x, i = f"x={tmp_path}/x.npy", f"i={tmp_path}/i.npy"
    for arguments, code, text in (
        (("-i", x), 1, "a file is missing for input 'i'"),
        (("-i", "z=1"), 2, "there is no such input: 'z=1'"),
        (("-i", x, "-i", x), 2, "given twice: input 'x'"),
        (("-i",), 2, "a value is missing after '-i'"),
        (("--frobnicate", "1"), 2, "unknown option '--frobnicate'"),
        (("--threads", "0"), 2, "above 0"),
        (("--threads", "9" * 30), 2, "not a number up to"),
        (("-i", "x=/nowhere", "-i", i), 1, "'/nowhere' cannot be opened"),
        (("-i", x, "-i", i, "-o", "/dev/null/x"), 1, "cannot be written"),
    ):
        done = run(program, *arguments)
        assert done.returncode == code and text in done.stderr, (arguments, done)
    np.save(tmp_path / "i.npy", np.array(-1))
    assert run(program, "-i", x, "-i", i).stderr == (
        "error: index -1 is out of range for 4 elements\n  help: use an index below 4\n"
        "  at: model.py:7\n"
    )


@needs_gcc
@linux
def test_the_program_under_sanitizers(tmp_path: Path) -> None:
    parts = [C_FOLDER / name for name in ("main.c", "npy.c", "text.c", "pool.c", "hosted.c")]
    path = tmp_path / "full"
    build = run(gcc, "-std=gnu99", "-g", "-O1", "-Wall", "-Wextra", "-Werror", "-fsanitize=address,"
                "undefined", "-fno-sanitize-recover=all", "-DWEIGHTS_INSIDE=0", f"-I{C_FOLDER}",
                *parts, MODELS / "full.c", "-o", path, "-lpthread")  # fmt: skip
    assert build.returncode == 0, build.stderr
    WEIGHTS.tofile(tmp_path / "w.bin")
    np.save(tmp_path / "x.npy", X)
    np.save(tmp_path / "i.npy", np.array(0))
    rest = ("-i", f"i={tmp_path}/i.npy", "-w", tmp_path / "w.bin", "--threads", "3")
    shown = run(path, "-i", f"x={tmp_path}/x.npy", *rest)
    assert shown.stdout == "picked: f32[2] = 1 3\nscaled: f32[4] = 2 -6 12 -20\n", shown.stderr
    assert run(path, "-i", f"x={tmp_path}/x.npy", *rest, "-o", tmp_path / "o").returncode == 0
    np.testing.assert_array_equal(np.load(tmp_path / "o" / "scaled.npy"), X * WEIGHTS)
    for name, (data, text) in damaged(tmp_path).items():
        (tmp_path / "bad.npy").write_bytes(data)
        done = run(path, "-i", f"x={tmp_path}/bad.npy", *rest)
        assert done.returncode == 1 and text in done.stderr, (name, done.stderr)


NUMBERS = """
#include "text.h"
#include <stdlib.h>
int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++) put_real(stdout, strtod(argv[i], 0)), put(stdout, "\\n");
  for (int i = 0; i < 65536; i++) {
    uint16_t bits = (uint16_t)i;
    put_element(stdout, 10, &bits, 0), put(stdout, "\\n");
  }
  return 0;
}
"""


@needs_gcc
def test_numbers_as_text(tmp_path: Path) -> None:
    values = [0.0, -1.5, 123456.0, 1234567.0, 999999.6, 0.1, 1e-5, 1.23456e-6, 1e300, 5e-324,
              float("inf"), float("-inf"), float("nan"), 1 / 3, 99999.95, -2e-9]  # fmt: skip
    sources = [C_FOLDER / "text.c", C_FOLDER / "hosted.c"]
    program = build_c(tmp_path, NUMBERS, "-std=gnu99", *sources)
    lines = run(program, *(repr(v) for v in values)).stdout.split()
    halves = np.arange(65536, dtype=np.uint16).view(np.float16).astype(np.float64)
    found = np.array([float(line) for line in lines])
    np.testing.assert_allclose(found, [*values, *halves], rtol=5.1e-6)


@pytest.mark.parametrize(
    ("triple", "format", "magic"),
    [
        ("aarch64-linux-gnu", OutputFormat.EXECUTABLE, b"\x7fELF"),
        ("riscv64-linux-gnu", OutputFormat.EXECUTABLE, b"\x7fELF"),
        ("aarch64-linux-gnu", OutputFormat.SHARED_LIBRARY, b"\x7fELF"),
        ("x86_64-windows-gnu", OutputFormat.SHARED_LIBRARY, b"MZ"),
        ("wasm32-freestanding", OutputFormat.WASM, b"\0asm"),
        ("thumbv7em-none-eabihf", OutputFormat.STATIC_LIBRARY, b"!<arch>"),
        ("aarch64-macos", OutputFormat.STATIC_LIBRARY, b"!<arch>"),
    ],
)
def test_other_systems(triple: str, format: OutputFormat, magic: bytes, tmp_path: Path) -> None:
    target = baseline(triple)
    options = CodeOptions(target.triple, target.flags(), position_independent="linux" in triple)
    build_product([source("add")], format, tmp_path / "out", options)
    assert (tmp_path / "out").read_bytes().startswith(magic)


def test_systems_without_programs(tmp_path: Path) -> None:
    options = CodeOptions("thumbv7m-none-eabi", position_independent=False)
    with pytest.raises(UnsupportedError, match="no executables for thumbv7m-none-eabi"):
        build_product([source("add")], OutputFormat.EXECUTABLE, tmp_path / "out", options)
