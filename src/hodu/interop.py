"""Exchange with other libraries over DLPack."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt


def to_dlpack(array: npt.NDArray[Any], **options: Any) -> Any:
    """A DLPack capsule that shares the array's memory."""
    return array.__dlpack__(**options)
