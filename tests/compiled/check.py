"""Compiling sample calls of ops, many in one C file, and comparing with what eager gives."""

from __future__ import annotations

import dataclasses
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import hodu
from hodu.backends.cpu.flags import code_options
from hodu.backends.cpu.prepare import Prepared, prepare
from hodu.errors import HoduError
from hodu.kernel.text import print_kernel
from hodu.kernel.verify import verify_kernel
from hodu.ops._table import Array
from hodu.plan.target import Target, host
from hodu.plugins.interfaces import CompileOptions
from hodu.render.c_program import Options, Unit, render_file
from hodu.runtime.library import Library
from hodu.runtime.module import NativeModule
from hodu.snapshot.verify import verify
from hodu.toolchain.build import Source, compile_shared
from hodu.toolchain.compiler import usable_cores
from tests.compiled.interpret import interpret
from tests.ops.captured import record
from tests.ops.cases import Case, assert_close, call, leaves, nested, upcast
from tests.ops.oracles import ORACLES
from tests.ops.oracles._checker import Checker


@dataclass(frozen=True)
class Settings:
    """For which processor to compile and at which level, and what else to do."""

    target: Target
    level: int = 2
    interpret: bool = False
    show: bool = False
    flags: tuple[str, ...] = ()


DEFAULT = Settings(host())
LEAST_IN_FILE = 6
NOT_UNIQUE = frozenset({"svd", "eigh"})  # vectors may have the other sign


@dataclass(frozen=True)
class Built:
    """A case with its Snapshot and its program."""

    case: Case
    snapshot: hodu.Snapshot
    ready: Prepared


def capture(case: Case) -> hodu.Snapshot:
    """A call of the op as a Snapshot whose inputs are the sample's tensors."""
    with hodu.capture(case.op.name) as board:
        numbers = iter(range(100))

        def declare(array: Any) -> Any:
            return board.input(f"x{next(numbers)}", array.shape, array.dtype)

        tensors = [nested(declare, a) for a in case.inputs()]
        for i, result in enumerate(leaves(record(case)(tensors))):
            board.target(f"y{i}", result)
    return verify(board.snapshot)


def check_op(cases: list[Case], settings: Settings = DEFAULT) -> list[str]:
    """What is wrong with the compiled form of some cases; an empty list if nothing is."""
    problems: list[str] = []
    built: list[Built] = []
    for case in cases:
        try:
            built.append(_build(case, settings, len(built)))
        except Exception as error:
            problems.append(f"{_name(case)}: {type(error).__name__}: {error}")
    if not built:
        return problems
    units = [
        Unit(b.ready.program, b.ready.plan, b.ready.weights, Options(f"m{i}", aliases=False))
        for i, b in enumerate(built)
    ]
    code = code_options(settings.target, CompileOptions(opt=settings.level))
    try:
        path = compile_shared(
            [Source(f"cases{i}.c", render_file(some)) for i, some in enumerate(_shared_out(units))],
            dataclasses.replace(code, flags=(*code.flags, *settings.flags)),
        )
    except HoduError as error:
        return [*problems, f"{cases[0].op.name}: {error}"]
    for i, b in enumerate(built):
        try:
            _compare(b, NativeModule(Library(path, f"m{i}"), weights_of(b.ready), 1), settings)
        except Exception as error:
            problems.append(f"{_name(b.case)}: {type(error).__name__}: {error}")
    return problems


def _shared_out(units: list[Unit]) -> list[list[Unit]]:
    """One file for each core, which are compiled at once, but none for just a few programs."""
    files = max(min(usable_cores(), len(units) // LEAST_IN_FILE), 1)
    return [units[i::files] for i in range(files)]


def weights_of(ready: Prepared) -> Array:
    """The constants of a program as one block of bytes."""
    with tempfile.TemporaryDirectory() as folder:
        ready.write_weights(Path(folder) / "weights")
        return np.fromfile(Path(folder) / "weights", np.uint8)


def _name(case: Case) -> str:
    return f"{case.op.name}({case.sample}) in {case.dtype}"


def _build(case: Case, settings: Settings, number: int) -> Built:
    snapshot = capture(case)
    ready = prepare(snapshot, settings.target, Options(f"m{number}"), level=settings.level)
    for launch in ready.program.launches():
        verify_kernel(launch.kernel)
        if settings.show:
            print(print_kernel(launch.kernel))
    return Built(case, snapshot, ready)


def _compare(built: Built, module: NativeModule, settings: Settings) -> None:
    arrays = leaves(built.case.inputs())
    with np.errstate(all="ignore"):
        wanted = call(built.case, built.case.inputs())
    names = [v.name for v in built.snapshot.inputs]
    got = [t.numpy() for t in module.execute(dict(zip(names, arrays, strict=True))).values()]
    _check(built.case, got, wanted)
    if settings.interpret:
        _check(built.case, interpret(built.ready, arrays), wanted)


def _check(case: Case, got: list[Any], wanted: list[Any]) -> None:
    """Same dtypes and shapes as eager, and its numbers where only they are right."""
    for g, w in zip(got, wanted, strict=True):
        assert g.dtype == w.dtype, f"{g.dtype} instead of {w.dtype}"
        assert g.shape == w.shape, f"{g.shape} instead of {w.shape}"
    if case.op.name in NOT_UNIQUE:
        checker: Checker = ORACLES[case.op.name]  # type: ignore[assignment]
        checker.check(case, upcast(case.inputs()), upcast(got))
        return
    for g, w in zip(got, wanted, strict=True):
        assert_close(g, w, case)
