"""The C of models as `hodu build -f c` writes it: strict compilers take it, and it is right.

gcc has two warnings less than all: parameters that a function of the interface does not need (an
`init` without weights), and the note that vectors wider than a processor's registers are passed
otherwise by other versions of gcc, which concerns no static function.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from hodu.artifact import OutputFormat
from hodu.backends.cpu.build import build
from hodu.plan.target import host
from hodu.plugins.interfaces import CompileOptions
from hodu.runtime.library import Library
from hodu.runtime.module import NativeModule
from hodu.snapshot.interp import interpreter
from hodu.toolchain.cache import cache_folder
from tests.compiled.run import capture, execute
from tests.golden.models import MODELS, Model

STRICT = ("-std=c99", "-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter", "-Wno-psabi")
# -ffp-contract=off: c99 says so, and the interpreter that results are compared with does.
COMMON = ("-O2", "-fPIC", "-shared", "-ffp-contract=off")
ZIG = (sys.executable, "-m", "ziglang", "cc", "-target", "native")
COMPILERS = {"gcc": ("gcc",), "clang": ZIG}
_NAMES = {"linear_relu", "conv_bn_relu", "attention", "sorting", "brain_floats", "branching"}
CHOSEN = [model for model in MODELS if model.name in _NAMES]


@pytest.mark.parametrize("compiler", COMPILERS)
@pytest.mark.parametrize("model", CHOSEN, ids=lambda model: model.name)
def test_strict_compilers_take_it(model: Model, compiler: str, tmp_path: Path):
    command = COMPILERS[compiler]
    if shutil.which(command[0]) is None:
        pytest.skip(f"there is no {compiler}")
    arrays = model.arrays()
    snapshot = capture(model.function, arrays)
    build(
        snapshot, OutputFormat.C_SOURCE, tmp_path / "m.c", CompileOptions(extra={"target": host()})
    )
    library = tmp_path / "m.so"
    zig = str(cache_folder() / "zig")  # where zig keeps what it makes of the C library
    sources = map(str, tmp_path.glob("*.c"))
    done = subprocess.run(
        [*command, *STRICT, *COMMON, *host().flags(), *sources, "-o", str(library)],
        capture_output=True,
        text=True,
        env=os.environ | {"ZIG_GLOBAL_CACHE_DIR": zig, "ZIG_LOCAL_CACHE_DIR": zig},
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    module = NativeModule(Library(library, "m"), None, 1)
    wanted = interpreter(snapshot).run(arrays)
    for got, want in zip(execute(module, arrays), wanted, strict=True):
        np.testing.assert_allclose(
            got.astype(np.float64), np.asarray(want).astype(np.float64), rtol=1e-5, atol=1e-6
        )
