"""Files for systems that are not here: what they import and export."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import hodu
from tests.runtime.binaries import interface

FUNCTIONS = ("info", "init", "execute", "cleanup")
MODEL = {f"{symbol}_{name}" for symbol in ("hodu", "model") for name in FUNCTIONS} | {"model"}
DYLD = {"dyld_stub_binder"}  # of every Mach-O file
DYLD_OWN = {"_mh_dylib_header", "__dso_handle"}


@pytest.fixture(scope="module")
def snapshot() -> hodu.Snapshot:
    weights = hodu.tensor(np.arange(12, dtype=np.float32).reshape(4, 3))
    with hodu.capture("product") as board:
        board.target("y", board.input("x", (2, 4), "f32") @ weights)
    return board.snapshot


@pytest.mark.parametrize(
    ("triple", "libraries", "imports"),
    [
        ("aarch64-linux-gnu", set(), {"memset", "memcpy"}),
        ("riscv64-linux-musl", set(), {"memset", "memcpy"}),
        ("aarch64-windows-gnu", set(), set()),
        ("aarch64-macos", {"/usr/lib/libSystem.B.dylib"}, {"memset", "memcpy", "bzero"} | DYLD),
    ],
)
def test_shared_libraries_need_no_more_than_memory(
    snapshot: hodu.Snapshot, triple: str, libraries: set[str], imports: set[str], tmp_path: Path
) -> None:
    hodu.build(snapshot, tmp_path / "model.so", target=triple)
    found = interface((tmp_path / "model.so").read_bytes())
    assert found.exports - DYLD_OWN == MODEL | {"model_weights"}
    assert found.libraries == libraries and found.imports <= imports


def test_windows_programs_need_kernel32_alone(snapshot: hodu.Snapshot, tmp_path: Path) -> None:
    hodu.build(snapshot, tmp_path / "model.exe", target="x86_64-windows-gnu", cpu="x86-64-v2")
    found = interface((tmp_path / "model.exe").read_bytes())
    assert found.libraries == {"kernel32.dll"} and "ExitProcess" in found.imports


@pytest.mark.parametrize("triple", ["aarch64-windows-gnu", "aarch64-macos"])
def test_an_object_holds_its_weights(snapshot: hodu.Snapshot, triple: str, tmp_path: Path) -> None:
    hodu.build(snapshot, tmp_path / "model.o", target=triple)
    one = np.array(11, np.float32).tobytes()
    assert one in (tmp_path / "model.o").read_bytes()


@pytest.mark.parametrize(
    ("triple", "form"),
    [
        ("thumbv7em-none-eabihf", "a"),
        ("x86_64-windows-gnu", "so"),
        ("aarch64-macos", "so"),
        ("aarch64-windows-gnu", "ll"),
        ("wasm32-freestanding", "wasm"),
    ],
)
def test_the_same_bytes_wherever_it_is_built(
    snapshot: hodu.Snapshot,
    triple: str,
    form: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    contents = []
    for place in ("one", "another"):
        (tmp_path / place).mkdir()
        monkeypatch.setenv("HODU_CACHE_DIR", str(tmp_path / place / "cache"))
        file = tmp_path / place / f"model.{form}"
        hodu.build(snapshot, file, target=triple, cpu="x86-64-v3" if "x86" in triple else None)
        contents.append(file.read_bytes())
    assert contents[0] == contents[1]
