"""Files that may be `-`: stdin read into a temporary file, stdout written from one.

Formats read and write files, because they map them.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hodu.errors import HoduError
from hodu_cli.errors import UsageError


@contextmanager
def readable(path: Path, suffix: str = "") -> Iterator[Path]:
    """`path`, or for `-` a file with what stdin holds."""
    if str(path) != "-":
        yield path
        return
    if sys.stdin.isatty():
        raise UsageError(
            "`-` reads from stdin, which is a terminal", hint="pipe a file in: ... < FILE"
        )
    with tempfile.TemporaryDirectory(prefix="hodu-", ignore_cleanup_errors=True) as folder:
        file = Path(folder, f"stdin{suffix}")
        with file.open("wb") as target:
            shutil.copyfileobj(sys.stdin.buffer, target)
        if not file.stat().st_size:
            raise UsageError("nothing came from stdin", hint="pipe a file in: ... < FILE")
        try:
            yield file
        except HoduError as error:
            error.message = error.message.replace(str(file), "stdin")
            raise


@contextmanager
def writable(path: Path, suffix: str = "") -> Iterator[Path]:
    """`path`, or for `-` a file whose contents go to stdout at the end."""
    if str(path) != "-":
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="hodu-", ignore_cleanup_errors=True) as folder:
        file = Path(folder, f"stdout{suffix}")
        yield file
        sys.stdout.flush()
        with file.open("rb") as source:
            shutil.copyfileobj(source, sys.stdout.buffer)
        sys.stdout.buffer.flush()
