"""Libraries with code for several processors: each variant computes what the interpreter does."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hodu
import hodu.functional as F
from hodu.artifact import OutputFormat
from hodu.backends.cpu.build import build
from hodu.backends.cpu.variants import prepare_variants
from hodu.errors import ArgumentError, HoduError, UnsupportedError
from hodu.plan.target import host
from hodu.plan.variants import NAMES, default_variants, variants_for
from hodu.plugins.interfaces import CompileOptions
from hodu.render.c_program import Options
from hodu.runtime.module import load_native
from hodu.snapshot.interp import interpreter
from hodu.snapshot.ir import Snapshot
from hodu.toolchain.compiler import host_triple

pytestmark = pytest.mark.skipif(
    not host_triple().startswith("x86_64"), reason="variants are for x86-64"
)
TRIPLE = "x86_64-linux-gnu"
_HAS = {
    "baseline": "sse2",
    "avx2": "avx2",
    "avxvnni": "avx_vnni",
    "avx512": "avx512vl",
    "avx512vnni": "avx512_vnni",
}
USUAL = ("baseline", "avx2", "avx512")


def here(names: Sequence[str]) -> list[Any]:
    """Variants as parameters; those that this machine cannot run are skipped."""
    lacks = {name: _HAS[name] not in host().features for name in names}
    return [
        pytest.param(name, marks=pytest.mark.skipif(lacks[name], reason=f"no {name}"))
        for name in names
    ]


RNG = np.random.default_rng(4)


def normal(*shape: int) -> np.ndarray:
    return RNG.standard_normal(shape, np.float32) / np.float32(np.sqrt(np.prod(shape[1:]) or 1))


def network() -> Snapshot:
    """Convolutions of even and odd channels, products of many and of one row, a state."""
    with hodu.capture("net") as board:
        x = board.input("x", (1, 3, 40, 40), "f32")
        x = F.relu(F.conv2d(x, hodu.tensor(normal(40, 3, 3, 3)), stride=2, padding=1))
        x = F.relu(F.conv2d(x, hodu.tensor(normal(64, 40, 3, 3)), padding=1))
        x = F.relu(F.conv2d(x, hodu.tensor(normal(64, 1, 3, 3)), padding=1, groups=64))
        x = F.relu(F.conv2d(x, hodu.tensor(normal(72, 64, 1, 1))))
        rows = x.reshape(72, 400).transpose(0, 1)
        many = rows @ hodu.tensor(normal(72, 100))
        one = many.mean(0, keepdim=True) @ hodu.tensor(normal(100, 300))
        board.target("many", many)
        board.target("one", one)
    return board.snapshot


@pytest.fixture(scope="module")
def model() -> tuple[Snapshot, np.ndarray, list[np.ndarray]]:
    snapshot = network()
    x = normal(1, 3, 40, 40) * np.float32(60)
    return snapshot, x, interpreter(snapshot).run([x])


@pytest.fixture(scope="module")
def library(model: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    path = tmp_path_factory.mktemp("library") / "net.so"
    notes: dict[str, Any] = {}
    extra = {"report": notes.update}
    build(model[0], OutputFormat.SHARED_LIBRARY, path, CompileOptions(extra=extra))
    return path, notes


@pytest.mark.parametrize("name", here(USUAL))
def test_each_variant_computes_the_model(
    model: Any, library: Any, name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HODU_CPU", name)
    path = Path(shutil.copy(library[0], tmp_path / f"{name}.so"))  # chosen anew for each file
    _, x, expected = model
    results = []
    for threads in (1, 2, 3):
        found = load_native(path, threads=threads).execute({"x": x})
        results.append([found[n].numpy() for n in ("many", "one")])
    for got, want in zip(results[0], expected, strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-5)
    for others in results[1:]:
        for got, want in zip(others, results[0], strict=True):
            np.testing.assert_array_equal(got, want)


def test_what_this_machine_lacks_is_refused(
    library: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HODU_CPU", "avx1024")
    path = Path(shutil.copy(library[0], tmp_path / "refused.so"))
    with pytest.raises(HoduError, match="HODU_CPU='avx1024'"):
        load_native(path)


def test_most_weights_are_there_once(library: Any) -> None:
    path, notes = library
    own = sum(variant["own_weight_bytes"] for variant in notes["variants"])
    assert [variant["name"] for variant in notes["variants"]] == list(USUAL)
    assert own < notes["weight_bytes"] * 0.2
    assert all(0 < variant["code_bytes"] < 1 << 18 for variant in notes["variants"])
    assert path.stat().st_size < notes["weight_bytes"] + (1 << 18)


def test_the_same_bytes_again(model: Any, library: Any, tmp_path: Path) -> None:
    build(model[0], OutputFormat.SHARED_LIBRARY, tmp_path / "net.so", CompileOptions())
    assert (tmp_path / "net.so").read_bytes() == library[0].read_bytes()


@pytest.mark.parametrize("name", here(USUAL))
def test_a_program_without_a_c_library(model: Any, name: str, tmp_path: Path) -> None:
    snapshot, x, expected = model
    build(snapshot, OutputFormat.EXECUTABLE, tmp_path / "net", CompileOptions())
    np.save(tmp_path / "x.npy", x)
    command = ["./net", "-i", "x=x.npy", "-o", "out"]
    environment = os.environ | {"HODU_CPU": name}
    subprocess.run(command, check=True, cwd=tmp_path, env=environment)
    found = np.load(tmp_path / "out" / "many.npy")
    np.testing.assert_allclose(found, expected[0], rtol=1e-4, atol=1e-5)
    environment["HODU_CPU"] = "nonsense"
    refused = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert refused.returncode == 1 and "HODU_CPU" in refused.stderr


def test_states_go_on_in_every_variant() -> None:
    with hodu.capture("count") as board:
        state = hodu.zeros((7,))
        board.hold(state)
        state += 1
        board.target("y", state * 2)
    ready = prepare_variants(board.snapshot, variants_for(TRIPLE), Options("count"))
    offsets = [[p.plan.offsets[s.slot] for s in p.program.states] for p in ready.parts]
    assert offsets[0] and all(found == offsets[0] for found in offsets)
    assert len({part.plan.size for part in ready.parts}) == 1


@pytest.fixture(scope="module")
def bytes_model(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Snapshot, np.ndarray]:
    """A product of bytes, built with all variants."""
    with hodu.capture("bytes") as board:
        x = board.input("x", (5, 70), "u8")
        w = hodu.tensor(RNG.integers(-128, 128, (70, 40)).astype(np.int8))
        board.target("y", F._integer_matmul(x, w, None, None))
    path = tmp_path_factory.mktemp("bytes") / "bytes.so"
    notes: dict[str, Any] = {}
    options = CompileOptions(extra={"report": notes.update})
    build(board.snapshot, OutputFormat.SHARED_LIBRARY, path, options)
    assert [variant["name"] for variant in notes["variants"]] == list(NAMES)
    return path, board.snapshot, RNG.integers(0, 256, (5, 70)).astype(np.uint8)


@pytest.mark.parametrize("name", here(NAMES))
def test_products_of_bytes_in_each_variant(
    bytes_model: Any, name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path, snapshot, x = bytes_model
    monkeypatch.setenv("HODU_CPU", name)
    own = Path(shutil.copy(path, tmp_path / f"{name}.so"))
    found = load_native(own).execute({"x": x})["y"].numpy()
    np.testing.assert_array_equal(found, interpreter(snapshot).run([x])[0])


@pytest.mark.parametrize(("name", "there"), [("avx512", False), ("avx512vnni", True)])
def test_which_variants_multiply_bytes_at_once(
    bytes_model: Any, name: str, there: bool, tmp_path: Path
) -> None:
    (variant,) = variants_for(TRIPLE, [name])
    options = CompileOptions(extra={"target": variant.target})
    build(bytes_model[1], OutputFormat.ASSEMBLY, tmp_path / "m.s", options)
    assert ("vpdpbusd" in (tmp_path / "m.s").read_text()) == there


def test_which_files_have_variants() -> None:
    names = [v.name for v in default_variants(OutputFormat.STATIC_LIBRARY, TRIPLE)]
    assert names == list(NAMES)
    assert default_variants(OutputFormat.OBJECT, TRIPLE)
    assert not default_variants(OutputFormat.OBJECT, "x86_64-windows-gnu")
    assert not default_variants(OutputFormat.C_SOURCE, TRIPLE)
    assert not default_variants(OutputFormat.SHARED_LIBRARY, "aarch64-linux-gnu")


def test_names_of_variants() -> None:
    chosen = variants_for(TRIPLE, ["avx512", "baseline", "avx512"])
    assert [variant.name for variant in chosen] == ["baseline", "avx512"]
    with pytest.raises(ArgumentError, match="no variant 'sse'"):
        variants_for(TRIPLE, ["sse", "avx2"])
    with pytest.raises(ArgumentError, match="no variant is named"):
        variants_for(TRIPLE, [])
    with pytest.raises(UnsupportedError, match="aarch64"):
        variants_for("aarch64-linux-gnu")


def test_a_file_for_one_processor(model: Any, tmp_path: Path) -> None:
    extra = {"variants": variants_for(TRIPLE)}
    with pytest.raises(ArgumentError, match="one processor"):
        build(model[0], OutputFormat.C_SOURCE, tmp_path / "m.c", CompileOptions(extra=extra))
