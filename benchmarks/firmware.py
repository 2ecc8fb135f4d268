"""Firmware for Cortex-M, run in QEMU: instructions, flash, memory and stack of one run.

    python benchmarks/firmware.py [MODEL ...] [--cpu cortex-m4] [-O 3]

MODEL is an .onnx file with one f32 input and output; by default the tiny ones of
`benchmarks/models`. Instructions are counted by a plugin and are the same on every run. Flash and
memory are those of the linked image less its start-up; input and output are the caller's. It needs
Debian's packages gcc-arm-none-eabi, qemu-system-arm and gcc.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import tempfile
from pathlib import Path

import numpy as np

import hodu

HERE = Path(__file__).resolve().parent
SOURCES = HERE / "firmware"
MODELS = Path(os.environ.get("HODU_MODELS", HERE / "models"))
BOARDS = {
    "cortex-m4": ("mps2-an386", "fpv4-sp-d16"),
    "cortex-m7": ("mps2-an500", "fpv5-sp-d16"),
}
_STUB = "int net(const void *x, void *y) { (void)x, (void)y; return 0; }"


def run(*command: str | Path) -> str:
    """What a command says on both streams; stops with it where the command fails."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{command[0]} failed:\n{done.stderr or done.stdout}")
    return done.stdout + done.stderr


def link(folder: Path, net: Path, cpu: str, sizes: tuple[int, int]) -> tuple[Path, dict[str, int]]:
    """An image of the start-up and a model, and the bytes of its sections."""
    image = folder / f"{net.stem}.elf"
    given = folder / "given.S"
    data = f'.incbin "{folder / "x.bin"}"'
    given.write_text(f".section .rodata.given\n.global given\ngiven: {data}\n")
    machine = [f"-mcpu={cpu}", "-mthumb", f"-mfpu={BOARDS[cpu][1]}", "-mfloat-abi=hard"]
    defined = [f"-DX_BYTES={sizes[0]}", f"-DY_BYTES={sizes[1]}", "-O2", "-ffreestanding"]
    files = [SOURCES / "start.c", given, net]
    layout = ["-nostdlib", "-T", SOURCES / "board.ld", "-Wl,--gc-sections"]
    run("arm-none-eabi-gcc", *machine, *defined, *layout, *files, "-lgcc", "-o", image)
    rows = re.findall(r"^(\.\w+)\s+(\d+)", run("arm-none-eabi-size", "-A", image), re.MULTILINE)
    return image, {name: int(size) for name, size in rows}


def count(image: Path, cpu: str, plugin: Path) -> dict[str, list[int]]:
    """What the image says, and the instructions between its markers."""
    names = run("arm-none-eabi-nm", image)
    begin, end = (
        re.search(rf"^(\w+) T count_{which}$", names, re.MULTILINE)[1]  # type: ignore[index]
        for which in ("begin", "end")
    )
    text = run(
        "qemu-system-arm", "-M", BOARDS[cpu][0], "-nographic", "-monitor", "none",
        "-serial", "none", "-semihosting-config", "enable=on,target=native",
        "-plugin", f"{plugin},begin=0x{begin},end=0x{end}", "-kernel", image,
    )  # fmt: skip
    said: dict[str, list[int]] = {}
    for word, value in re.findall(r"^(status|stack|y) (\w+)$", text, re.MULTILINE):
        said.setdefault(word, []).append(int(value, 16))
    said["instructions"] = [int(v) for v in re.findall(r"^instructions (\d+)$", text, re.MULTILINE)]
    return said


def measure(model: Path, cpu: str, opt: int | str, plugin: Path) -> str:
    """One row of the table."""
    snapshot = hodu.load(model)
    (given,) = snapshot.inputs
    x = np.random.default_rng(0).standard_normal(given.type.shape).astype(np.float32)
    (wanted,) = snapshot.run(x)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "x.bin").write_bytes(x.tobytes())
        (folder / "stub.c").write_text(_STUB)
        net, target = folder / "net.o", "thumbv7em-none-eabihf"
        hodu.build(snapshot, net, target=target, cpu=cpu, name="net", opt=opt)
        image, whole = link(folder, net, cpu, (x.nbytes, wanted.nbytes))
        _, empty = link(folder, folder / "stub.c", cpu, (x.nbytes, wanted.nbytes))
        said = count(image, cpu, plugin)
    own = {key: size - empty.get(key, 0) for key, size in whole.items()}
    got = np.array(said["y"], np.uint32).view(np.float32)
    error = float(np.abs(got - wanted.ravel()).max() / np.abs(wanted).max())
    return (
        f"{model.stem:<18}{said['instructions'][0]:>13,}{own['.text'] + own['.rodata']:>12,}"
        f"{own['.bss']:>10,}{said['stack'][0]:>7}{error:>11.1e}"
    )


def main() -> None:
    """Measure the models and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="*", type=Path)
    parser.add_argument("--cpu", choices=BOARDS, default="cortex-m4")
    parser.add_argument("-O", dest="opt", choices=["0", "1", "2", "3", "s"], default="3")
    options = parser.parse_args()
    level = options.opt if options.opt == "s" else int(options.opt)
    with tempfile.TemporaryDirectory() as name:
        plugin = Path(name) / "count.so"
        run("gcc", "-O2", "-shared", "-fPIC", SOURCES / "count.c", "-o", plugin)
        print(
            f"{'model':<18}{'instructions':>13}{'flash':>12}{'memory':>10}{'stack':>7}{'error':>11}"
        )
        for model in options.models or sorted(MODELS.glob("tiny_*.onnx")):
            print(measure(model, options.cpu, level, plugin), flush=True)


if __name__ == "__main__":
    main()
