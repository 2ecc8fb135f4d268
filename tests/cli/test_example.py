"""`hodu build --example`: a folder that other compilers take, and nobody loses work to it."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

import hodu
from hodu.toolchain.compiler import Toolchain

from .conftest import Cli

TARGET = ("-t", "thumbv7em-none-eabihf", "--mcpu", "cortex-m4", "-q")
ARDUINO = """
#include <stdint.h>
struct Port {
  void begin(long), print(const char *), println(int), println(double);
};
extern Port Serial;
void delay(int);
"""
FILES = {
    "main.c",
    "CMakeLists.txt",
    "library.properties",
    "library.json",
    "examples/net/net.ino",
    "src/net.c",
    "src/net_weights.c",
    "src/net.h",
    "src/hodu.h",
    ".hodu-example.json",
}


@pytest.fixture
def model(tmp_path: Path) -> str:
    """A model whose inputs have names that C or the example has a use for."""
    with hodu.capture("net") as board:
        x = board.input("main", (2, 3), "f32")
        count = board.input("net", (), "i8")
        board.target("y", x @ hodu.tensor(np.ones((3, 4), np.float32)) + count)
    hodu.save(board.snapshot, tmp_path / "net.hdss")
    return "net.hdss"


def compilers() -> list[list[str]]:
    """For the target: the built-in one, and Arm's own if it is there."""
    tools = Toolchain()
    headers = f"{tools.compiler.root}/lib/include"
    own = [*tools.compiler.command, "--target=thumbv7em-none-eabihf", "-nostdlibinc"]
    arm = shutil.which("arm-none-eabi-gcc")
    found = [[*own, "-isystem", headers], *([[arm, "-mthumb", "-mfloat-abi=hard"]] if arm else [])]
    return [[*command, "-mcpu=cortex-m4", "-Wall", "-Werror", "-c"] for command in found]


def written(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize("arena", ["static", "caller"])
def test_compilers_take_it(cli: Cli, model: str, arena: str, tmp_path: Path) -> None:
    made = cli("build", model, "-o", "net.a", *TARGET, "--example", "example", "--arena", arena)
    assert made.code == 0, made.err
    folder = tmp_path / "example"
    assert written(folder) == FILES
    assert json.loads((folder / "library.json").read_text())["name"] == "net"
    (folder / "src" / "Arduino.h").write_text(ARDUINO)
    sketch = ["-x", "c++", "-fno-exceptions", "-fno-rtti", "examples/net/net.ino"]
    for command in compilers():
        for source in (["main.c"], ["src/net.c"], ["src/net_weights.c"], sketch):
            standard = [] if source is sketch else ["-std=c99"]
            subprocess.run(
                [*command, *standard, "-Isrc", *source, "-o", "x.o"], cwd=folder, check=True
            )


def test_only_what_hodu_wrote_is_replaced(cli: Cli, model: str, tmp_path: Path) -> None:
    build = ("build", model, "-o", "net.a", *TARGET, "--example", "example")
    folder = tmp_path / "example"
    assert cli(*build).code == 0 and cli(*build, "--name", "other").code == 0
    assert "src/other.c" in written(folder) and "src/net.c" not in written(folder)
    (folder / "notes.txt").write_text("mine")
    (tmp_path / "net.a").unlink()
    refused = cli(*build)
    assert refused.code == 1 and "notes.txt' is not as Hodu wrote it" in refused.err
    assert not (tmp_path / "net.a").exists() and "src/other.c" in written(folder)
    (folder / "notes.txt").unlink()
    (folder / "main.c").write_text("int main(void) { return 42; }")
    refused = cli(*build)
    assert refused.code == 1 and "main.c' is not as Hodu wrote it" in refused.err
    assert {p.name for p in tmp_path.iterdir() if p.name.startswith(".")} == set()


def test_examples_that_cannot_be(cli: Cli, model: str) -> None:
    hosted = cli("build", model, "-o", "net.a", "--example", "example", "-q")
    assert hosted.code == 1 and "not bare metal" in hosted.err
    outside = ("--external-weights", "--example", "example")
    untyped = cli("build", model, "-o", "net.o", *TARGET, *outside)
    assert untyped.code == 1 and "the typed function" in untyped.err
    Path("taken").write_text("a file")
    assert cli("build", model, "-o", "net.o", *TARGET, "--example", "taken").code == 1
