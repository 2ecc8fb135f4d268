"""TensorBoard's event files, as far as scalars need them.

Records are framed as TensorFlow does (length, masked CRC-32C of the length, data, masked CRC-32C of
the data; tensorflow/core/lib/io/record_writer.h) and hold Event messages of its event.proto.
"""

from __future__ import annotations

import os
import socket
import struct
import time
from collections.abc import Mapping
from pathlib import Path

_POLYNOMIAL = 0x82F63B78


def _crc_table() -> list[int]:
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (_POLYNOMIAL if byte & 1 else 0)
        table.append(byte)
    return table


_TABLE = _crc_table()


def crc32c(data: bytes) -> int:
    """The Castagnoli CRC of `data` (RFC 3720, appendix B.4)."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ _TABLE[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def masked_crc(data: bytes) -> int:
    """The CRC as it is stored: rotated and shifted, since data may hold CRCs itself."""
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def record(data: bytes) -> bytes:
    """A record around `data`."""
    length = struct.pack("<Q", len(data))
    checks = (struct.pack("<I", masked_crc(part)) for part in (length, data))
    return length + next(checks) + data + next(checks)


def _varint(value: int) -> bytes:
    value &= 2**64 - 1
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])


def _message(number: int, content: bytes) -> bytes:
    """A field of variable length."""
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _event(wall_time: float, step: int, content: bytes) -> bytes:
    return b"\x09" + struct.pack("<d", wall_time) + b"\x10" + _varint(step) + content


def scalars(values: Mapping[str, float]) -> bytes:
    """The summary field of an event: a value for each tag."""
    entries = (
        _message(1, _message(1, tag.encode()) + b"\x15" + struct.pack("<f", value))
        for tag, value in values.items()
    )
    return _message(5, b"".join(entries))


class TensorBoardLog:
    """Scalars in an event file of their own in `folder`, for `tensorboard --logdir`."""

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        place = Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        now = time.time()
        name = f"events.out.tfevents.{time.time_ns()}.{socket.gethostname()}.{os.getpid()}"
        self.path = place / name
        self._file = self.path.open("xb")
        self._write(_event(now, 0, _message(3, b"brain.Event:2")))

    def log(self, step: int, values: Mapping[str, float]) -> None:
        """Add a value for each tag at this step."""
        self._write(_event(time.time(), step, scalars(values)))

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _write(self, event: bytes) -> None:
        self._file.write(record(event))
        self._file.flush()
