"""The report of `hodu build` as a file: the picture of the arena alone, or a page with tables."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from hodu_cli.arena_picture import arena_svg, plain
from hodu_cli.build_report import LAYER_HEAD, firmware_rows, layer_row, memory_rows
from hodu_cli.errors import UsageError

_STYLE = """\
body { font-family: sans-serif; margin: 2em; color: #222; }
table { border-collapse: collapse; margin: 0.5em 0 1.5em; }
td, th { padding: 2px 12px 2px 0; text-align: left; vertical-align: top; }
tr + tr td { border-top: 1px solid #ddd; }
"""


def check_report(path: Path | None) -> None:
    """Raise UsageError for a report that would be neither a picture nor a page."""
    if path is not None and path.suffix.lower() not in (".svg", ".html"):
        raise UsageError(
            f"--report {str(path)!r} is neither a picture nor a page", hint="name a .svg or .html"
        )
    if path is not None and not path.parent.is_dir():
        raise UsageError(f"there is no folder {str(path.parent)!r}")


def write_report(path: Path, notes: Mapping[str, Any]) -> None:
    """Write the picture or the page, whole or not at all."""
    text = arena_svg(notes) if path.suffix.lower() == ".svg" else "\n".join(_page(notes))
    temporary = path.with_name(f".{path.name[:100]}.{os.urandom(8).hex()}.tmp")
    try:
        temporary.write_text(text, "utf-8")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _page(notes: Mapping[str, Any]) -> Iterator[str]:
    title = plain(f"{notes['name']} for {notes['target']}")
    yield f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>{title}</title>'
    yield f"<style>\n{_STYLE}</style>\n<h1>{title}</h1>"
    if "firmware" in notes:
        yield from _table(firmware_rows(notes["firmware"], notes["arena_bytes"]))
    yield from _table(memory_rows(notes))
    yield f"<h2>Arena</h2>\n{arena_svg(notes)}<h2>Layers</h2>"
    yield from _table([layer_row(row) for row in notes["kernels"]], LAYER_HEAD)
    yield "</html>\n"


def _table(rows: Sequence[Sequence[str]], head: Sequence[str] = ()) -> Iterator[str]:
    yield "<table>"
    if head:
        yield f"<tr>{''.join(f'<th>{plain(cell)}</th>' for cell in head)}</tr>"
    for row in rows:
        yield f"<tr>{''.join(f'<td>{plain(cell)}</td>' for cell in row)}</tr>"
    yield "</table>"
