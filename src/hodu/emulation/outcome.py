"""What a run in an emulator gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hodu.ops._table import Array


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outputs by name, and what was measured.

    `states` are what the model's states have become, where the emulator can read them.
    `machine` is what ran it; `instructions` and the `stack` in bytes are None where they are not
    counted, and `counted_by` says how the instructions were; `notes` are those of the build.
    """

    machine: str
    outputs: Mapping[str, Array]
    instructions: int | None
    counted_by: str
    stack: int | None
    notes: Mapping[str, Any]
    states: Mapping[str, Array] = field(default_factory=dict)
