"""Files for other processors, run by qemu's emulators: the model of the demo, as on the host."""

from __future__ import annotations

import shutil
import subprocess
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

import hodu
from hodu.artifact import OutputFormat
from hodu.ops._table import Array
from hodu.plan.systems import target_for
from tests.runtime.emulated import emulator, executed, link

ASSETS = files("hodu") / "assets"
IMAGE = np.load(str(ASSETS / "digits_images.npy"))[6:7]
ARM_GCC = shutil.which("arm-none-eabi-gcc")


@pytest.fixture(scope="module")
def snapshot() -> hodu.Snapshot:
    return hodu.load(str(ASSETS / "digits.onnx"), dims={"batch": 1})


@pytest.fixture(scope="module")
def wanted(snapshot: hodu.Snapshot) -> dict[str, Array]:
    results = hodu.compile(snapshot).execute({"image": IMAGE})
    return {name: value.numpy() for name, value in results.items()}


def check(found: dict[str, Array], wanted: dict[str, Array]) -> None:
    assert list(found) == list(wanted)
    for name, value in wanted.items():
        np.testing.assert_allclose(found[name], value, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("machine", ["aarch64", "riscv64"])
def test_programs_for_linux(
    machine: str, snapshot: hodu.Snapshot, wanted: dict[str, Array], tmp_path: Path
) -> None:
    qemu = shutil.which(f"qemu-{machine}-static") or shutil.which(f"qemu-{machine}")
    if qemu is None:
        pytest.skip(f"needs qemu-{machine}: apt install qemu-user-static")
    hodu.build(snapshot, tmp_path / "digits", target=f"{machine}-linux-musl")
    np.save(tmp_path / "image.npy", IMAGE)
    command = [qemu, tmp_path / "digits", "-i", f"image={tmp_path}/image.npy", "-o", tmp_path]
    subprocess.run([*command, "--threads", "2"], check=True)
    check({name: np.load(tmp_path / f"{name}.npy") for name in wanted}, wanted)


@pytest.mark.parametrize(
    ("triple", "processor"),
    [
        ("aarch64-unknown-none", None),
        ("thumbv7em-none-eabihf", "cortex-m7"),
        ("thumbv6m-none-eabi", None),
        ("armv7a-none-eabi", None),
    ],
)
def test_firmware(
    triple: str,
    processor: str | None,
    snapshot: hodu.Snapshot,
    wanted: dict[str, Array],
    tmp_path: Path,
) -> None:
    qemu, target = emulator(triple), target_for(OutputFormat.STATIC_LIBRARY, triple, processor)
    if qemu is None:
        pytest.skip(f"needs an emulator of {triple}: apt install qemu-user-static")
    hodu.build(snapshot, tmp_path / "digits.a", target=triple, cpu=processor)
    libraries = [] if target.has_float_unit else [soft_floats(target.processor)]
    program = link(tmp_path, "digits", target, {"image": IMAGE}, wanted, libraries)
    check(executed(program, wanted, qemu), wanted)


def soft_floats(processor: str) -> str:
    """The library of gcc with the arithmetic that a processor does not have."""
    if ARM_GCC is None:
        pytest.skip(
            "needs arm-none-eabi-gcc, whose libgcc has floats: apt install gcc-arm-none-eabi"
        )
    ask = [ARM_GCC, f"-mcpu={processor}", "-mfloat-abi=soft", "-mthumb", "-print-libgcc-file-name"]
    return subprocess.run(ask, check=True, capture_output=True, text=True).stdout.strip()
