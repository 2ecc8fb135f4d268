"""Models in 8 bits on Cortex-M in QEMU, to the last bit: the instructions for pairs of halves."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import hodu
from hodu.emulation.emulate import emulate
from hodu.plan.target import baseline
from hodu.plugins.interfaces import CompileOptions
from tests.compiled import test_records
from tests.compiled.test_pairs import FORMS, apply, autoencoder, input_of, network

SYSTEM = "qemu-system-arm"
pytestmark = pytest.mark.skipif(shutil.which(SYSTEM) is None, reason=f"needs QEMU: {SYSTEM}")


def _emulated(snapshot: hodu.Snapshot, arrays: list[np.ndarray], triple: str, cpu: str) -> Any:
    given = {f"x{i}": array for i, array in enumerate(arrays)}
    run = emulate(snapshot, given, baseline(triple, cpu), CompileOptions(opt=3))
    return run.outputs.values()


def test_every_form() -> None:
    """All convolutions at once, of unsigned bytes and of others by turns."""
    forms = [(form, ("u1", "i1")[number % 2]) for number, form in enumerate(FORMS.values())]
    arrays = [input_of(form, kind) for form, kind in forms]
    with hodu.capture("bytes") as board:
        for number, ((form, kind), x) in enumerate(zip(forms, arrays, strict=True)):
            given = board.input(f"x{number}", x.shape, hodu.dtypes.FROM_NUMPY[x.dtype])
            board.target(f"y{number}", apply(form, given, kind))
    found = _emulated(board.snapshot, arrays, "thumbv7em-none-eabihf", "cortex-m4")
    for got, (form, kind), x in zip(found, forms, arrays, strict=True):
        np.testing.assert_array_equal(got, apply(form, hodu.tensor(x), kind).numpy())


def test_little_code() -> None:
    """Words that begin at any byte."""
    with hodu.capture("network") as board:
        board.target("y", test_records.network(board.input("x0", (1, 3, 7, 9), "i8"))[0])
    target = replace(baseline("thumbv7em-none-eabihf", "cortex-m4"), compact=True)
    run = emulate(board.snapshot, {"x0": test_records.INPUT}, target, CompileOptions())
    (wanted,) = test_records.network(hodu.tensor(test_records.INPUT))
    np.testing.assert_array_equal(run.outputs["y"], wanted.numpy())


def test_a_newer_core() -> None:
    x = np.random.default_rng(1).integers(-128, 128, (1, 3, 9, 9)).astype(np.int8)
    with hodu.capture("network") as board:
        board.target("y", network(board.input("x0", x.shape, "i8"))[0])
    (found,) = _emulated(board.snapshot, [x], "thumbv8m.main-none-eabihf", "cortex-m33")
    np.testing.assert_array_equal(found, network(hodu.tensor(x))[0].numpy())


def test_an_output_is_room_until_it_is_written() -> None:
    x = np.random.default_rng(1).standard_normal((1, 48)).astype(np.float32)
    with hodu.capture("autoencoder") as board:
        board.target("y", autoencoder(board.input("x0", x.shape, "f32")))
    run = emulate(
        board.snapshot,
        {"x0": x},
        baseline("thumbv7em-none-eabihf", "cortex-m4"),
        CompileOptions(opt=3),
    )
    np.testing.assert_array_equal(run.outputs["y"], autoencoder(hodu.tensor(x)).numpy())
    assert run.notes["arena_bytes"] == 0
    assert run.notes["in_outputs"] == [{"name": "y", "bytes": 4 * 48}]
