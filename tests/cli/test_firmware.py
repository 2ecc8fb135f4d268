"""`hodu build` for microcontrollers: what it exports, reports and refuses."""

from __future__ import annotations

import re
import subprocess
import xml.etree.ElementTree
from collections.abc import Callable
from pathlib import Path

import pytest

import hodu
import hodu.nn.functional as F
from hodu.toolchain.compiler import Toolchain
from hodu.toolchain.elf import read_object
from hodu_cli.arena_picture import arena_svg
from hodu_cli.main import main

from .conftest import Cli

M4 = ("-t", "thumbv7em-none-eabihf", "--mcpu", "cortex-m4", "-q")
MAIN = """
#include "first.h"
#include "second.h"
void *memcpy(void *restrict to, const void *restrict from, size_t size) {
  for (size_t i = 0; i < size; i++) ((volatile char *)to)[i] = ((const char *)from)[i];
  return to;
}
void *memset(void *to, int byte, size_t size) {
  for (size_t i = 0; i < size; i++) ((volatile char *)to)[i] = (char)byte;
  return to;
}
float x[1][2][8][8], y[1][4];
_Static_assert(sizeof x == FIRST_INPUT0_BYTES && FIRST_INPUT0_RANK == 4, "the header's sizes");
static const int shape[FIRST_INPUT0_RANK] = FIRST_INPUT0_SHAPE;
unsigned char memory[SECOND_ARENA_BYTES] __attribute__((aligned(SECOND_ALIGNMENT)));
int main(void) {
  hodu_instance instance;
  if (shape[1] != 2 || first(x, y) != HODU_OK) return 1;
  return second_init(&instance, memory, 0) || second(&instance, x, y);
}
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small network, net.hdss, as first.o and, with an arena of the caller's, as second.o."""
    folder = tmp_path_factory.mktemp("firmware")
    weights = [hodu.rand(8, 2, 3, 3) - 0.5, hodu.rand(8, 8, 3, 3) - 0.5, hodu.rand(4, 8) - 0.5]
    with hodu.capture("net") as board:
        x = board.input("x", (1, 2, 8, 8), "f32")
        for w in weights[:2]:
            x = F.relu(F.conv2d(x, w, padding=1))
        board.target("y", F.softmax(x.mean((2, 3)) @ weights[2].T, -1))
    hodu.save(board.snapshot, folder / "net.hdss")
    for name, *options in (("first",), ("second", "--arena", "caller")):
        made = str(folder / f"{name}.o")
        assert main(["build", str(folder / "net.hdss"), "-o", made, *M4, *options]) == 0
    return folder


def symbols(path: Path, wanted: Callable[..., bool]) -> set[str]:
    found = read_object(path)
    return {s.name for s in found.symbols if s.name and wanted(s, found.sections)}


@pytest.mark.parametrize("name", ["first", "second"])
def test_nothing_but_the_arena_is_written(built: Path, name: str) -> None:
    outside = symbols(built / f"{name}.o", lambda s, _: s.is_global and s.section is None)
    assert outside <= {"memcpy", "memset"}
    exported = symbols(built / f"{name}.o", lambda s, _: s.is_global and s.section is not None)
    assert exported == {name} | {
        f"{name}_{part}" for part in ("info", "init", "execute", "cleanup", "weights")
    }
    written = symbols(built / f"{name}.o", lambda s, parts: s.section and parts[s.section].writable)
    assert written == ({"first.arena"} if name == "first" else set())
    sections = read_object(built / f"{name}.o").sections
    assert not any(s.size for s in sections if s.writable and s.loaded and not s.is_zero)


def test_python_builds_the_same(built: Path, tmp_path: Path) -> None:
    model, target = hodu.load(built / "net.hdss"), {"target": M4[1], "cpu": M4[3]}
    hodu.build(model, tmp_path / "second.o", arena="caller", **target)
    for name in ("second.o", "second.h"):
        assert (tmp_path / name).read_bytes() == (built / name).read_bytes()
    with pytest.raises(hodu.errors.ArgumentError, match="arena is 'heap'"):
        hodu.build(model, tmp_path / "second.o", arena="heap", **target)


def test_two_models_in_one_image(built: Path) -> None:
    (built / "main.c").write_text(MAIN)
    tools = Toolchain()
    target = ["--target=thumbv7em-none-eabihf", "-mcpu=cortex-m4", "-nostdlibinc"]
    flags = [*target, "-isystem", f"{tools.compiler.root}/lib/include", "-fshort-enums", "-Werror"]
    compiled = ["-std=c11", "-Wall", "-meabi", "gnu", "-c", "main.c", "-o", "main.o"]
    subprocess.run([*tools.compiler.command, *flags, *compiled], cwd=built, check=True)
    objects = ["main.o", "first.o", "second.o", "-o", "image"]
    link = [*tools.zig("ld.lld"), "-e", "main", "--gc-sections", "--no-undefined"]
    subprocess.run([*link, *objects], cwd=built, check=True)
    kept = symbols(built / "image", lambda s, _: s.is_function)
    assert {"first", "second", "second_init"} <= kept and not {"first_info"} & kept


def test_report(cli: Cli, built: Path) -> None:
    report = cli("build", str(built / "net.hdss"), "-o", "net.o", *M4, "-v", "--report", "net.html")
    assert report.code == 0
    for line in ("flash  ", "  code  ", "RAM  ", "  stack  ", "net_k0_conv      9.22 K    580 B"):
        assert line in report.out, report.out
    assert "46.11 K multiply-accumulates" in report.out
    page = Path("net.html").read_text()
    assert page.startswith("<!doctype html>") and "<svg" in page and "net_k0_conv" in page
    assert "<script" not in page and "http" not in page.replace("http://www.w3.org/2000/svg", "")


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        (("--ram-limit", "3K"), r"takes 4,\d+ bytes of RAM, and the limit is 3,072"),
        (("--flash-limit", "4000"), "  2,308  "),
    ],
)
def test_limits(cli: Cli, built: Path, limit: tuple[str, str], said: str) -> None:
    model = str(built / "net.hdss")
    refused = cli("build", model, "-o", "net.o", *M4, *limit, "--report", "net.svg")
    assert refused.code == 1 and "help: " in refused.err
    assert re.search(said, refused.err), refused.err
    assert not list(Path().iterdir())
    assert cli("build", model, "-o", "net.o", *M4, limit[0], "1M").code == 0


def test_limits_that_make_no_sense(cli: Cli, built: Path) -> None:
    model = str(built / "net.hdss")
    assert cli("build", model, "-o", "net.o", "--ram-limit", "1K").code == 1
    refused = cli("build", model, "-o", "net.o", "--ram-limit", "1 furlong")
    assert refused.code == 2 and "64K" in refused.err
    refused = cli("build", model, "-o", "net.o", "--report", "net.txt")
    assert refused.code == 2 and ".svg or .html" in refused.err


def test_picture_of_hostile_names() -> None:
    name = "</text><script>alert(1)</script>\x00\ud800\x1b"
    row = {"name": name, "offset": 0, "bytes": 100, "first": 0, "last": 0}
    notes = {"name": name, "arena_bytes": 100, "kernels": [{"name": name}], "arena": [row]}
    root = xml.etree.ElementTree.fromstring(arena_svg(notes).encode())
    assert not any("script" in element.tag for element in root.iter())
    assert any("<script>" in (element.text or "") for element in root.iter())


def test_line_buffers(cli: Cli, built: Path) -> None:
    """Memory that they save and work that they cost are told, and where they are of no use."""
    model = str(built / "net.hdss")
    told = cli("build", model, "-o", "net.o", *M4, "-v", "--streaming").out
    before = float(re.findall(r"arena without +([0-9.]+) KiB", told)[0])
    after = float(re.findall(r"\n  arena +([0-9.]+) KiB", told)[0])
    more = float(re.findall(r"extra work +([0-9.]+) % more multiply-accumulates", told)[0])
    assert after < before and more == 0
    with hodu.capture("row") as board:
        board.target("y", F.relu(board.input("x", (1, 64))) + 1)
    hodu.save(board.snapshot, "row.hdss")
    told = cli("build", "row.hdss", "-o", "row.o", *M4, "-v", "--streaming").out
    assert "line buffers would not make the arena smaller: built without them" in told
    refused = cli("build", model, "-o", "net.a", "--streaming", "-q")
    assert refused.code == 1 and "is not bare metal" in refused.err
    wide = ("-t", "aarch64-unknown-none", "--streaming", "-q")
    refused = cli("build", model, "-o", "net.a", *wide)
    assert refused.code == 1 and "cores without vectors" in refused.err


def test_the_callers_arena_is_counted(cli: Cli, built: Path) -> None:
    model = str(built / "net.hdss")
    for owner in ("static", "caller"):
        told = cli("build", model, "-o", "net.o", *M4, "-v", "--arena", owner).out
        found = [re.findall(rf"{part} +([0-9.]+) KiB", told)[0] for part in ("RAM", "arena")]
        ram, arena = map(float, found)
        assert arena < ram < arena + 0.5
