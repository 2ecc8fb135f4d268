"""The Python of a wheel's package: a typed function that runs the model."""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Sequence

from hodu.artifact import ArtifactTensorInfo
from hodu.dtypes import DType, bf16, f8e4m3, f8e5m2

NOT_OF_NUMPY = frozenset({bf16, f8e4m3, f8e5m2})
"""Types that NumPy has of the package ml_dtypes."""

_PACKAGE = '''\
"""{title}

{interface}
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from .standalone import Model

model = Model(Path(__file__).with_name("{library}"))


class Outputs(NamedTuple):
    """What the model computes."""

{fields}


def run({parameters}) -> Outputs:
    """Run the model once; raises TypeError for a wrong dtype, ValueError for a wrong shape."""
    return Outputs(*model({arguments}))
'''
_OWN = ("np", "npt", "run", "model", "Outputs", "Model", "Path", "Any", "NamedTuple")


def render_package(
    name: str,
    library: str,
    inputs: Sequence[ArtifactTensorInfo],
    outputs: Sequence[ArtifactTensorInfo],
) -> str:
    """The text of `__init__.py`."""
    taken = _names(info.name for info in inputs)
    made = _names(info.name for info in outputs)
    lines = [f"input {info}" for info in inputs] + [f"output {info}" for info in outputs]
    return _PACKAGE.format(
        title=_plain(f"The model {name}, compiled."),
        interface="\n".join(map(_plain, lines)),
        library=library,
        fields="\n".join(
            f"    {field}: {_array(info.dtype)}" for field, info in zip(made, outputs, strict=True)
        )
        or "    pass",
        parameters=", ".join(
            f"{field}: {_array(info.dtype)}" for field, info in zip(taken, inputs, strict=True)
        ),
        arguments=", ".join(taken),
    )


def _array(dtype: DType) -> str:
    """The type of an array; those of ml_dtypes have none that type checkers know."""
    name = "bool_" if dtype.name == "bool" else dtype.numpy.name
    return "npt.NDArray[Any]" if dtype in NOT_OF_NUMPY else f"npt.NDArray[np.{name}]"


def _names(texts: Iterable[str]) -> list[str]:
    """Texts as different names of Python; fields of a NamedTuple do not begin with a line."""
    found: list[str] = []
    for text in texts:
        clean = "".join(c if c.isascii() and c.isalnum() else "_" for c in text).strip("_")
        name = base = clean if clean[:1].isalpha() else f"x{clean}"
        number = 0
        while (
            name in found or name in _OWN or keyword.iskeyword(name) or name in ("count", "index")
        ):
            number += 1
            name = f"{base}_{number}"
        found.append(name)
    return found


def _plain(text: str) -> str:
    """A text that can stand in a docstring."""
    return "".join(c if c.isprintable() and c not in '"\\' else "_" for c in text)
