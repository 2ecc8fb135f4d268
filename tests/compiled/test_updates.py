"""The update of all parameters is one loop: its parts, its threads, and what keeps loops apart."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import hodu
from hodu import nn, optim
from hodu.backends.cpu.prepare import prepare
from hodu.lower.program import Launch, Program, Slot
from hodu.lower.threads import GRAIN
from hodu.plan.target import named
from hodu.render.c_program import Options
from hodu.snapshot.parse import parse_snapshot
from tests.compiled.interpret import Interpreted

SHAPES = [(1,), (3,), (8,), (5, 7), (), (2, 3, 11), (GRAIN + 13,)]
LARGE = [*SHAPES, (24 * GRAIN,)]


def steps(dtype: Any = "f32", shapes: Any = SHAPES) -> tuple[Any, Any, list[hodu.Tensor]]:
    """A step of AdamW over parameters of many shapes, and these."""
    draw = np.random.default_rng(1)
    parameters = [nn.Parameter(hodu.tensor(draw.standard_normal(s), dtype=dtype)) for s in shapes]
    optimizer = optim.AdamW(parameters, lr=0.1, weight_decay=0.2)

    def step(x: hodu.Tensor) -> hodu.Tensor:
        loss = sum((p * p * x).sum() for p in parameters)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        return loss

    return step, (parameters, optimizer), parameters


def joined(program: Program) -> list[Launch]:
    return [launch for launch in program.launches() if launch.more]


def written(launch: Launch) -> set[Slot]:
    return {argument.place.slot for argument in launch.touched if argument.role != "in"}


@pytest.mark.parametrize("target", ["native", "x86-64-v4", "scalar"])
def test_adamw_updates_all_parameters_in_one_loop(target: str) -> None:
    step, state, parameters = steps(shapes=LARGE)
    snapshot = hodu.compile(step, state=state).snapshot(np.float32(0.5))
    (launch,) = joined(prepare(snapshot, named(target), Options()).program)
    arrays = sum(parameter.numel() > 1 for parameter in parameters)
    assert len(written(launch)) == 3 * arrays, "the mean, the square and the parameter"
    assert launch.shared, "all together are worth the threads"
    assert sum(p.numel() for p in parameters) > launch.kernel.work / 20 > 0


@pytest.mark.parametrize("dtype", ["f32", "f64", "bf16"])
def test_the_loop_computes_what_the_eager_step_does(dtype: str) -> None:
    step, state, parameters = steps(dtype)
    eager, _, wanted = steps(dtype)
    compiled = hodu.compile(step, state=state)
    for turn in range(3):
        x = hodu.tensor(0.5 + turn, dtype=dtype)
        compiled(x), eager(x)
    for found, want in zip(parameters, wanted, strict=True):
        rounding = 1e-2 if dtype == "bf16" else 1e-6
        got, right = found.detach().to(hodu.f64).numpy(), want.detach().to(hodu.f64).numpy()
        np.testing.assert_allclose(got, right, rounding, rounding)


def inputs_of(snapshot: hodu.Snapshot) -> dict[str, np.ndarray]:
    draw = np.random.default_rng(2)
    kinds = ((v.name, v.type.shape, v.type.dtype.numpy) for v in snapshot.inputs)
    return {name: np.asarray(draw.random(shape), dtype) for name, shape, dtype in kinds}


def test_threads_change_nothing() -> None:
    step, state, _ = steps(shapes=LARGE)
    snapshot = replace(hodu.compile(step, state=state).snapshot(np.float32(0.5)), states={})
    found = [inputs_of(snapshot) for _ in range(2)]
    for threads, arrays in zip((1, 2), found, strict=True):
        hodu.compile(snapshot, threads=threads).execute(arrays)
    for name, before in inputs_of(snapshot).items():
        np.testing.assert_array_equal(found[0][name], found[1][name], err_msg=name)
        if name.startswith(("state", "exp_avg", "step")):
            assert not np.array_equal(found[0][name], before), name


def test_the_kernel_interpreter_agrees() -> None:
    """It sees what is read before it is written, or outside of its memory."""
    step, state, _ = steps()
    snapshot = replace(hodu.compile(step, state=state).snapshot(np.float32(0.5)), states={})
    arrays = inputs_of(snapshot)
    kernels = Interpreted(prepare(snapshot, named("x86-64-v3"), Options()))
    kernels.execute(list(arrays.values()))
    hodu.compile(snapshot).execute(arrays)
    assert kernels.updated
    for name, found in kernels.updated.items():
        np.testing.assert_allclose(found, arrays[name], 1e-6, 1e-6, err_msg=name)


APART = """
snapshot "apart" {
  input %g: f32[4]
  state %a: f32[4] = [1.0, 2.0, 3.0, 4.0]
  state %b: f32[4] = [2.0, 3.0, 4.0, 5.0]
  state %c: f32[4] = [3.0, 4.0, 5.0, 6.0]
  %0: f32[4] = add(%a, %g)
  %1: f32[4] = add(%b, %0)
  %2: f32[4] = cumsum(%1) {dim=0, dtype=none}
  %3: f32[4] = add(%c, %g)
  output "y" = %2
  output "a.next" = %0
  output "b.next" = %1
  output "c.next" = %3
  alias "a.next" -> "a"
  alias "b.next" -> "b"
  alias "c.next" -> "c"
}
"""


def test_what_reads_another_update_stays_apart() -> None:
    ready = prepare(parse_snapshot(APART), named("native"), Options())
    kernels, module = Interpreted(ready), hodu.compile(parse_snapshot(APART))
    a, b, c = (np.arange(4, dtype=np.float32) + first for first in (1, 2, 3))
    for g in np.random.default_rng(4).random((3, 4)).astype(np.float32):
        a, c = a + g, c + g
        b = b + a
        (y,) = kernels.execute([g])
        np.testing.assert_array_equal(y, np.cumsum(b, dtype=np.float32))
        np.testing.assert_array_equal(module.execute({"g": g})["y"].numpy(), y)
        for name, want in {"a": a, "b": b, "c": c}.items():
            np.testing.assert_array_equal(kernels.states[name], want)
    for launch in joined(ready.program):
        for i, call in enumerate(launch.calls):
            own = {x.place.slot for x in call.arguments if x.role != "in"}
            others = launch.calls[:i] + launch.calls[i + 1 :]
            assert not own & {x.place.slot for other in others for x in other.arguments}
