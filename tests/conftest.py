"""What all tests share: the whole op table, which is otherwise imported bit by bit."""

import hodu.ops._families  # noqa: F401
