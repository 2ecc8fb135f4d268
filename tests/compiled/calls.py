"""Functions compiled, many in one library, to be called on arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

import hodu
from hodu import dtypes
from hodu.backends.cpu.flags import code_options
from hodu.backends.cpu.prepare import Prepared, prepare
from hodu.plan.target import Target, host
from hodu.plugins.interfaces import CompileOptions
from hodu.render.c_program import Options, Unit, render_file
from hodu.runtime.library import Library
from hodu.runtime.module import NativeModule
from hodu.toolchain.build import Source, compile_shared
from tests.compiled.check import weights_of

Function = Callable[..., Any]
Compiled = Callable[..., np.ndarray]


def prepared(
    function: Function,
    arrays: Sequence[np.ndarray],
    target: Target,
    *,
    name: str = "model",
    exact: bool = False,
) -> Prepared:
    """The program of a function of tensors like `arrays`."""
    with hodu.capture("call") as board:
        inputs = [
            board.input(f"x{i}", a.shape, dtypes.FROM_NUMPY[a.dtype]) for i, a in enumerate(arrays)
        ]
        board.target("y", function(*inputs))
    return prepare(board.snapshot, target, Options(name), exact=exact)


def compile_calls(
    calls: Mapping[str, tuple[Function, Sequence[np.ndarray]]],
    target: Target | None = None,
    *,
    exact: bool = False,
) -> dict[str, Compiled]:
    """Each function compiled for arrays like the given ones; `exact` forbids contraction."""
    chosen = target or host()
    ready = {
        key: prepared(function, arrays, chosen, name=f"m{i}", exact=exact)
        for i, (key, (function, arrays)) in enumerate(calls.items())
    }
    units = [
        Unit(r.program, r.plan, r.weights, Options(f"m{i}", aliases=False, exact=exact))
        for i, r in enumerate(ready.values())
    ]
    options = code_options(chosen, CompileOptions(opt=2, exact=exact))
    path = compile_shared([Source("calls.c", render_file(units))], options)
    return {
        key: _caller(NativeModule(Library(path, f"m{i}"), weights_of(r), 1))
        for i, (key, r) in enumerate(ready.items())
    }


def _caller(module: NativeModule) -> Compiled:
    def call(*arrays: np.ndarray) -> np.ndarray:
        (result,) = module.execute({f"x{i}": a for i, a in enumerate(arrays)}).values()
        return result.numpy()

    return call
