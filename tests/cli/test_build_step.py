"""A step of training saved, built, and run by a C program: training without Python."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

import hodu
from hodu import nn, optim

from .conftest import Cli

DIGITS = Path(__file__).parents[2] / "examples" / "data" / "digits.npy"
BATCH, STEPS = 32, 60
USER = """
#include <stdio.h>
#include <string.h>
#include "step.h"
#define STEPS 60
static unsigned char arena[STEP_ARENA_BYTES] __attribute__((aligned(64)));
static float images[STEPS][32][1][8][8], losses[STEPS];
static int64_t labels[STEPS][32];
static int read_all(const char *name, void *to, size_t size) {
  FILE *file = fopen(name, "rb");
  size_t found = file ? fread(to, 1, size, file) : 0;
  if (file) fclose(file);
  return found == size;
}
int main(void) {
  hodu_instance self;
  if (!read_all("images.bin", images, sizeof images)) return 1;
  if (!read_all("labels.bin", labels, sizeof labels)) return 2;
  if (step_init(&self, arena, 0)) return 3;
  for (int i = 0; i < STEPS; i++)
    if (step_execute(&self, (const void *[]){images[i], labels[i]}, (void *[]){&losses[i]}))
      return 4;
  fwrite(losses, 1, sizeof losses, stdout);
  const hodu_model *model = step_info();
  for (int n = 0; n < 8; n++)
    for (int i = 0; i < model->state_count; i++) {
      const hodu_tensor *state = &model->states[i];
      const char name[] = {'w', (char)('0' + n), 0};
      if (!strcmp(state->name, name)) fwrite(arena + state->offset, 1, state->bytes, stdout);
    }
  step_cleanup(&self);
  return 0;
}
"""
needs_gcc = pytest.mark.skipif(shutil.which("gcc") is None, reason="needs gcc")


def batches() -> tuple[np.ndarray, np.ndarray]:
    """Digits of the example, in an order of their own."""
    data = np.load(DIGITS)
    order = np.random.default_rng(0).permutation(len(data))[: BATCH * STEPS]
    order = np.resize(order, BATCH * STEPS)
    images = (data[order, :64].astype(np.float32) / 16).reshape(STEPS, BATCH, 1, 8, 8)
    return images, data[order, 64].astype(np.int64).reshape(STEPS, BATCH)


def network() -> tuple[nn.Module, optim.Optimizer]:
    hodu.manual_seed(3)
    model = nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Dropout(0.1),
        nn.Linear(128, 10),
    )
    return model, optim.AdamW(model.parameters(), lr=3e-3)


@needs_gcc
def test_a_c_program_trains_as_python_does(cli: Cli, tmp_path: Path) -> None:
    """Losses, weights and statistics are the same to the bit, dropout too; the loss falls."""
    model, optimizer = network()

    def step(images: hodu.Tensor, labels: hodu.Tensor) -> hodu.Tensor:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(images), labels)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
        return loss

    images, labels = batches()
    weights = [*model.parameters(), *(b for b in model.buffers() if b.dtype is hodu.f32)]
    named = {f"w{i}": t for i, t in enumerate(weights)}
    hodu.manual_seed(11)
    trained = hodu.compile(step, state=(named, optimizer))
    hodu.save(trained.snapshot(images[0], labels[0]), tmp_path / "step.hdss")
    losses = np.array([trained(*batch).item() for batch in zip(images, labels, strict=True)])

    images.tofile(tmp_path / "images.bin")
    labels.tofile(tmp_path / "labels.bin")
    (tmp_path / "user.c").write_text(USER)
    assert cli("build", "step.hdss", "-o", "step.a", "-q").code == 0
    flags = ["-std=c99", "-Wall", "-Werror", "-I.", "-o", "program"]
    subprocess.run(["gcc", *flags, "user.c", "step.a"], check=True)
    found = np.frombuffer(
        subprocess.run(["./program"], check=True, capture_output=True).stdout, np.float32
    )
    np.testing.assert_array_equal(found[:STEPS], losses.astype(np.float32))
    wanted = np.concatenate([t.detach().numpy().reshape(-1) for t in weights])
    np.testing.assert_array_equal(found[STEPS:], wanted)
    assert losses[-10:].mean() < losses[:10].mean() / 3
