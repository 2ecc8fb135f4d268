"""Measured choices: what is fastest here is taken, kept, and computes the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hodu
import hodu.functional as F
from hodu.artifact import OutputFormat
from hodu.backends.cpu import measure
from hodu.backends.cpu.build import build
from hodu.backends.cpu.prepare import has_kernel, prepare
from hodu.backends.cpu.solo import Solo, compile_solos, is_alone
from hodu.backends.cpu.tune import tuned
from hodu.errors import ArgumentError
from hodu.kernel.verify import verify_kernel
from hodu.lower.choices import Choices
from hodu.lower.conv.form import Form, tilings
from hodu.lower.gemm import choose
from hodu.lower.gemm.choose import candidates, tile_for
from hodu.lower.lowering import lower
from hodu.passes import optimize
from hodu.plan.target import host, named
from hodu.plugins.interfaces import CompileOptions
from hodu.snapshot.interp import interpreter
from hodu.snapshot.ir import Snapshot
from hodu.toolchain.compiler import Toolchain
from tests.compiled.interpret import interpret

RNG = np.random.default_rng(8)
X = RNG.standard_normal((1, 32, 9, 9), np.float32)
OPTIONS = CompileOptions(threads=1, tune=60.0)


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HODU_CACHE_DIR", str(tmp_path / "cache"))


def network() -> Snapshot:
    """A direct convolution, and products of two shapes, one of them twice."""
    weights = [RNG.standard_normal(s, np.float32) for s in ((64, 32, 3, 3), (81, 600), (600, 600))]
    with hodu.capture("net") as board:
        x = board.input("x", (1, 32, 9, 9), "f32")
        y = F.relu(F.conv2d(x, hodu.tensor(weights[0]), stride=1, padding=1, dilation=1) * 0.1)
        z = y.reshape(64, 81) @ hodu.tensor(weights[1])
        for _ in range(2):
            z = z @ hodu.tensor(weights[2]) * 0.01
        board.target("z", z)
    return board.snapshot


def asked(snapshot: Snapshot, exact: bool = True) -> Choices:
    """What lowering asks; exact, so that no algorithm without tiles to choose is taken."""
    choices = Choices()
    lower(optimize(snapshot, exact=exact, keep=has_kernel), host(), exact=exact, choices=choices)
    return choices


def tune(snapshot: Snapshot, options: CompileOptions = OPTIONS) -> dict[str, int]:
    return tuned(snapshot, host(), replace(options, exact=True), Toolchain())


def timed(times: dict[int, float]) -> Callable[..., list[Callable[[], float]]]:
    """In place of compiling: every candidate takes the time that stands under its number."""

    def compile(forms: Any, *others: Any) -> list[Callable[[], float]]:
        return [lambda n=n: times.get(n, 1.0) for n in range(len(forms))]  # type: ignore[misc]

    return compile


def test_each_kernel_asks_once_for_its_shape() -> None:
    choices = asked(network())
    products = [question for question in choices.asked if ": product" in question]
    assert len(products) == 2 and sum(": direct" in question for question in choices.asked) == 1
    assert len(choices.launches) == 4
    assert all(3 <= count <= 6 for q, count in choices.asked.items() if "product" in q)


@pytest.mark.parametrize("number", range(6))
@pytest.mark.parametrize("target", ["x86-64", "x86-64-v3", "x86-64-v4"])
def test_every_candidate_computes_the_same(number: int, target: str) -> None:
    with hodu.capture("small") as board:
        x = board.input("x", (1, 16, 5, 6), "f32")
        y = F.conv2d(x, hodu.tensor(RNG.standard_normal((48, 16, 2, 2), np.float32)))
        z = y.reshape(48, 20) @ hodu.tensor(RNG.standard_normal((20, 70), np.float32))
        board.target("z", z @ hodu.tensor(RNG.standard_normal((70, 33), np.float32)))
    snapshot, arrays = board.snapshot, [RNG.standard_normal((1, 16, 5, 6), np.float32)]
    questions = Choices()
    lower(optimize(snapshot, keep=has_kernel), named(target), choices=questions)
    assert len(questions.asked) >= 2
    ready = prepare(snapshot, named(target), found=dict.fromkeys(questions.asked, number))
    for launch in ready.program.launches():
        verify_kernel(launch.kernel)
    (want,) = interpreter(snapshot).run(arrays)
    np.testing.assert_allclose(interpret(ready, arrays)[0], want, rtol=1e-4, atol=1e-3)


def test_the_first_candidate_is_the_default() -> None:
    for rows, columns, depth in ((128, 384, 1536), (3, 17, 9), (1, 1000, 512), (None, 64, None)):
        found = candidates(host(), 32, rows, columns, depth)
        assert found[0] == choose.Blocking(tile_for(host(), 32, rows, columns))
        assert len(set(found)) == len(found) <= 6
    form = Form(1, (9, 9), (1, 1), (0, 0), (1, 1), np.zeros((1, 96, 32, 3, 3), np.float32), None)
    tiles = tilings(form, 16, named("x86-64-v4"))
    assert tiles[0].vectors == 2 and not tiles[0].turned and 3 <= len(tiles) <= 5


def test_a_clearly_faster_candidate_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure, "compile_solos", timed({0: 1.0, 1: 0.9}))
    snapshot = network()
    assert set(tune(snapshot).values()) == {1}
    monkeypatch.setattr(measure, "compile_solos", timed({0: 1.0, 1: 0.1}))
    assert set(tune(network(), replace(OPTIONS, threads=2)).values()) == {1}


def test_a_little_faster_is_not_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure, "compile_solos", timed({0: 1.0, 1: 0.98}))
    assert tune(network()) == {}


def test_a_candidate_must_win_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([[1.0, 0.5, 0.9], [1.0, 1.0]])
    monkeypatch.setattr(measure, "_least_times", lambda runs: next(times))
    monkeypatch.setattr(measure, "compile_solos", timed({}))
    assert measure.Tuner._fastest(_tuner(), [None] * 3) == 0  # type: ignore[list-item]


def _tuner() -> measure.Tuner:
    return measure.Tuner(network(), host(), OPTIONS, Toolchain(), 1)


def test_what_was_found_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot = network()
    monkeypatch.setattr(measure, "compile_solos", timed({0: 1.0, 2: 0.5}))
    found = tune(snapshot)
    monkeypatch.setattr(measure, "compile_solos", None)
    assert tune(snapshot) == found != {}
    with hodu.capture("other") as board:  # another model with a product of the same shape
        x = board.input("x", (64, 81), "f32")
        board.target("z", x @ hodu.tensor(RNG.standard_normal((81, 600), np.float32)))
    assert set(tune(board.snapshot)) <= set(found)


def test_time_that_runs_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not measured keeps its first candidate; the next call goes on."""
    snapshot, seconds = network(), iter(range(0, 1000, 25))
    monkeypatch.setattr(measure, "compile_solos", timed({0: 1.0, 1: 0.5}))
    monkeypatch.setattr(measure, "_least_times", lambda runs: [r() for r in runs])
    monkeypatch.setattr(measure.time, "monotonic", lambda: next(seconds))
    first = tune(snapshot)
    second = tune(snapshot)
    assert 0 < len(first) < len(second) <= 3


def test_progress_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[int, int]] = []
    monkeypatch.setattr(measure, "compile_solos", timed({}))
    extra = {"progress": lambda done, total: told.append((done, total))}
    tune(network(), replace(OPTIONS, extra=extra))
    assert told[0] == (0, 3) and told[-1] == (3, 3)


def test_kernels_run_alone() -> None:
    launches = [launch for _, launch in asked(network()).launches if is_alone(launch)]
    runs = compile_solos(
        [Solo(launch) for launch in launches], host(), CompileOptions(), Toolchain(), 2
    )
    assert len(runs) == 4
    for run in runs:
        assert 0 < min(run() for _ in range(5)) < 1


def test_dynamic_kernels_do_not() -> None:
    (_, launch), *_ = asked(network()).launches
    place = launch.arguments[0].place
    moved = replace(place, slot=type(place.slot)("s", place.slot.dtype, 1, "shapes"))
    changed = replace(launch, arguments=(replace(launch.arguments[0], place=moved),))
    assert not is_alone(changed)


@pytest.mark.parametrize("threads", [1, 2])
def test_tuned_models_compute_the_same(monkeypatch: pytest.MonkeyPatch, threads: int) -> None:
    monkeypatch.setattr(measure, "compile_solos", timed({0: 1.0, 1: 0.5}))
    snapshot = network()
    module = hodu.compile(snapshot, tune=True, threads=threads, exact=True)
    usual = hodu.compile(snapshot, threads=threads, exact=True)
    assert module.library.path != usual.library.path  # type: ignore[attr-defined]
    got, want = (m.execute({"x": X})["z"].numpy() for m in (module, usual))
    np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-4 * np.abs(want).max())
    again = hodu.compile(snapshot, tune=1.5, threads=3, exact=True)
    np.testing.assert_array_equal(again.execute({"x": X})["z"].numpy(), got)


def test_without_anything_to_gain_the_code_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure, "compile_solos", timed({}))
    snapshot = network()
    tuned_module = hodu.compile(snapshot, tune=True)
    assert tuned_module.library.path == hodu.compile(snapshot).library.path  # type: ignore[attr-defined]


@pytest.mark.parametrize("tune", [-1.0, float("nan"), float("inf")])
def test_times_that_are_none(tune: float) -> None:
    with pytest.raises(ArgumentError, match="tune"):
        hodu.compile(network(), tune=tune)


def test_building_for_this_machine_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(measure, "compile_solos", timed({0: 1.0, 1: 0.5}))
    snapshot, notes = network(), {}
    build(
        snapshot,
        OutputFormat.SHARED_LIBRARY,
        tmp_path / "net.so",
        replace(OPTIONS, extra={"target": host(), "report": notes.update}),
    )
    assert json.dumps(notes) and (tmp_path / "net.so").is_file()
    for extra in ({}, {"target": named("x86-64")}):
        with pytest.raises(ArgumentError, match="other processors"):
            options = replace(OPTIONS, extra=extra)
            build(snapshot, OutputFormat.SHARED_LIBRARY, tmp_path / "net.so", options)
