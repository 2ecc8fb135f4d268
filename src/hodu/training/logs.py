"""Where a Trainer writes its numbers."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol


class Log(Protocol):
    """What takes the numbers of a training run."""

    def log(self, step: int, values: Mapping[str, float]) -> None:
        """Take a number for each name at this step."""

    def close(self) -> None:
        """The run has ended."""


class JsonlLog:
    """One JSON object a line, appended to a file: the step and the numbers by name.

    What is no finite number becomes a text, so that every line is valid JSON.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._file = Path(path).open("a", encoding="utf-8")  # noqa: SIM115  (closed by close)

    def log(self, step: int, values: Mapping[str, float]) -> None:
        """Write a line, at once."""
        plain = {k: v if math.isfinite(v) else repr(v) for k, v in values.items()}
        self._file.write(json.dumps({"step": step, **plain}) + "\n")
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()
