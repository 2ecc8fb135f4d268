"""A node that something cannot take, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Stage: TypeAlias = Literal["import", "capture", "compile"]


@dataclass(frozen=True, slots=True)
class Problem:
    """Which node of which operator is refused by what, why, and the remedy.

    `types` are those of its inputs, as far as they are known. A problem of the whole model has no
    operator. `domain` and `opset` are those of ONNX, None where it came from elsewhere.
    """

    stage: Stage
    node: str
    op: str
    reason: str
    remedy: str
    types: tuple[str, ...] = ()
    domain: str | None = None
    opset: int | None = None
