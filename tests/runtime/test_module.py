"""Compiled models called from Python, against NumPy and the interpreter's errors."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

import hodu
from hodu.backends.interp.module import InterpModule
from hodu.dims import bounds
from hodu.errors import (
    ArgumentError,
    DivisionByZeroError,
    DTypeError,
    FormatError,
    HoduError,
    OutOfRangeError,
    ShapeError,
    ValueRangeError,
)
from hodu.runtime.library import Library
from hodu.runtime.module import NativeModule, aligned_empty
from hodu.toolchain.build import Source, compile_shared
from tests.runtime.models import OPTIONS, library, source

X = np.array([1, -2, 3, -4], np.float32)
WEIGHTS = np.array([2, 3, 4, 5], np.float32)


@pytest.fixture
def add() -> NativeModule:
    return NativeModule(library("add"))


@pytest.fixture
def full() -> NativeModule:
    return NativeModule(library("full"), WEIGHTS)


def ten(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=10).astype(np.float32)


def test_adds_arrays_and_tensors(add: NativeModule) -> None:
    x, y = ten(0), ten(1)
    result = add.execute({"x": hodu.tensor(x), "y": y})["sum"]
    assert isinstance(result, hodu.Tensor)
    np.testing.assert_array_equal(result.numpy(), x + y)


@pytest.mark.parametrize(
    "change",
    [
        lambda a: np.repeat(a, 2)[::2],
        lambda a: np.frombuffer(b"\0" + a.tobytes(), np.uint8)[1:].view(np.float32),
        lambda a: a.view(np.ndarray).view(type("Own", (np.ndarray,), {})),
        lambda a: a.astype(np.dtype(np.float32, metadata={"a": 1})),
        memoryview,
    ],
    ids=["strided", "misaligned", "subclass", "metadata", "buffer"],
)
def test_converts_what_cannot_be_read_in_place(add: NativeModule, change) -> None:
    x, y = ten(0), ten(1)
    np.testing.assert_array_equal(add.execute({"x": change(x), "y": y})["sum"].numpy(), x + y)


def test_results_are_fresh(add: NativeModule) -> None:
    first = add.execute({"x": ten(0), "y": ten(1)})["sum"].numpy()
    kept = first.copy()
    add.execute({"x": ten(2), "y": ten(3)})
    np.testing.assert_array_equal(first, kept)


@pytest.mark.parametrize(
    ("inputs", "error"),
    [
        ({"x": np.zeros(10, np.float32)}, ArgumentError),
        ({"x": np.zeros(10, np.float32), "z": np.zeros(10, np.float32)}, ArgumentError),
        ([1, 2], ArgumentError),
        ({"x": np.zeros(10, np.float32), "y": np.zeros(9, np.float32)}, ShapeError),
        ({"x": np.zeros(10, np.float32), "y": np.zeros((10, 1), np.float32)}, ShapeError),
        ({"x": np.zeros(10, np.float32), "y": np.zeros(10)}, DTypeError),
        ({"x": np.zeros(10, np.float32), "y": np.zeros(10, ">f4")}, DTypeError),
        ({"x": np.zeros(10, np.float32), "y": np.zeros(10, "c8")}, DTypeError),
        ({"x": np.zeros(10, np.float32), "y": None}, DTypeError),
    ],
)
def test_errors_are_those_of_the_interpreter(add: NativeModule, inputs, error) -> None:
    with hodu.capture("add") as board:
        x, y = board.input("x", (10,), "f32"), board.input("y", (10,), "f32")
        board.target("sum", x + y)
    with pytest.raises(error) as expected:
        InterpModule(board.snapshot).execute(inputs)
    with pytest.raises(error) as found:
        add.execute(inputs)
    assert str(found.value) == str(expected.value)


def test_a_state_is_kept_between_runs(full: NativeModule) -> None:
    before = full.states
    for run in range(3):
        result = full.execute({"x": X, "i": np.array(0)})
        np.testing.assert_array_equal(result["scaled"].numpy(), X * WEIGHTS + run)
    np.testing.assert_array_equal(full.states["count"], [3])
    np.testing.assert_array_equal(before["count"], [0])


def test_sizes_that_the_data_decides(full: NativeModule) -> None:
    assert bounds(full.outputs[0].shape[0]) == (0, 4)
    for x in (X, np.abs(X), -np.abs(X)):
        picked = full.execute({"x": x, "i": np.array(0)})["picked"].numpy()
        np.testing.assert_array_equal(picked, x[x > 0])


@pytest.mark.parametrize(
    ("index", "error", "text"),
    [
        (
            -1,
            OutOfRangeError,
            "index -1 is out of range for 4 elements\n  at: model.py:7\n"
            "  help: use an index below 4",
        ),
        (3, DivisionByZeroError, "division by zero"),
        (4, ValueRangeError, "value 4"),
        (5, ShapeError, "sizes 2 and 3"),
    ],
)
def test_errors_of_native_code(full: NativeModule, index: int, error, text: str) -> None:
    with pytest.raises(error) as found:
        full.execute({"x": X, "i": np.array(index)})
    assert type(found.value) is error and str(found.value) == text
    full.execute({"x": X, "i": np.array(0)})


def test_weights_are_checked_and_aligned() -> None:
    model = library("full")
    with pytest.raises(ValueRangeError, match="needs 16 bytes of weights, 0 were given"):
        NativeModule(model)
    with pytest.raises(ValueRangeError, match="12 were given"):
        NativeModule(model, WEIGHTS[:3])
    raw = aligned_empty(64)[4:20]
    raw[:] = WEIGHTS.view(np.uint8)
    result = NativeModule(model, raw).execute({"x": X, "i": np.array(0)})
    np.testing.assert_array_equal(result["scaled"].numpy(), X * WEIGHTS)


def test_a_profile_has_the_time_of_each_kernel(full: NativeModule) -> None:
    spent = full.step_times({"x": X, "i": np.array(0)})
    assert full.library.kernels == ("pick", "scale")
    assert len(spent) == 2 and spent[0] > 0
    full.execute({"x": X, "i": np.array(0)})


def test_many_threads_at_once() -> None:
    module = NativeModule(library("add"), threads=2)
    wrong: list[int] = []

    def work(seed: int) -> None:
        x, y = ten(seed), ten(seed + 100)
        for _ in range(300):
            result = module.execute({"x": x, "y": y})["sum"].numpy()
            wrong.extend([seed] * (not np.array_equal(result, x + y)))

    threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_state_counts_every_run_of_many_threads(full: NativeModule) -> None:
    def work() -> None:
        for _ in range(50):
            full.execute({"x": X, "i": np.array(0)})

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    np.testing.assert_array_equal(full.states["count"], [300])


def test_what_is_not_a_model(tmp_path: Path) -> None:
    (tmp_path / "text.so").write_text("not a library")
    with pytest.raises(FormatError, match="cannot load"):
        Library(tmp_path / "text.so")
    other = compile_shared([Source("other.c", "int other(void) { return 1; }")], OPTIONS)
    with pytest.raises(FormatError, match="lacks hodu_info, hodu_init"):
        Library(other)


def test_another_version_of_the_interface() -> None:
    newer = source("add").text.replace(".abi = HODU_ABI", ".abi = 999")
    with pytest.raises(FormatError, match="has version 999"):
        Library(compile_shared([Source("newer.c", newer)], OPTIONS))


def test_an_unknown_status_is_an_error() -> None:
    text = source("add").text.replace("sum[i] = x[i] + y[i];\n  return HODU_OK", "{}\n  return 77")
    module = NativeModule(Library(compile_shared([Source("odd.c", text)], OPTIONS)))
    with pytest.raises(HoduError, match="failed with status 77"):
        module.execute({"x": ten(0), "y": ten(1)})
