"""Which passes run at which level, in order."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TypeAlias

from hodu.errors import ValueRangeError
from hodu.passes.algebra import algebra, reassociate
from hodu.passes.cse import cse
from hodu.passes.fold import fold
from hodu.passes.movement import movement
from hodu.snapshot.ir import Snapshot
from hodu.snapshot.prune import prune

Pass: TypeAlias = Callable[[Snapshot], Snapshot]
PASSES: dict[str, Pass] = {
    "fold": fold,
    "algebra": algebra,
    "reassociate": reassociate,
    "movement": movement,
    "cse": cse,
    "dce": prune,
}
LEVELS: dict[int, tuple[str, ...]] = {
    0: (),
    1: ("fold", "algebra", "cse", "dce"),
    2: ("fold", "algebra", "movement", "reassociate", "fold", "cse", "dce"),
    3: ("fold", "algebra", "movement", "reassociate", "fold", "cse", "algebra", "movement", "dce"),
}
_ROUNDS_DIFFERENTLY = {"reassociate"}


def optimize(snapshot: Snapshot, level: int = 2, *, exact: bool = False) -> Snapshot:
    """The Snapshot after the passes of a level from 0 to 3.

    `exact` leaves out passes that round differently. HODU_PASSES=-cse,-fold leaves out passes by
    name, to find the one that is to blame.
    """
    if level not in LEVELS:
        raise ValueRangeError(f"optimization level {level!r}", hint="it is 0, 1, 2 or 3")
    left_out = _left_out() | (_ROUNDS_DIFFERENTLY if exact else set())
    for name in LEVELS[level]:
        if name not in left_out:
            snapshot = PASSES[name](snapshot)
    return snapshot


def _left_out() -> set[str]:
    names = {n.strip() for n in os.environ.get("HODU_PASSES", "").split(",") if n.strip()}
    unknown = {n for n in names if not n.startswith("-") or n[1:] not in PASSES}
    if unknown:
        raise ValueRangeError(
            f"HODU_PASSES names {', '.join(sorted(unknown))}",
            hint=f"write -NAME for a pass to leave out; the passes are {', '.join(PASSES)}",
        )
    return {n[1:] for n in names}
