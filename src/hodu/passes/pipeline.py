"""Which passes run at which level, in order."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from hodu.errors import ValueRangeError
from hodu.passes._regions import everywhere
from hodu.passes._rewrite import Keep
from hodu.passes.algebra import algebra, reassociate
from hodu.passes.batchnorm import batchnorm
from hodu.passes.broadcast import broadcast
from hodu.passes.cse import cse
from hodu.passes.expand import expand
from hodu.passes.fold import fold
from hodu.passes.movement import movement
from hodu.passes.projections import projections
from hodu.passes.quantized import quantized
from hodu.passes.recognise import recognise
from hodu.passes.strassen import Machine, strassen
from hodu.snapshot.ir import Snapshot
from hodu.snapshot.prune import prune

Observer: TypeAlias = Callable[[str, Snapshot], None]


@dataclass(frozen=True, slots=True)
class Pass:
    """A pass by name: what it does, and whether it rounds differently from its input."""

    name: str
    change: Callable[[Snapshot, Keep | None], Snapshot]
    exact: bool = True


PASSES = {
    p.name: p
    for p in (
        Pass("expand", lambda s, keep: s if keep is None else expand(s, keep)),
        Pass("quantized", quantized, exact=False),
        Pass("fold", lambda s, keep: fold(s)),
        Pass("algebra", algebra),
        Pass("reassociate", reassociate, exact=False),
        Pass("broadcast", broadcast),
        Pass("movement", movement),
        Pass("recognise", recognise, exact=False),
        Pass("batchnorm", batchnorm, exact=False),
        Pass("projections", lambda s, keep: projections(s)),
        Pass("strassen", lambda s, keep: s, exact=False),  # where it gains, by `machine`
        Pass("cse", lambda s, keep: cse(s)),
        Pass("dce", lambda s, keep: everywhere(s, prune)),
    )
}
_FIRST = ("expand", "quantized", "fold", "algebra", "cse")
_MAIN = ("broadcast", "movement", "recognise", "batchnorm", "reassociate")
_LAST = ("algebra", "movement", "fold", "projections", "strassen", "cse", "dce")
LEVELS: dict[int, tuple[str, ...]] = {
    0: ("expand",),
    1: (*_FIRST, "dce"),
    2: (*_FIRST, *_MAIN, *_LAST),
    3: (*_FIRST, *_MAIN, *_LAST),
}
_ROUNDS = 4
_FUSE = "fuse"  # what a compiler does when it lowers, rather than a pass over Snapshots


def optimize(
    snapshot: Snapshot,
    level: int = 2,
    *,
    exact: bool = False,
    keep: Keep | None = None,
    observer: Observer | None = None,
    machine: Machine | None = None,
) -> Snapshot:
    """The Snapshot after the passes of a level from 0 to 3.

    Level 0 only writes out the composites for which `keep(node)` is false (none without `keep`),
    level 1 computes what is known and drops what is not needed, level 2 also moves and recognises,
    level 3 repeats that until nothing changes. `exact` leaves out passes that round differently.
    `observer(name, snapshot)` sees what goes in, as "captured", and what each pass gives.
    `machine` is what products are split for by Strassen's method, once; without it none is.
    HODU_PASSES=-cse,-fold leaves out passes by name, to find the one that is to blame.
    """
    if level not in LEVELS:
        raise ValueRangeError(f"optimization level {level!r}", hint="it is 0, 1, 2 or 3")
    left_out = _left_out() | {p.name for p in PASSES.values() if exact and not p.exact}
    chosen = [PASSES[name] for name in LEVELS[level] if name not in left_out]
    if observer is not None:
        observer("captured", snapshot)
    for _ in range(_ROUNDS if level == 3 else 1):
        before = snapshot
        for one in chosen:
            snapshot = one.change(snapshot, keep)
            if one.name == "strassen" and machine is not None:
                snapshot, machine = strassen(snapshot, machine), None  # halves stay whole
            if observer is not None:
                observer(one.name, snapshot)
        if _structure(snapshot) == _structure(before):
            break
    return snapshot


def _structure(snapshot: Snapshot) -> object:
    """What changes whenever a pass did something: the ops and how they hang together."""
    number = {v: i for i, v in enumerate(snapshot.values())}
    return [
        (n.op, [None if v is None else number[v] for v in n.inputs], [*map(repr, n.attrs.values())])
        for n in snapshot.nodes
    ]


def fuses(level: int) -> bool:
    """Whether a compiler may join nodes in one kernel: above level 0, but for HODU_PASSES=-fuse."""
    return level > 0 and _FUSE not in _left_out()


def _left_out() -> set[str]:
    names = {n.strip() for n in os.environ.get("HODU_PASSES", "").split(",") if n.strip()}
    known = (*PASSES, _FUSE)
    unknown = {n for n in names if not n.startswith("-") or n[1:] not in known}
    if unknown:
        raise ValueRangeError(
            f"HODU_PASSES names {', '.join(sorted(unknown))}",
            hint=f"write -NAME for a pass to leave out; the passes are {', '.join(known)}",
        )
    return {n[1:] for n in names}
