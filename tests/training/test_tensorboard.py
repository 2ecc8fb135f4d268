"""Event files, read back by a decoder of their own: protobuf's, and a CRC bit by bit."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from hodu.training import TensorBoardLog
from hodu.training.tensorboard import crc32c

_FIELD = descriptor_pb2.FieldDescriptorProto
_MESSAGES: dict[str, list[tuple[str, int, Any, str | None]]] = {
    "Event": [
        ("wall_time", 1, _FIELD.TYPE_DOUBLE, None),
        ("step", 2, _FIELD.TYPE_INT64, None),
        ("file_version", 3, _FIELD.TYPE_STRING, None),
        ("summary", 5, _FIELD.TYPE_MESSAGE, "Summary"),
    ],
    "Summary": [("value", 1, _FIELD.TYPE_MESSAGE, "Value")],
    "Value": [("tag", 1, _FIELD.TYPE_STRING, None), ("simple_value", 2, _FIELD.TYPE_FLOAT, None)],
}


def event_class() -> Any:
    """The class of events, by the published event.proto and summary.proto."""
    file = descriptor_pb2.FileDescriptorProto(name="events.proto", package="t", syntax="proto3")
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for field, number, kind, of in fields:
            label = _FIELD.LABEL_REPEATED if field == "value" else _FIELD.LABEL_OPTIONAL
            one = message.field.add(name=field, number=number, type=kind, label=label)
            if of is not None:
                one.type_name = f".t.{of}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("t.Event"))


def slow_crc(data: bytes) -> int:
    """CRC-32C as polynomial division, one bit after another."""
    remainder = 0xFFFFFFFF
    for byte in data:
        for bit in range(8):
            top = (remainder ^ byte >> bit) & 1
            remainder = remainder >> 1 ^ (0x82F63B78 if top else 0)
    return remainder ^ 0xFFFFFFFF


def unmasked(value: int) -> int:
    """The CRC that was stored masked."""
    rotated = (value - 0xA282EAD8) % 2**32
    return (rotated >> 17 | rotated << 15) % 2**32


def read_events(data: bytes) -> list[Any]:
    """The events of a file; every check must hold."""
    events, position, event = [], 0, event_class()
    while position < len(data):
        head = data[position : position + 8]
        (length,) = struct.unpack("<Q", head)
        (check,) = struct.unpack_from("<I", data, position + 8)
        assert unmasked(check) == slow_crc(head)
        body = data[position + 12 : position + 12 + length]
        (check,) = struct.unpack_from("<I", data, position + 12 + length)
        assert unmasked(check) == slow_crc(body)
        events.append(event.FromString(body))
        position += 16 + length
    assert position == len(data)
    return events


def test_known_checksums():
    assert crc32c(b"123456789") == 0xE3069283
    assert crc32c(bytes(32)) == 0x8A9136AA  # RFC 3720, B.4
    assert crc32c(b"") == 0


def test_events_come_back(tmp_path):
    log = TensorBoardLog(tmp_path / "runs")
    log.log(1, {"loss": 0.5, "accuracy": 0.25})
    log.log(2**40, {"größe": float("nan"), "x" * 300: -1e30})
    log.close()
    first, second, third = read_events(log.path.read_bytes())
    assert (first.file_version, first.step) == ("brain.Event:2", 0)
    assert second.step == 1
    assert {v.tag: v.simple_value for v in second.summary.value} == {"loss": 0.5, "accuracy": 0.25}
    assert third.step == 2**40
    assert [value.tag for value in third.summary.value] == ["größe", "x" * 300]
    assert third.summary.value[1].simple_value == pytest.approx(-1e30)
    assert third.wall_time >= second.wall_time >= first.wall_time > 1.6e9
