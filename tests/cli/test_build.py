"""`hodu build`: every format, run by C programs that know nothing of Python."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

import hodu
from hodu.backends.cpu.runtime import runtime
from hodu.devices import CPU
from hodu.toolchain.compiler import host_triple

from .conftest import Cli

MODEL_X = np.arange(12, dtype=np.float32).reshape(3, 4)
USER = """
#include <stdio.h>
#include "model.h"
int main(void) {
  float x[3][4] = {{1, 2, 3, 4}}, y[3][4];
  int32_t count = 21, twice;
  int status = model(x, &count, y, &twice);
  printf("%d %g %g %d\\n", status, y[0][3], y[2][3], twice);
  return MODEL_OUTPUT0_BYTES != sizeof y;
}
"""
LOADER = """
#include <dlfcn.h>
#include <stdio.h>
#include "model.h"
int main(void) {
  float x[12] = {1, 2, 3, 4}, y[12];
  int32_t count = 21, twice;
  void *library = dlopen("./model.so", RTLD_NOW);
  hodu_instance self;
  static unsigned char arena[MODEL_ARENA_BYTES + 1] __attribute__((aligned(64)));
  if (!library) return puts(dlerror()), 1;
  ((hodu_init_function)dlsym(library, "hodu_init"))(&self, arena, 0);
  int status = ((hodu_execute_function)dlsym(library, "hodu_execute"))(
      &self, (const void *[]){x, &count}, (void *[]){y, &twice});
  printf("%d %g %g %d\\n", status, y[3], y[11], twice);
  return 0;
}
"""
START = """
#include "model.h"
void *memcpy(void *to, const void *from, size_t size) {
  for (size_t i = 0; i < size; i++) ((volatile char *)to)[i] = ((const char *)from)[i];
  return to;
}
__attribute__((force_align_arg_pointer)) void _start(void) {
  static float x[3][4] = {{1, 2, 3, 4}}, y[3][4];
  int32_t count = 21, twice;
  int status = model(x, &count, y, &twice);
  long code = status || twice != 42 ? 1 : (long)y[0][3];
  __asm__ volatile("syscall" : : "a"(60L), "D"(code));
}
"""
SAID = "0 13 1 42\n"
gcc = pytest.mark.skipif(shutil.which("gcc") is None, reason="needs gcc, to be independent of zig")


@pytest.fixture
def model(tmp_path: Path) -> str:
    """y = x * [[0, 1, ...], ...] + 1 and z = 2 count."""
    with hodu.capture("model") as board:
        x = board.input("x", (3, 4), "f32")
        board.target("y", x * hodu.tensor(MODEL_X) + 1)
        board.target("z", board.input("count", (), "i32") * 2)
    hodu.save(board.snapshot, tmp_path / "model.hdss")
    (tmp_path / "user.c").write_text(USER)
    (tmp_path / "loader.c").write_text(LOADER)
    np.save(tmp_path / "x.npy", np.ones((3, 4), np.float32))
    np.save(tmp_path / "count.npy", np.array(4, np.int32))
    return "model.hdss"


def compiled(compiler: str, *arguments: str) -> str:
    """What a C program prints, compiled without a single warning."""
    flags = ["-std=c99", "-Wall", "-Werror", "-I.", "-o", "program"]
    subprocess.run([compiler, *flags, *arguments], check=True)
    return subprocess.run(["./program"], check=True, capture_output=True, text=True).stdout


@gcc
@pytest.mark.parametrize("form", ["a", "o"])
def test_linked_into_a_c_program(cli: Cli, model: str, form: str) -> None:
    assert cli("build", model, "-o", f"model.{form}", "-q").code == 0
    assert compiled("gcc", "user.c", f"model.{form}") == SAID


@gcc
def test_c_source_without_warnings(cli: Cli, model: str) -> None:
    assert cli("build", model, "-o", "model.c", "-q").code == 0
    assert compiled("gcc", "user.c", "model.c", "model_weights.c") == SAID


@gcc
def test_shared_library_opened_by_a_c_program(cli: Cli, model: str) -> None:
    assert cli("build", model, "-o", "model.so", "-q").code == 0
    assert compiled("gcc", "loader.c", "-ldl") == SAID


def test_shared_library_in_python(cli: Cli, model: str, tmp_path: Path) -> None:
    assert cli("build", model, "-o", "model.so", "-q", "-O3").code == 0
    module = runtime.load_file(tmp_path / "model.so", CPU)
    results = module.execute({"x": np.ones((3, 4), np.float32), "count": np.array(4, np.int32)})
    assert results["y"].tolist() == (MODEL_X + 1).tolist() and results["z"].tolist() == 8
    shown = cli("run", "model.so", "-i", "x=x.npy", "-i", "count=count.npy", "-q")
    assert "z: i32 = 8\n" in shown.out


def test_little_code(cli: Cli, model: str, tmp_path: Path) -> None:
    assert cli("build", model, "-o", "model.so", "-q").code == 0
    usual = (tmp_path / "model.so").stat().st_size
    assert cli("build", model, "-o", "model.so", "-q", "-Os").code == 0
    assert (tmp_path / "model.so").stat().st_size < usual
    given = {"x": np.ones((3, 4), np.float32), "count": np.array(4, np.int32)}
    results = runtime.load_file(tmp_path / "model.so", CPU).execute(given)
    assert results["y"].tolist() == (MODEL_X + 1).tolist()
    refused = cli("build", model, "-o", "model.so", "-Oz")
    assert refused.code == 2 and "levels are 0, 1, 2, 3 and s" in refused.err


def test_program_reads_and_writes_files(cli: Cli, model: str, tmp_path: Path) -> None:
    assert cli("build", model, "-o", "program", "-q").code == 0
    listed = subprocess.run(["./program", "--list-inputs"], capture_output=True, text=True)
    assert listed.stdout == "x: f32[3, 4]\ncount: i32[]\n"
    given = ["-i", "x=x.npy", "-i", "count=count.npy"]
    subprocess.run(["./program", *given, "-o", "out"], check=True)
    assert np.load(tmp_path / "out" / "y.npy").tolist() == (MODEL_X + 1).tolist()
    assert np.load(tmp_path / "out" / "z.npy").tolist() == 8


def test_external_weights(cli: Cli, model: str, tmp_path: Path) -> None:
    assert cli("build", model, "-o", "program", "--external-weights", "-q").code == 0
    assert (tmp_path / "program.weights").stat().st_size % 64 == 0
    given = ["-i", "x=x.npy", "-i", "count=count.npy", "-o", "out"]
    refused = subprocess.run(["./program", *given], capture_output=True, text=True)
    assert refused.returncode == 1 and "give -w FILE" in refused.stderr
    subprocess.run(["./program", *given, "-w", "program.weights"], check=True)
    assert np.load(tmp_path / "out" / "y.npy").tolist() == (MODEL_X + 1).tolist()


@pytest.mark.parametrize(
    ("form", "holds"), [("ll", b"define"), ("s", b"model_execute"), ("bc", b"BC")]
)
def test_forms_of_llvm(cli: Cli, model: str, tmp_path: Path, form: str, holds: bytes) -> None:
    assert cli("build", model, "-o", f"model.{form}", "-q").code == 0
    assert holds in (tmp_path / f"model.{form}").read_bytes()


def test_report_and_dump(cli: Cli, model: str, tmp_path: Path) -> None:
    report = cli("build", model, "-o", "other.o", "-v", "--name", "model", "--dump", "stages")
    assert "weights  64 B" in report.out and "arena" in report.out and "add" in report.out
    assert "Wrote other.o" in report.err and (tmp_path / "model.h").is_file()
    stages = sorted(path.name for path in (tmp_path / "stages").iterdir())
    assert stages[0] == "00-captured.txt" and stages[-1].endswith("-model.c")
    source = cli("build", model, "-o", "other.c", "-v", "-q")
    assert "weights  64 B in another file" in source.out
    assert re.search(r"\n  code +[\d.]+ KiB\n", source.out)


def test_open_sizes_are_named(cli: Cli, affine: str) -> None:
    result = cli("build", affine, "-o", "affine.o")
    assert result.code == 1
    assert "has dimensions without a size: N\n  help: give each one: --dim N=1" in result.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-o", "model.xyz"), "no format has the extension .xyz"),
        (("-o", "x", "-f", "nonsense"), "'nonsense' is no format"),
        (("-o", "missing/model.o"), "there is no folder 'missing'"),
        (("-o", "."), "is a folder"),
    ],
)
def test_usage(cli: Cli, model: str, arguments: tuple[str, ...], said: str) -> None:
    result = cli("build", model, *arguments)
    assert result.code == 2 and said in result.err


def test_formats_that_nothing_builds(cli: Cli, model: str) -> None:
    result = cli("build", model, "-o", "model.ptx")
    assert result.code == 1 and "no compiler writes .ptx for cpu" in result.err


@pytest.mark.skipif(not host_triple().startswith("x86_64"), reason="variants are for x86-64")
def test_variants(cli: Cli, model: str) -> None:
    told = cli("build", model, "-o", "model.so", "-v", "-q")
    assert told.code == 0 and "linux-gnu baseline, avx2, avx512" in told.out
    assert re.search(r"\n  avx2 +x86-64-v3 +[\d.]+ KiB  \d+ B weights of its own", told.out)
    two = cli("build", model, "-o", "model.so", "--variants", "avx512,baseline", "-v", "-q")
    assert "baseline, avx512" in two.out and "v3" not in two.out
    one = cli("build", model, "-o", "model.so", "--mcpu", "x86-64-v2", "-v", "-q")
    assert one.code == 0 and "variants" not in one.out


def test_variants_that_cannot_be(cli: Cli, model: str) -> None:
    unknown = cli("build", model, "-o", "model.so", "--variants", "sse", "-t", "x86_64-linux-gnu")
    assert unknown.code == 1 and "the variants are baseline, avx2, " in unknown.err
    both = cli("build", model, "-o", "model.so", "--variants", "avx2", "--mcpu", "native")
    assert both.code == 2 and "give one" in both.err
    arm = cli("build", model, "-o", "model.so", "--variants", "avx2", "-t", "aarch64-linux-gnu")
    assert arm.code == 1 and "no variants for aarch64" in arm.err
    text = cli("build", model, "-o", "m.c", "--variants", "avx2", "-t", "x86_64-linux-gnu")
    assert text.code == 1 and "one processor" in text.err


@gcc
@pytest.mark.skipif(not host_triple().startswith("x86_64"), reason="variants are for x86-64")
def test_variants_need_no_c_library(cli: Cli, model: str) -> None:
    """Linked with nothing but a start of its own, getenv is not there and is not called."""
    assert cli("build", model, "-o", "model.a", "-q").code == 0
    Path("start.c").write_text(START)
    flags = ["-nostdlib", "-static", "-fno-stack-protector", "-o", "program"]
    subprocess.run(["gcc", *flags, "start.c", "model.a"], check=True)
    assert subprocess.run(["./program"], env={"HODU_CPU": "nonsense"}).returncode == 13


def test_tuning_is_for_this_machine(cli: Cli, model: str) -> None:
    refused = cli("build", model, "-o", "model.so", "--tune")
    assert refused.code == 2 and "--mcpu native builds for this one" in refused.err
    assert cli("build", model, "-o", "model.so", "--tune", "--mcpu", "native", "-q").code == 0
