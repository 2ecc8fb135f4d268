"""Naming what occurs more than once in an expression, so that it is computed and written once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from hodu.kernel import expr as e
from hodu.kernel.expr import Expr
from hodu.kernel.walk import children, with_children

_PLAIN = (e.Const, e.Var, e.Ramp, e.Broadcast)


def share(x: Expr, name: Callable[[Expr], Expr]) -> Expr:
    """The expression with every part that occurs twice replaced by what `name` gives for it.

    Parts are recognised by identity: the tree is built of shared objects.
    """
    counts: Counter[int] = Counter()
    _count(x, counts)
    if all(n < 2 for n in counts.values()):
        return x
    return _rebuild(x, counts, name, {})


def _count(x: Expr, counts: Counter[int]) -> None:
    if isinstance(x, (e.Const, e.Var)):
        return
    counts[id(x)] += 1
    if counts[id(x)] == 1:
        for child in children(x):
            _count(child, counts)


def _rebuild(
    x: Expr, counts: Counter[int], name: Callable[[Expr], Expr], done: dict[int, Expr]
) -> Expr:
    if isinstance(x, (e.Const, e.Var)):
        return x
    if id(x) not in done:
        old = children(x)
        new = tuple(_rebuild(child, counts, name, done) for child in old)
        changed = any(a is not b for a, b in zip(old, new, strict=True))
        whole = with_children(x, new) if changed else x
        shared = counts[id(x)] > 1 and not isinstance(x, _PLAIN)
        done[id(x)] = name(whole) if shared else whole
    return done[id(x)]
