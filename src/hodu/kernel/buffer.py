"""Buffers of the loop IR."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from hodu.dtypes import DType

Role = Literal["in", "out", "inout", "local"]


@dataclass(frozen=True, slots=True, eq=False)
class Buf:
    """Memory of `size` elements: a parameter of a kernel, or "local" to it.

    A local buffer of `lanes` above 1 holds short vectors. Parameters do not overlap unless one of
    them is "inout" or the kernel says how (`in_place`, `overlaps`). Identity, not the name, tells
    buffers apart.
    """

    name: str
    dtype: DType
    size: int
    role: Role
    lanes: int = 1

    def __repr__(self) -> str:
        lanes = f"x{self.lanes}" if self.lanes > 1 else ""
        return f"{self.role} {self.name}: {self.dtype}{lanes}[{self.size}]"
