"""Functions captured, compiled for the host and run, beside what the interpreter gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import hodu
from hodu import dtypes
from hodu.backends.cpu.compiler import compiler
from hodu.backends.cpu.prepare import prepare
from hodu.backends.cpu.runtime import runtime
from hodu.devices import CPU
from hodu.kernel.verify import verify_kernel
from hodu.plan.target import host
from hodu.plugins.interfaces import CompileOptions
from hodu.render.c_program import Options
from hodu.runtime.module import NativeModule
from hodu.snapshot.interp import interpreter
from tests.compiled.interpret import interpret
from tests.ops.cases import leaves


def capture(function: Callable[..., Any], arrays: Sequence[np.ndarray]) -> hodu.Snapshot:
    """A function of tensors like these arrays as a Snapshot with the inputs x0, x1, ..."""
    with hodu.capture("model") as board:
        tensors = [
            board.input(f"x{i}", a.shape, dtypes.FROM_NUMPY[a.dtype]) for i, a in enumerate(arrays)
        ]
        for i, result in enumerate(leaves(function(*tensors))):
            board.target(f"y{i}", result)
    return board.snapshot


def load(snapshot: hodu.Snapshot, level: int = 2) -> NativeModule:
    """The compiled form of a Snapshot."""
    return runtime.load(compiler.compile(snapshot, CPU, CompileOptions(opt=level)), CPU)


def execute(module: NativeModule, arrays: Sequence[np.ndarray]) -> list[np.ndarray]:
    """The results for arrays in order."""
    named: dict[str, Any] = {f"x{i}": a for i, a in enumerate(arrays)}
    return [t.numpy() for t in module.execute(named).values()]


def check(function: Callable[..., Any], *inputs: Sequence[np.ndarray]) -> None:
    """Compare the compiled function with the interpreter, compiled and by the kernel interpreter.

    It is captured for the first inputs and run for all of them.
    """
    snapshot = capture(function, inputs[0])
    ready = prepare(snapshot, host(), Options(), level=2)
    for launch in ready.program.launches():
        verify_kernel(launch.kernel)
    module = load(snapshot)
    for arrays in inputs:
        wanted = interpreter(snapshot).run(arrays)
        for found in (execute(module, arrays), interpret(ready, arrays)):
            for got, want in zip(found, wanted, strict=True):
                assert got.dtype == want.dtype
                np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-6)
