"""`hodu.compile`: a Snapshot or a Python function made executable."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, overload

from hodu.devices import Device, as_device
from hodu.errors import ArgumentError
from hodu.jit import CompiledFunction
from hodu.plugins import manager
from hodu.plugins.interfaces import TUNE_SECONDS, CompileOptions, ExecutableModule
from hodu.snapshot.ir import Snapshot


@overload
def compile(
    target: Snapshot,
    *,
    device: str | Device = ...,
    threads: int | None = ...,
    exact: bool = ...,
    opt: int = ...,
    tune: bool | float = ...,
    compiler: str | None = ...,
    runtime: str | None = ...,
) -> ExecutableModule: ...


@overload
def compile(
    target: Callable[..., Any],
    *,
    state: Any = ...,
    device: str | Device = ...,
    threads: int | None = ...,
    exact: bool = ...,
    opt: int = ...,
    tune: bool | float = ...,
    compiler: str | None = ...,
    runtime: str | None = ...,
) -> CompiledFunction: ...


def compile(
    target: Snapshot | Callable[..., Any],
    *,
    state: Any = None,
    device: str | Device = "cpu",
    threads: int | None = None,
    exact: bool = False,
    opt: int = 2,
    tune: bool | float = False,
    compiler: str | None = None,
    runtime: str | None = None,
) -> ExecutableModule | CompiledFunction:
    """Make a Snapshot an executable module, or a function over tensors a compiled one.

    A function is captured on its first call for given structure, shapes, dtypes and other
    arguments. `state` names what it reads and updates in place: modules, optimizers, tensors, and
    tuples, lists and dicts of them; what it writes and what requires grad is found without. `exact`
    forbids reordering arithmetic but for cutting sums into blocks, `opt` is the effort from 0 to 3;
    `tune` measures which code is the fastest on this machine, for 30 seconds at most or as many as
    it says; `compiler` and `runtime` name plugins. Raises PluginError if none serves the device.
    """
    where = as_device(device)
    if opt not in (0, 1, 2, 3):
        raise ArgumentError(f"opt={opt!r}", hint="it is 0, 1, 2 or 3")
    if threads is not None and threads < 1:
        raise ArgumentError(f"threads={threads!r}", hint="it is at least 1")
    if not 0 <= tune < math.inf:
        raise ArgumentError(f"tune={tune!r}", hint="it is True, False or a number of seconds")
    seconds = TUNE_SECONDS if tune is True else float(tune)
    options = CompileOptions(threads=threads, exact=exact, opt=opt, tune=seconds if tune else None)

    def build(snapshot: Snapshot) -> ExecutableModule:
        return manager.engine_for(where, compiler, runtime).compile(snapshot, options)

    if not isinstance(target, Snapshot):
        return CompiledFunction(target, build, state)
    if state is not None:
        raise ArgumentError(
            "state is for functions; a Snapshot has its own",
            hint="hold tensors in the capture, with board.hold(tensor)",
        )
    return build(target)
