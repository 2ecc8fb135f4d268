"""PyTorch's `resize` is another function; test_windows_torch.py compares `interpolate`."""

from __future__ import annotations

from typing import Any


def resize(*args: Any, **attrs: Any) -> Any:
    raise NotImplementedError("resize by interpolation is not supported")


TORCH: dict[str, Any] = {"resize": resize}
