"""`hodu.build`: what it writes, and what it says of mistakes."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest

import hodu
from hodu.errors import ArgumentError
from hodu.runtime.module import load_native


@pytest.fixture
def snapshot() -> hodu.Snapshot:
    with hodu.capture("double") as board:
        x = board.input("x", (2, 3), "f32")
        board.target("y", x * 2 + 1)
    return board.snapshot


def test_a_shared_library_computes(snapshot: hodu.Snapshot, tmp_path: Path) -> None:
    hodu.build(snapshot, tmp_path / "double.so")
    x = np.arange(6, dtype=np.float32).reshape(2, 3)
    found = load_native(tmp_path / "double.so").execute({"x": x})["y"]
    np.testing.assert_array_equal(found.numpy(), x * 2 + 1)


def test_a_library_for_a_microcontroller(snapshot: hodu.Snapshot, tmp_path: Path) -> None:
    target = "thumbv7em-none-eabihf"
    path = tmp_path / "model.a"
    hodu.build(snapshot, path, target=target, cpu="cortex-m4", format="staticlib", name="my_model")
    assert path.read_bytes().startswith(b"!<arch>\n")
    assert b"my_model_execute" in path.read_bytes()
    headers = "".join(header.read_text() for header in tmp_path.glob("*.h"))
    assert "MY_MODEL_ARENA_BYTES" in headers


def test_a_program_runs(snapshot: hodu.Snapshot, tmp_path: Path) -> None:
    hodu.build(snapshot, tmp_path / "double")
    np.save(tmp_path / "x.npy", np.ones((2, 3), np.float32))
    done = subprocess.run(
        [tmp_path / "double", "-i", f"x={tmp_path / 'x.npy'}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "y: f32[2, 3] = 3 3 3 3 3 3\n"


@pytest.mark.parametrize(
    ("name", "format", "wanted"),
    [("m.xyz", None, "extension .xyz"), ("m.a", "library", "'library' is no format")],
)
def test_formats_that_there_are_not(
    snapshot: hodu.Snapshot, tmp_path: Path, name: str, format: str | None, wanted: str
) -> None:
    with pytest.raises(ArgumentError, match=wanted):
        hodu.build(snapshot, tmp_path / name, format=format)
    assert not list(tmp_path.iterdir())
