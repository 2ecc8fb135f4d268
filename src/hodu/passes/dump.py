"""Writing what a compilation goes through: the text of the Snapshot after every stage."""

from __future__ import annotations

from pathlib import Path

from hodu.errors import FormatError
from hodu.snapshot.ir import Snapshot


class Dump:
    """A folder that gets numbered files: 00-captured.txt, 01-fold.txt and so on.

    Raises FormatError where the folder cannot be made or written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._count = 0

    def stage(self, name: str, snapshot: Snapshot) -> None:
        """Write one stage, in the order of calls."""
        self.write(name, str(snapshot))

    def write(self, name: str, text: str) -> None:
        """Write the text of one stage."""
        path = self.folder / f"{self._count:02}-{name}.txt"
        self._count += 1
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise FormatError(
                f"cannot write {str(path)!r}: {error.strerror}", hint="--dump names a folder"
            ) from error
