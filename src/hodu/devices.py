"""Device names such as "cpu" and "cuda:0".

A device here is only a name; whether it can run anything is the plugins' to say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from hodu.errors import DeviceError

KINDS = ("cpu", "cuda", "metal", "rocm", "vulkan", "opencl", "webgpu")
_NAME = re.compile(r"([a-z]+)(?::(\d{1,4}))?")


@dataclass(frozen=True, slots=True)
class Device:
    """A kind of device and its number; the CPU has no number."""

    kind: str
    index: int = 0

    def __str__(self) -> str:
        return self.kind if self.kind in ("cpu", "webgpu") else f"{self.kind}:{self.index}"


CPU = Device("cpu")


def as_device(spec: Device | str) -> Device:
    """The device that `spec` names, as in "cpu" or "cuda:1"; raises DeviceError if unknown."""
    if isinstance(spec, Device):
        return spec
    match = _NAME.fullmatch(spec)
    if match is None or match[1] not in KINDS:
        raise DeviceError(
            f"{spec!r} is not a device", hint=f"devices are {', '.join(KINDS)}, as in 'cuda:0'"
        )
    return Device(match[1], int(match[2] or 0))


def require_cpu(device: Device | str | None) -> None:
    """Raise DeviceError unless `device`, where an eager tensor is wanted, is the cpu or None."""
    if device is not None and as_device(device) != CPU:
        raise DeviceError(
            f"eager tensors live on the cpu, not on {device}",
            hint=f"to run a program on {device}, compile it: hodu.compile(fn, device='{device}')",
        )
