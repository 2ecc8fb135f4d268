"""npy and npz: NumPy's own files, and what is refused."""

from __future__ import annotations

import re
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest

import hodu
from hodu.errors import FormatError

from .files import npy, npz

F4 = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }"
EIGHT = b"\0" * 8


def _header(descr: str = "'<f4'", order: str = "False", shape: str = "(2,)") -> str:
    return f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}"


@pytest.mark.parametrize("dtype", ["?", "<i2", ">i2", ">u4", ">f8", ">f2", "<u8", "|i1", ">i8"])
def test_numpy_files_of_both_byte_orders(tmp_path: Path, dtype: str) -> None:
    array = (np.arange(24).reshape(2, 3, 4) % 7).astype(dtype)
    for source in (array, np.asfortranarray(array), array[:0], array[0, 0, 0]):
        np.save(tmp_path / "x.npy", source)
        loaded = hodu.load(tmp_path / "x.npy").numpy()
        assert loaded.dtype.isnative and np.array_equal(loaded, source)
        assert not loaded.flags.writeable
        np.savez_compressed(tmp_path / "x.npz", a=source, **{"b c/ü": source})
        archive = hodu.load(tmp_path / "x.npz")
        assert list(archive) == ["a", "b c/ü"]
        assert all(np.array_equal(t.numpy(), source) for t in archive.values())


def test_numpy_reads_what_hodu_writes(tmp_path: Path) -> None:
    array = np.arange(6, dtype=np.int16).reshape(2, 3)
    hodu.save(hodu.tensor(array.T), tmp_path / "x.npy")
    assert np.array_equal(np.load(tmp_path / "x.npy"), array.T)
    hodu.save({"a": hodu.tensor(array), "b.npy": hodu.tensor(array)}, tmp_path / "x.npz")
    with np.load(tmp_path / "x.npz") as archive:
        assert np.array_equal(archive["a"], array)
    assert list(hodu.load(tmp_path / "x.npz")) == ["a", "b.npy"]
    first = (tmp_path / "x.npz").read_bytes()
    hodu.save({"a": hodu.tensor(array), "b.npy": hodu.tensor(array)}, tmp_path / "x.npz")
    assert (tmp_path / "x.npz").read_bytes() == first


def test_other_spellings_of_the_header(tmp_path: Path) -> None:
    for version, header in (
        (2, _header()),
        (3, _header()),
        (1, '{"shape":(2,),"descr":"<f4","fortran_order":False}'),
        (1, "{'shape': (1, 2), 'fortran_order': True, 'descr': '<f4'}"),
    ):
        (tmp_path / "x.npy").write_bytes(npy(header, EIGHT, version))
        assert hodu.load(tmp_path / "x.npy").numel() == 2


DAMAGED = {
    "magic": (b"NUMPY" + b"\0" * 90, "does not start"),
    "version": (npy(F4, EIGHT, 9), "version 9.0"),
    "short": (b"\x93NUMPY\1\0", "does not start"),
    "header length": (npy(F4, EIGHT, 2, 2**32 - 1), "claims a header of 4294967295"),
    "header cut": (npy(F4, b"", 1, 4000), "ends inside its header"),
    "no dict": (npy("[1, 2]"), "damaged header"),
    "key missing": (npy("{'descr': '<f4', 'fortran_order': False}"), "damaged header"),
    "key unknown": (
        npy("{'descr': '<f4', 'fortran_order': False, 'size': (2,)}"),
        "damaged header",
    ),
    "code": (npy(_header(shape="(__import__('os').system('true'),)")), "damaged header"),
    "deep": (npy(_header(shape="(" * 4000 + ")" * 4000)), "damaged header"),
    "shape": (npy(_header(shape="(2 3)"), EIGHT), "damaged shape"),
    "negative": (npy(_header(shape="(-2,)"), EIGHT), "damaged header"),
    "no tuple": (npy(_header(shape="2"), EIGHT), "damaged header"),
    "order": (npy(_header(order="'C'"), EIGHT), "fortran_order"),
    "objects": (npy(_header("'|O'"), b"\x80\4K\1."), "Hodu never unpickles"),
    "structured": (npy(_header("[('a', '<f4')]"), EIGHT), "structured"),
    "raw bytes": (npy(_header("'|V2'"), b"\0" * 4), "bf16, f8e4m3 or f8e5m2"),
    "f8": (npy(_header("'<f1'"), b"\0" * 2), "bf16, f8e4m3 or f8e5m2"),
    "complex": (npy(_header("'<c8'"), EIGHT), "the dtype '<c8'"),
    "text": (npy(_header("'<U4'"), EIGHT), "the dtype '<U4'"),
    "time": (npy(_header("'<M8[ns]'"), EIGHT), "the dtype '<M8[ns]'"),
    "escape": (npy(_header("'\\d'"), EIGHT), "damaged header"),
    "too few": (npy(F4, b"\0" * 7), "takes 8 bytes"),
    "too many": (npy(F4, b"\0" * 9), "takes 8 bytes"),
    "huge": (npy(_header(shape=f"({10**18},)"), EIGHT), "takes 4000000000000000000"),
    "overflow": (npy(_header(shape=f"({2**62}, 9)"), EIGHT), "no memory"),
    "huge and empty": (npy(_header(shape=f"(0, {2**62}, 9)")), "no memory"),
    "rank": (npy(_header(shape=f"({'1,' * 65})"), EIGHT), "65 dimensions"),
    "boolean 7": (npy(_header("'|b1'"), b"\1\7"), "other than 0 and 1"),
}


@pytest.mark.parametrize("case", DAMAGED)
def test_damaged_npy_files_are_refused(tmp_path: Path, case: str) -> None:
    content, message = DAMAGED[case]
    (tmp_path / "x.npy").write_bytes(content)
    with pytest.raises(FormatError, match=re.escape(message)):
        hodu.load(tmp_path / "x.npy")
    npz(tmp_path / "x.npz", [("a.npy", content)])
    with pytest.raises(FormatError):
        hodu.load(tmp_path / "x.npz")


def test_pickles_are_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.array([{"a": 1}, None]), allow_pickle=True)
    with pytest.raises(FormatError, match="never unpickles"):
        hodu.load(tmp_path / "x.npy")


def test_archives_that_are_refused(tmp_path: Path) -> None:
    path, good = tmp_path / "x.npz", npy(F4, EIGHT)
    npz(path, [("a.npy", good), ("a.txt", b"hello")])
    with pytest.raises(FormatError, match=r"'a\.txt' is no npy file"):
        hodu.load(path)
    with pytest.warns(UserWarning, match="Duplicate"):
        npz(path, [("a.npy", good), ("a.npy", good)])
    with pytest.raises(FormatError, match=r"'a\.npy' twice"):
        hodu.load(path)
    npz(path, [("a.npy", good)], zipfile.ZIP_LZMA)
    with pytest.raises(FormatError, match="another method"):
        hodu.load(path)
    npz(path, [("a.npy", good)], zipfile.ZIP_STORED)
    content = path.read_bytes()
    path.write_bytes(content.replace(b"<f4", b"<i4"))
    with pytest.raises(FormatError, match="CRC"):
        hodu.load(path)
    path.write_bytes(content[:-30])
    with pytest.raises(FormatError, match="damaged npz"):
        hodu.load(path)


def test_zip_bombs_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    count = 300 << 20
    header = npy(_header("'|u1'", shape=f"({count},)"))
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("a.npy", "w") as member,
    ):
        member.write(header)
        for _ in range(count >> 20):
            member.write(b"\0" * (1 << 20))
    assert path.stat().st_size < 1 << 20
    with pytest.raises(FormatError, match=f"bytes and would take {count + len(header)}"):
        hodu.load(path)
    np.savez_compressed(path, a=np.zeros(1_000_000, np.uint8))  # zeros as such are no bomb
    assert hodu.load(path)["a"].shape == (1_000_000,)


def test_sizes_that_the_directory_claims(tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    npz(path, [("a.npy", npy(F4, EIGHT))])
    content = path.read_bytes()
    directory = content.rindex(b"PK\1\2")
    for offset, value, message in (
        (24, 2**31, "claims more bytes than it can have"),
        (20, 2**31, "overlap"),
        (24, 300, "the archive says"),
        (8, 1, "encrypted"),
    ):
        damaged = bytearray(content)
        struct.pack_into("<I" if offset > 8 else "<H", damaged, directory + offset, value)
        path.write_bytes(damaged)
        with pytest.raises(FormatError, match=message):
            hodu.load(path)
