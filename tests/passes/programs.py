"""Snapshots as text, and passes from one text to another."""

from __future__ import annotations

from collections.abc import Callable

from hodu.snapshot.ir import Snapshot
from hodu.snapshot.parse import parse_snapshot
from hodu.snapshot.verify import verify


def body(lines: str) -> str:
    """A Snapshot's text around some lines."""
    return "\n".join(
        ['snapshot "main" {', *(f"  {s.strip()}" for s in lines.strip().split("\n")), "}\n"]
    )


def program(lines: str) -> Snapshot:
    """The Snapshot of some lines."""
    return verify(parse_snapshot(body(lines)))


def check(change: Callable[[Snapshot], Snapshot], before: str, after: str) -> None:
    """The pass turns one text into the other, and the result verifies."""
    assert str(verify(change(program(before)))) == body(after)


def ops(snapshot: Snapshot) -> list[str]:
    """The ops of the nodes in order."""
    return [node.op for node in snapshot.nodes]
