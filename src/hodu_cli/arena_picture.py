"""The arena of a program as a picture: which tensor lies where, and from which step to which."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from hodu_cli.tables import human_bytes

_LEFT, _TOP, _HEIGHT, _FOOT = 90, 40, 420, 150
_STEP = (18, 90)  # the least and the greatest width of a step
_WIDTH = 960
_CHARACTER = 6.2  # the width of one, at 11 pixels
_LABELS = 60
_COLORS = ("#9ecae9", "#ffbf79", "#b6d9a5", "#f2a6a0", "#c9b8e0", "#d8c3ac", "#f5c9de", "#cfd8dc")


def plain(text: str) -> str:
    """A text that can stand anywhere in XML, whatever characters a model has in its names."""
    kept = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return escape(kept, quote=True)


def arena_svg(notes: Mapping[str, Any]) -> str:
    """A picture of its own: time goes to the right in steps, addresses go up."""
    steps, size = max(1, len(notes["kernels"])), max(1, notes["arena_bytes"])
    step = min(_STEP[1], max(_STEP[0], _WIDTH / steps))
    width, height = _LEFT + step * steps + 20, _TOP + _HEIGHT + _FOOT
    title = f"{notes['name']}: arena of {notes['arena_bytes']:,} bytes"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height}" '
        f'viewBox="0 0 {width:.0f} {height}" font-family="sans-serif" font-size="11">',
        f'<rect width="{width:.0f}" height="{height}" fill="white"/>',
        f'<text x="{_LEFT}" y="22" font-size="14">{plain(title)}</text>',
        *_axis(size, step * steps),
        *(part for i, row in enumerate(notes["arena"]) for part in _box(row, i, size, step)),
        *_names(notes, step),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _axis(size: int, width: float) -> Iterator[str]:
    """Addresses in quarters of the arena."""
    for quarter in range(5):
        y = _TOP + _HEIGHT * (4 - quarter) / 4
        yield (
            f'<line x1="{_LEFT}" x2="{_LEFT + width:.1f}" y1="{y:.1f}" y2="{y:.1f}" '
            'stroke="#bbb" stroke-width="0.5"/>'
        )
        yield (
            f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">'
            f"{human_bytes(size * quarter // 4)}</text>"
        )


def _box(row: Mapping[str, Any], number: int, size: int, step: float) -> Iterator[str]:
    """What lies in a part of the arena, with its name where there is room for it.

    What lies over something else lets it be seen.
    """
    x, width = _LEFT + row["first"] * step, (row["last"] - row["first"] + 1) * step
    height = row["bytes"] / size * _HEIGHT
    y = _TOP + _HEIGHT - row["offset"] / size * _HEIGHT - height
    about = f"{row['name']}: {row['bytes']:,} bytes at {row['offset']:,}, "
    about += f"steps {row['first']} to {row['last']}"
    yield (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{max(height, 0.5):.1f}" '
        f'fill="{_COLORS[number % len(_COLORS)]}" fill-opacity="0.8" stroke="#444" '
        f'stroke-width="0.5">'
        f"<title>{plain(about)}</title></rect>"
    )
    room = int((width - 6) / _CHARACTER)
    if height < 12 or room < 2:
        return
    lines = [row["name"], human_bytes(row["bytes"])] if height >= 26 else [row["name"]]
    for i, line in enumerate(lines):
        yield (
            f'<text x="{x + 4:.1f}" y="{y + 12 + 13 * i:.1f}" pointer-events="none">'
            f"{plain(_cut(line, room))}</text>"
        )


def _names(notes: Mapping[str, Any], step: float) -> Iterator[str]:
    """The steps, as many as can be read."""
    kernels = notes["kernels"]
    every = -(-len(kernels) // _LABELS) or 1
    y = _TOP + _HEIGHT + 14
    for number in range(0, len(kernels), every):
        x = _LEFT + (number + 0.5) * step
        label = _cut(f"{number} {kernels[number]['name']}", 28)
        yield (
            f'<text x="{x:.1f}" y="{y}" text-anchor="end" '
            f'transform="rotate(-45 {x:.1f} {y})">{plain(label)}</text>'
        )


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else f"{text[: room - 1]}…"
