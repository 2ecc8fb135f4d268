"""What compiled code leaves undefined: four functions that every C environment has."""

from __future__ import annotations

import shutil
import subprocess

import pytest

import hodu.ops._families  # without it the table holds only what was used so far
from hodu.backends.cpu.flags import code_options
from hodu.backends.cpu.prepare import prepare
from hodu.dtypes import f16, f64, i64
from hodu.ops._table import REGISTRY
from hodu.plan.target import host, named
from hodu.plugins.interfaces import CompileOptions
from hodu.render.c_program import Options, Unit, render_file
from hodu.toolchain.build import Source, compile_shared
from tests.compiled.check import capture
from tests.ops.cases import cases_of

ALLOWED = {"memcpy", "memset", "memmove", "memcmp"}
DTYPES = (f16, f64, i64)  # what targets lack instructions for


@pytest.mark.skipif(shutil.which("nm") is None, reason="nm is not installed")
@pytest.mark.parametrize("target", ["native", "scalar"])
def test_no_libm_and_no_runtime(target):
    if target == "scalar" and not host().triple.startswith("x86_64"):
        pytest.skip("the scalar target is an x86")
    assert hodu.ops._families
    chosen = named(target)
    units = []
    for op in REGISTRY.values():
        cases = {c.dtype: c for c in cases_of(op) if c.dtype in DTYPES}
        for case in cases.values():
            name = f"m{len(units)}"
            ready = prepare(capture(case), chosen, Options(name))
            options = Options(name, aliases=False)
            units.append(Unit(ready.program, ready.plan, ready.weights, options))
    code = code_options(chosen, CompileOptions(opt=1))
    path = compile_shared([Source("symbols.c", render_file(units))], code)
    command = ["nm", "-D", "--undefined-only", str(path)]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert {line.split()[-1].partition("@")[0] for line in text.splitlines()} <= ALLOWED
