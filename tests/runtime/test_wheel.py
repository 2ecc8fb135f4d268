"""Wheels: installed where there is no Hodu, they compute what Hodu computes."""

from __future__ import annotations

import base64
import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

import hodu
from hodu.errors import ArgumentError, UnsupportedError
from hodu.runtime.module import load_native
from hodu.runtime.standalone import Model
from hodu.runtime.wheel import platform_tag, wheel_path
from hodu.snapshot.parse import parse_snapshot

USER = """
import sys
sys.modules["hodu"] = None  # an import of it fails
import numpy as np
import gate
assert gate.__file__.startswith(sys.argv[1]), gate.__file__
found = gate.run(np.load("x.npy"), 2)
np.savez("found.npz", **found._asdict())
"""
COUNTING = """
snapshot "counting" {
  input %total: f32[3]
  input %x: f32[3]
  state %runs: f32[] = 0.0
  const %one: f32[] = 1.0
  %0: f32[3] = add(%total, %x)
  %1: f32[3] = add(%0, %0)
  %2: f32[3] = add(%1, %runs)
  %3: f32[] = add(%runs, %one)
  output "twice" = %2
  output "total.next" = %0
  output "runs.next" = %3
  alias "total.next" -> "total"
  alias "runs.next" -> "runs"
}
"""
X = np.array([[3, 0, -1], [0, 2, 5]], np.float32)


@pytest.fixture(scope="module")
def snapshot() -> hodu.Snapshot:
    with hodu.capture("gate") as board:
        x = board.input("x", (2, 3), "f32")
        board.target("y", x @ hodu.tensor(np.arange(6, dtype=np.float32).reshape(3, 2)))
        board.target("column", x[:, board.input("i", (), "i64")])
        board.target("places", x.nonzero())
    return board.snapshot


@pytest.fixture(scope="module")
def wheel(snapshot: hodu.Snapshot, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    hodu.build(snapshot, folder, format="wheel")
    (path,) = folder.iterdir()
    return path


def test_installed_and_run_without_hodu(
    snapshot: hodu.Snapshot, wheel: Path, tmp_path: Path
) -> None:
    pytest.importorskip("pip", reason="pip installs wheels")
    site = tmp_path / "site"
    install = ["-m", "pip", "install", "-q", "--no-deps", "--no-index", "--target", site, wheel]
    subprocess.run([sys.executable, *install], check=True)
    np.save(tmp_path / "x.npy", X)
    start = f"import sys; sys.path.insert(0, sys.argv[1])\n{USER}"
    subprocess.run([sys.executable, "-c", start, site], check=True, cwd=tmp_path)
    wanted = hodu.compile(snapshot).execute({"x": X, "i": np.array(2, np.int64)})
    found = np.load(tmp_path / "found.npz")
    assert sorted(found) == sorted(wanted)
    for name, value in wanted.items():
        np.testing.assert_array_equal(found[name], value.numpy())


def test_the_record_is_of_every_file(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        lines = archive.read("gate-1.0.dist-info/RECORD").decode().splitlines()
        listed = {name: (digest, size) for name, digest, size in (x.split(",") for x in lines)}
        assert sorted(listed) == sorted(names)
        assert listed.pop("gate-1.0.dist-info/RECORD") == ("", "")
        for name, (digest, size) in listed.items():
            data = archive.read(name)
            code = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            assert (digest, int(size)) == (f"sha256={code}", len(data))
        metadata = archive.read("gate-1.0.dist-info/METADATA").decode()
    assert "Requires-Dist: numpy\n" in metadata and "ml-dtypes" not in metadata


def test_the_same_bytes_again(snapshot: hodu.Snapshot, wheel: Path, tmp_path: Path) -> None:
    hodu.build(snapshot, tmp_path, format="wheel")
    assert (tmp_path / wheel.name).read_bytes() == wheel.read_bytes()


@pytest.fixture(scope="module")
def library(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("library")
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [n for n in archive.namelist() if n.startswith("gate/model.")]
        return Path(archive.extract(name, folder))


def test_results_of_other_sizes(library: Path) -> None:
    module = load_native(library)
    model = Model(library)
    for x in (X, np.zeros_like(X), np.asfortranarray(X)):
        wanted = module.execute({"x": x, "i": np.array(0, np.int64)})
        for found, value in zip(model(x, 0), wanted.values(), strict=True):
            np.testing.assert_array_equal(found, value.numpy())


@pytest.mark.parametrize(
    ("arrays", "error", "said"),
    [
        ((X,), TypeError, r"takes x: float32\[2, 3\], i: int64\[\]; 1 arrays were given"),
        ((X.astype(np.float64), 0), TypeError, r"array of float64, .*\.astype\('float32'\)"),
        ((X[0], 0), ValueError, r"'x' has shape \[3\], the model takes \[2, 3\]"),
        ((X, 3), IndexError, "3"),
    ],
)
def test_mistakes(library: Path, arrays: tuple, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        Model(library)(*arrays)


def test_what_a_run_writes(tmp_path: Path) -> None:
    hodu.build(parse_snapshot(COUNTING), tmp_path / "counting.so")
    model, other = Model(tmp_path / "counting.so"), Model(tmp_path / "counting.so")
    total = np.ones(6, np.float32)[::2]
    assert model(total, np.full(3, 4, np.float32))[0].tolist() == [10] * 3
    assert total.tolist() == [5] * 3
    assert model(total, np.zeros(3, np.float32))[0].tolist() == [11] * 3  # with one in its state
    assert other(total, np.zeros(3, np.float32))[0].tolist() == [10] * 3
    total.flags.writeable = False
    with pytest.raises(ValueError, match="'total' is read-only"):
        model(total, total)


def test_names_of_files(tmp_path: Path) -> None:
    triple = "aarch64-macos"
    assert wheel_path(tmp_path, "a", triple).name == "a-1.0-py3-none-macosx_11_0_arm64.whl"
    own = tmp_path / "b-2.1rc1-py3-none-macosx_11_0_arm64.whl"
    assert wheel_path(own, "a", triple) == own
    for name in ("model.whl", "b-2-py3-none-win_amd64.whl", "b-2-cp311-none-macosx_11_0_arm64.whl"):
        with pytest.raises(ArgumentError, match="pip does not take"):
            wheel_path(tmp_path / name, "a", triple)
    with pytest.raises(ArgumentError, match="'class' cannot be imported"):
        wheel_path(tmp_path, "class", triple)


def test_platforms() -> None:
    assert platform_tag("riscv64-linux-gnu") == "manylinux_2_17_riscv64"
    assert platform_tag("x86_64-linux-musl") == "musllinux_1_1_x86_64"
    assert platform_tag("x86_64-windows-gnu") == "win_amd64"
    with pytest.raises(UnsupportedError, match="no wheels for thumbv6m-none-eabi"):
        platform_tag("thumbv6m-none-eabi")
