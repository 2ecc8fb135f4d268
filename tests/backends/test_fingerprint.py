"""The fingerprint of a file: hashed once, known again until the file changes."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

import hodu
from hodu.backends.cpu import fingerprint as module
from hodu.backends.cpu.fingerprint import fingerprint
from hodu.toolchain import identity


@pytest.fixture
def hashed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of the data that is hashed; the cache is empty and times are exact."""
    if not identity._boot():
        pytest.skip("this system does not name its boots")
    monkeypatch.setenv("HODU_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(identity, "SETTLED_SECONDS", -1.0)
    sizes: list[int] = []
    digest = module.digest_buffer
    monkeypatch.setattr(module, "digest_buffer", lambda x: sizes.append(len(x)) or digest(x))
    return sizes


def saved(path: Path, last: float) -> Path:
    with hodu.capture("scale") as board:
        weights = hodu.tensor(np.array([1.0, 2.0, last], np.float32))
        board.target("y", board.input("x", (3,), "f32") * weights)
    hodu.save(board.snapshot, path)
    return path


def test_a_file_is_hashed_once(tmp_path: Path, hashed: list[int]) -> None:
    path = saved(tmp_path / "m.hdss", 3.0)
    first = fingerprint(hodu.load(path))
    assert hashed == [12]
    assert fingerprint(hodu.load(path)) == first and hashed == [12]
    copy = Path(tmp_path / "copy.hdss")
    copy.write_bytes(path.read_bytes())
    assert fingerprint(hodu.load(copy)) == first and hashed == [12, 12]


def test_a_changed_file_is_hashed_again(tmp_path: Path, hashed: list[int]) -> None:
    path = saved(tmp_path / "m.hdss", 3.0)
    first = fingerprint(hodu.load(path))
    time.sleep(0.02)
    data = path.read_bytes().replace(np.float32(3.0).tobytes(), np.float32(4.0).tobytes())
    path.write_bytes(data)
    assert fingerprint(hodu.load(path)) != first
    assert fingerprint(hodu.load(saved(path, 3.0))) == first


def test_a_file_replaced_after_it_was_loaded_is_not_taken_for_it(
    tmp_path: Path, hashed: list[int]
) -> None:
    path = saved(tmp_path / "m.hdss", 3.0)
    old = hodu.load(path)
    saved(tmp_path / "other.hdss", 4.0).replace(path)
    first = fingerprint(old)
    assert hashed == [12]
    assert fingerprint(hodu.load(path)) != first
    assert fingerprint(hodu.load(saved(path, 3.0))) == first


def test_a_model_with_other_sizes_is_not_the_file(tmp_path: Path, hashed: list[int]) -> None:
    with hodu.capture("twice") as board:
        board.target("y", board.input("x", ("n",), "f32") * 2.0)
    hodu.save(board.snapshot, tmp_path / "m.hdss")
    found = {fingerprint(hodu.load(tmp_path / "m.hdss", dims=d)) for d in (None, {"n": 2})}
    assert len(found) == 2


def test_sources_are_read_once_and_again_when_one_changes(
    tmp_path: Path, hashed: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "hodu"
    (package / "lower").mkdir(parents=True)
    rule = package / "lower" / "rule.py"
    rule.write_text("one = 1\n")
    monkeypatch.setattr(module, "_OWN_PARTS", ("lower",))
    monkeypatch.setattr(hodu, "__file__", str(package / "__init__.py"))
    reads: list[int] = []
    contents = module._contents
    monkeypatch.setattr(module, "_contents", lambda n, p: reads.append(len(n)) or contents(n, p))
    version = module.compiler_version.__wrapped__
    first = version()
    assert version() == first and reads == [1]
    time.sleep(0.02)
    rule.write_text("one = 2\n")
    assert version() != first and reads == [1, 1]
    (package / "lower" / "other.py").write_text("")
    assert version() != first and reads == [1, 1, 2]
