"""What all tests share: the whole op table, which is otherwise imported bit by bit."""

import pytest

import hodu.ops._families  # noqa: F401


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of the tests."""
    parser.addoption(
        "--update-golden", action="store_true", help="write the files of tests/golden anew"
    )
