"""Every reader, on files damaged at random: what it yields makes sense, or it says what is wrong.

And on files made to take memory: nothing is taken that the file does not justify.
"""

from __future__ import annotations

import functools
import re
import struct
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import hodu
from hodu.dtypes import ALL
from hodu.errors import HoduError
from hodu.snapshot.verify import verify

from .models import all_tensors, rich, tensor_of, text_of

SUFFIXES = ["hdss", "hdt", "safetensors", "json", "npy", "npz", "safetensors.index.json"]
NUMBERS = [
    b"-1",
    b"0",
    b"1e9",
    b"9223372036854775807",
    b"1" + b"0" * 30,
    b"null",
    b'"a"',
    b"[]",
    b"{}",
    b"true",
]


@functools.cache
def _original(suffix: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"x.{suffix}"
        tensors = {n: t for n, t in all_tensors().items() if t.nbytes < 100}
        if suffix == "hdss":
            hodu.save(rich(), path)
        elif suffix == "npy":
            hodu.save(tensor_of(hodu.i16), path)
        elif suffix == "npz":
            hodu.save({str(t): tensor_of(t) for t in (hodu.f32, hodu.bool, hodu.u64)}, path)
        else:
            hodu.save(tensors, path)
        return path.read_bytes()


@st.composite
def damage(draw: st.DrawFn, content: bytes) -> bytes:
    """The content after a few edits: of bits, of pieces, of lengths, of numbers in text."""
    data = bytearray(content)
    for _ in range(draw(st.integers(1, 4))):
        kind = draw(
            st.sampled_from(["flip", "insert", "delete", "cut", "copy", "length", "number"])
        )
        at = draw(st.integers(0, max(0, len(data) - 1)))
        if kind == "flip" and data:
            data[at] ^= draw(st.integers(1, 255))
        elif kind == "insert":
            data[at:at] = draw(st.binary(min_size=1, max_size=9))
        elif kind == "delete":
            del data[at : at + draw(st.integers(1, 40))]
        elif kind == "cut":
            del data[at:]
        elif kind == "copy":
            other = draw(st.integers(0, len(data)))
            data[at:at] = data[other : other + draw(st.integers(1, 200))]
        elif kind == "length" and len(data) >= 12:
            value = draw(
                st.sampled_from([0, 1, 2**31, 2**63, 2**64 - 1]) | st.integers(0, len(data) + 9)
            )
            data[:8] = struct.pack("<Q", value) if draw(st.booleans()) else data[:8]
            struct.pack_into("<H", data, draw(st.sampled_from([8, 10])), value & 0xFFFF)
        elif kind == "number":
            numbers = list(re.finditer(rb'-?\d+|"\w+\\?"|null|true', data))
            if numbers:
                match = numbers[draw(st.integers(0, len(numbers) - 1))]
                data[match.start() : match.end()] = draw(st.sampled_from(NUMBERS))
    return bytes(data)


def _check(value: Any) -> None:
    """That what a reader yields can be used."""
    if isinstance(value, hodu.Snapshot):
        text_of(verify(value))
        return
    for tensor in value.values() if isinstance(value, dict) else [value]:
        assert tensor.dtype in ALL and tensor.nbytes < 1 << 20
        tensor.numpy().tobytes()


@pytest.mark.parametrize("suffix", SUFFIXES)
@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_damaged_file_loads_or_says_why(suffix: str, data: st.DataObject) -> None:
    content = data.draw(damage(_original(suffix)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"x.{suffix}"
        path.write_bytes(content)
        try:
            _check(hodu.load(path))
        except HoduError as error:
            assert str(error)


@pytest.mark.parametrize("suffix", ["hdss", "hdt", "safetensors"])
@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_damaged_header_of_the_right_length(suffix: str, data: st.DataObject) -> None:
    """The same, where only the JSON is damaged and its length is right."""
    content = _original(suffix)
    stop = 8 + int.from_bytes(content[:8], "little")
    header = data.draw(damage(content[8:stop].rstrip()))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"x.{suffix}"
        path.write_bytes(len(header).to_bytes(8, "little") + header + content[stop:])
        try:
            _check(hodu.load(path))
        except HoduError as error:
            assert str(error)


_LIMITED = """
import resource, sys
from pathlib import Path
import hodu
from hodu.errors import HoduError
from hodu.plugins import manager
list(manager.formats())
used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + (256 << 20),) * 2)
for path in sorted(Path(sys.argv[1]).iterdir()):
    try:
        hodu.load(path)
    except HoduError as error:
        assert "memory" not in str(error) or "no memory can hold" in str(error), (path, error)
        continue
    raise SystemExit(f"{path} was loaded")
print("done")
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc and RLIMIT_AS")
def test_hostile_files_take_no_memory(tmp_path: Path) -> None:
    from . import test_hdss, test_json, test_npy, test_safetensors
    from .files import hdss, npz

    files: dict[str, Any] = {}
    for module, suffix in ((test_safetensors, "safetensors"), (test_npy, "npy")):
        files |= {f"{i}.{suffix}": c[0] for i, c in enumerate(module.DAMAGED.values())}
    for i, (content, _) in enumerate(test_json.DAMAGED.values()):
        if isinstance(content, (str, bytes)):
            files[f"{i}.json"] = content.encode() if isinstance(content, str) else content
    files |= {f"{i}.hdss": hdss(c[0]) for i, c in enumerate(test_hdss.HOSTILE.values())}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    zeros = test_npy.npy(test_npy._header("'|u1'", shape=f"({300 << 20},)"), b"\0" * (300 << 20))
    npz(tmp_path / "bomb.npz", [("a.npy", zeros)])
    command = [sys.executable, "-c", _LIMITED, str(tmp_path)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout) == (0, "done\n"), result.stderr[-2000:]
