"""What all tests share: the whole op table, and a cache of compiled code of their own."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

import hodu.ops._families  # noqa: F401  (else the table is imported bit by bit)

# The suite gives one answer for one revision; `--hypothesis-profile=random` looks for new examples.
settings.register_profile("suite", derandomize=True)
settings.register_profile("random", print_blob=True)
settings.load_profile("suite")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of the tests."""
    parser.addoption(
        "--update-golden", action="store_true", help="write the files of tests/golden anew"
    )


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of compiled code, empty at first: tests do not depend on what was run before."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HODU_CACHE_DIR", str(folder))
        yield folder


def pytest_collection_finish() -> None:
    """Compiling collects garbage; what the suite itself holds is not gone through each time."""
    gc.collect()
    gc.freeze()
