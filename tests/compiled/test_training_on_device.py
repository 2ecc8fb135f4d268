"""A step of training as firmware: it learns on an emulated Cortex-M4 as it does on the host."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

import hodu
from hodu import nn, optim
from hodu.emulation.qemu import C_FOLDER

ROOT = Path(__file__).parents[2]
TARGET = {"target": "thumbv7em-none-eabihf", "cpu": "cortex-m4"}
MACHINE = ("-mcpu=cortex-m4", "-mthumb", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard")
TOOLS = {"arm-none-eabi-gcc": "gcc-arm-none-eabi", "qemu-system-arm": "qemu-system-arm"}
MISSING = [package for tool, package in TOOLS.items() if shutil.which(tool) is None]
BATCH, STEPS = 8, 12
BOARD = """
#include "predict.h"
#include "step.h"

extern uint32_t stack_top;
extern const float images[STEPS][BATCH][1][8][8];
extern const int64_t labels[STEPS][BATCH];
static uint8_t arena[STEP_ARENA_BYTES] __attribute__((aligned(STEP_ALIGNMENT)));

void *memcpy(void *restrict to, const void *restrict from, size_t count) {
  for (size_t i = 0; i < count; i++) ((volatile uint8_t *)to)[i] = ((const uint8_t *)from)[i];
  return to;
}

void *memset(void *to, int value, size_t count) {
  for (size_t i = 0; i < count; i++) ((volatile uint8_t *)to)[i] = (uint8_t)value;
  return to;
}

static int host(int operation, const void *argument) {
  register int r0 __asm("r0") = operation;
  register const void *r1 __asm("r1") = argument;
  __asm volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

static void say(const void *floats, size_t count) {
  static char digits[10];
  for (const uint32_t *at = floats; count--; at++) {
    for (int i = 0; i < 8; i++) digits[i] = "0123456789abcdef"[*at >> (28 - 4 * i) & 15];
    digits[8] = '\\n';
    host(4, digits);
  }
}

static void run(void) {
  hodu_instance self;
  static float loss, scores[BATCH][10];
  int status = step_init(&self, arena, 0);
  for (int i = 0; i < STEPS && !status; i++) {
    status = step_execute(&self, (const void *[]){images[i], labels[i]}, (void *[]){&loss});
    say(&loss, 1);
  }
  say(arena + STEP_STATE_WEIGHT_OFFSET, STEP_STATE_WEIGHT_BYTES / 4);
  say(arena + STEP_STATE_BIAS_OFFSET, STEP_STATE_BIAS_BYTES / 4);
  predict(images[0], (const void *)(arena + STEP_STATE_WEIGHT_OFFSET),
          (const void *)(arena + STEP_STATE_BIAS_OFFSET), scores);
  say(scores, BATCH * 10);
  host(0x18, (void *)(status ? 0x20023 : 0x20026));
}

__attribute__((naked, noreturn)) void reset(void) {
  __asm volatile("ldr r0, =0xE000ED88\\n ldr r1, [r0]\\n orr r1, r1, #(0xF << 20)\\n"
                 " str r1, [r0]\\n dsb\\n isb\\n bl %c0\\n b .\\n .ltorg\\n" ::"i"(run));
}

static void fault(void) { host(0x18, (void *)0x20023); }

__attribute__((section(".start"), used)) void *const vectors[16] = {
    &stack_top, reset, fault, fault, fault, fault, fault, 0, 0, 0, 0, fault, fault, 0, fault, fault,
};
"""
DATA = """
.section .rodata
.balign 8
.global images, labels
images: .incbin "images.bin"
labels: .incbin "labels.bin"
"""


def batches() -> tuple[np.ndarray, np.ndarray]:
    """Two batches of the example's digits, again and again."""
    data = np.load(ROOT / "examples" / "data" / "digits.npy")
    order = np.random.default_rng(0).permutation(len(data))[: 2 * BATCH]
    chosen = data[np.resize(order, BATCH * STEPS)]
    images = (chosen[:, :64].astype(np.float32) / 16).reshape(STEPS, BATCH, 1, 8, 8)
    return images, chosen[:, 64].astype(np.int64).reshape(STEPS, BATCH)


def network() -> tuple[nn.Module, nn.Linear]:
    """Features that stay as they are, and the last layer, which learns."""
    hodu.manual_seed(3)
    features = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))
    return features.requires_grad_(False), nn.Linear(64, 10)


@pytest.mark.skipif(bool(MISSING), reason=f"apt install {' '.join(MISSING)}")
def test_the_last_layer_learns_on_the_device(tmp_path: Path) -> None:
    features, last = network()
    optimizer = optim.SGD(last.parameters(), lr=0.2, momentum=0.9)

    def scores_of(images: hodu.Tensor) -> hodu.Tensor:
        return last(features(images).flatten(1))

    def step(images: hodu.Tensor, labels: hodu.Tensor) -> hodu.Tensor:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(scores_of(images), labels)
        loss.backward()
        optimizer.step()
        return loss

    images, labels = batches()
    state = {"weight": last.weight, "bias": last.bias}
    trained = hodu.compile(step, state=(state, optimizer))
    hodu.build(trained.snapshot(images[0], labels[0]), tmp_path / "step.o", **TARGET)
    with hodu.capture("predict") as board:
        x = board.input("images", images[0].shape)
        given = board.input("weight", last.weight.shape), board.input("bias", last.bias.shape)
        board.target("scores", nn.functional.linear(features(x).flatten(1), *given))
    hodu.build(board.snapshot, tmp_path / "predict.o", opt="s", **TARGET)
    losses = [trained(*batch).item() for batch in zip(images, labels, strict=True)]

    scores = scores_of(hodu.tensor(images[0])).detach()
    wanted = [losses, last.weight.detach(), last.bias.detach(), scores]
    found = emulated(tmp_path, images, labels)
    np.testing.assert_allclose(
        found, np.concatenate([np.asarray(part, np.float32).ravel() for part in wanted]),
        rtol=1e-4, atol=1e-5,
    )  # fmt: skip
    assert losses[-2] < losses[0] / 1.5, "the same batch"


def emulated(folder: Path, images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The floats that the board says after it has run all steps."""
    images.tofile(folder / "images.bin")
    labels.tofile(folder / "labels.bin")
    (folder / "board.c").write_text(BOARD)
    (folder / "data.S").write_text(DATA)
    sizes = [f"-DSTEPS={STEPS}", f"-DBATCH={BATCH}", "-O2", "-ffreestanding"]
    script = (C_FOLDER / "board.ld").read_text()
    (folder / "board.ld").write_text(
        script.replace("@CODE@", "0").replace("@MEMORY@", "0x20000000")
    )
    layout = ["-nostdlib", "-T", "board.ld", "-Wl,--gc-sections"]
    files = ["board.c", "data.S", "step.o", "predict.o", "-lgcc", "-o", "image.elf"]
    command = ["arm-none-eabi-gcc", *MACHINE, *sizes, *layout, *files]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=60)
    done = subprocess.run(
        ["qemu-system-arm", "-M", "mps2-an386", "-nographic", "-monitor", "none", "-serial",
         "none", "-semihosting-config", "enable=on,target=native", "-kernel", "image.elf"],
        cwd=folder, check=True, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    words = re.findall(r"^[0-9a-f]{8}$", done.stdout + done.stderr, re.MULTILINE)
    return np.array([int(word, 16) for word in words], np.uint32).view(np.float32)


def test_headers_say_where_states_lie(tmp_path: Path) -> None:
    weight = hodu.tensor([[1.0, 2.0]], requires_grad=True)
    optimizer = optim.SGD([weight], lr=0.5)

    def step(x: hodu.Tensor) -> hodu.Tensor:
        optimizer.zero_grad()
        loss = (x * weight).sum()
        loss.backward()
        optimizer.step()
        return loss

    names = {"w 1": weight, "w.1": hodu.zeros(3)}
    trained = hodu.compile(step, state=(names, optimizer))
    hodu.build(trained.snapshot(hodu.ones(1, 2)), tmp_path / "step.c", **TARGET)
    header = (tmp_path / "step.h").read_text()
    assert "#define STEP_STATE_W_1_OFFSET 0 /* w 1: f32[1, 2] */" in header
    assert "#define STEP_STATE_W_1_BYTES 8" in header
