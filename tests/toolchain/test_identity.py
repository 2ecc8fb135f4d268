"""Files known again without reading them."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from hodu.toolchain import identity as module
from hodu.toolchain.identity import file_identity

pytestmark = pytest.mark.skipif(not module._boot(), reason="this system does not name its boots")


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take times as exact, so that no test has to wait until they are."""
    monkeypatch.setattr(module, "SETTLED_SECONDS", -1.0)


def test_it_stays_while_the_file_does_and_changes_with_it(tmp_path: Path, settled: None) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"first")
    before = file_identity(path)
    assert before is not None and file_identity(path) == before
    time.sleep(0.02)
    path.write_bytes(b"other")
    after = file_identity(path)
    assert after != before
    time.sleep(0.02)
    os.utime(path, (0, 0))
    assert file_identity(path) not in (before, after)


def test_another_file_of_the_same_size_and_time_is_another(tmp_path: Path, settled: None) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    for path in (first, second):
        path.write_bytes(b"same")
        os.utime(path, (1, 1))
    before = file_identity(first)
    second.replace(first)
    assert file_identity(first) != before


def test_what_cannot_be_told_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"fresh")
    assert file_identity(path) is None  # it may change again within the same tick
    assert file_identity(tmp_path / "missing") is None
    monkeypatch.setattr(module, "SETTLED_SECONDS", -1.0)
    monkeypatch.setattr(module, "_boot", lambda: "")
    assert file_identity(path) is None


def test_another_boot_knows_no_file(
    tmp_path: Path, settled: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"here")
    before = file_identity(path)
    monkeypatch.setattr(module, "_boot", lambda: "another")
    assert file_identity(path) != before
