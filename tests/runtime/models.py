"""Small models written by hand in the C that the compiler generates."""

from __future__ import annotations

from pathlib import Path

from hodu.runtime.library import Library
from hodu.runtime.support import C_FOLDER
from hodu.toolchain.build import Source, compile_shared
from hodu.toolchain.compiler import CodeOptions

OPTIONS = CodeOptions(includes=(C_FOLDER,))
MODELS = Path(__file__).parent / "models"


def source(name: str, weights_inside: bool = False) -> Source:
    """The C of the model in `models/NAME.c`."""
    text = (MODELS / f"{name}.c").read_text("utf-8")
    return Source(f"{name}.c", f"#define WEIGHTS_INSIDE {int(weights_inside)}\n{text}")


def library(name: str) -> Library:
    """The loaded library of a model."""
    return Library(compile_shared([source(name)], OPTIONS))
