"""What the compiler makes of small models, as text that people have read and approved.

Each file holds the optimized Snapshot, the kernels and the C of a model, for one processor at one
level whatever machine the tests run on. `pytest tests/golden --update-golden` writes them anew;
what changed is then read in the diff.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import hodu
from hodu.backends.cpu.prepare import Prepared, prepare
from hodu.kernel.text import print_kernel
from hodu.plan.target import named
from hodu.render.c_program import PRELUDE, Options
from tests.compiled.run import capture
from tests.golden import models
from tests.golden.models import MODELS, Model

FOLDER = Path(__file__).parent
# Line numbers would change with every model that is added above.
_PLACE = re.compile(re.escape(models.__file__) + r":\d+")


def prepared(model: Model) -> tuple[Prepared, hodu.Snapshot]:
    """A model made for the processor of the golden files, and its optimized graph."""
    stages: list[hodu.Snapshot] = []
    ready = prepare(
        capture(model.function, model.arrays()),
        named("x86-64-v3"),
        Options(model.name),
        observer=lambda name, stage: stages.append(stage),
    )
    return ready, stages[-1]


def golden_text(model: Model) -> str:
    """What stands in the file of a model."""
    ready, optimized = prepared(model)
    kernels = "\n".join(print_kernel(one.kernel) for one in ready.program.launches())
    code = ready.source.removeprefix(PRELUDE).strip() + "\n"
    text = "\n".join([str(optimized), "-- kernels\n", kernels, "-- C\n", code])
    return _PLACE.sub("models.py", text)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_golden(model, request):
    path, text = FOLDER / f"{model.name}.txt", golden_text(model)
    if request.config.getoption("--update-golden"):
        path.write_text(text, "utf-8")
    assert path.read_text("utf-8") == text, "after reading the difference: pytest --update-golden"


def test_no_file_is_left_over():
    assert {path.stem for path in FOLDER.glob("*.txt")} == {model.name for model in MODELS}
