"""What lowering knows of each op: one rule by name, of one of three kinds.

    scalar   (c, *operands) -> Expr        one element of each operand in, one out; broadcasts
    reading  (c, position) -> Expr         an element of the result from elements of the inputs:
                                           views, paddings, gathers, ranges
    kernel   (s) -> None                   loops of its own: reductions, products, sorting

Scalar and reading ops have no loops: they are computed where they are read, or in the loop that
stores their result. `alias` names the ops whose result is the memory of their input.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from hodu.kernel.expr import Expr
from hodu.lower._family_of import FAMILY_OF
from hodu.lower.index import Index

if TYPE_CHECKING:
    from hodu.lower.point import Point
    from hodu.lower.stage import Stage
    from hodu.shapes import Shape
    from hodu.snapshot.ir import Node

ScalarRule: TypeAlias = "Callable[..., Expr]"
ReadingRule: TypeAlias = "Callable[[Point, Index], Expr]"
CapacityRule: TypeAlias = "Callable[[Node, Callable[[Shape], tuple[int, ...]]], int]"
_Rule = TypeVar("_Rule", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Reading:
    """`rule`, and what it does with the elements it reads.

    `moves` is the number of the input whose elements the result consists of, unchanged; None if
    it computes or chooses between inputs. `view` says that where they come from depends on the
    position alone, so that the result is best not given memory.
    """

    rule: ReadingRule
    moves: int | None
    view: bool


@dataclass(frozen=True, slots=True)
class KernelRule:
    """`rule`, and what may be computed inside its loops.

    `inlines` says that inputs are read about once an element, so that they may be computed on the
    way; `views` that inputs which are views need no memory of their own; `epilogue` that what is
    computed from the result may be done before it is stored. The rule stores each element once,
    with `Stage.write`. `keeps` says that what is computed on the way of the first input, of which
    each element is taken once, can be stored as a tensor too: in `Stage.first`.
    """

    rule: Callable[[Stage], None]
    inlines: bool
    views: bool
    epilogue: bool
    keeps: bool


SCALAR: dict[str, ScalarRule] = {}
READING: dict[str, Reading] = {}
KERNEL: dict[str, KernelRule] = {}
CAPACITY: dict[str, CapacityRule] = {}
ALIAS = frozenset({"reshape", "squeeze", "unsqueeze", "barrier"})
CONTROL = frozenset({"cond", "while_loop", "scan"})


def _add(rules: dict[str, Any], names: tuple[str, ...], rule: Any) -> None:
    for name in names:
        assert name not in rules, f"two rules for {name}"
        rules[name] = rule


def scalar(*names: str) -> Callable[[_Rule], _Rule]:
    """Register a scalar rule."""

    def register(rule: _Rule) -> _Rule:
        _add(SCALAR, names, rule)
        return rule

    return register


def reading(*names: str, view: bool = False, moves: int | None = None) -> Callable[[_Rule], _Rule]:
    """Register a reading rule; see `Reading`. A view moves its first input."""

    def register(rule: _Rule) -> _Rule:
        _add(READING, names, Reading(rule, 0 if view else moves, view))
        return rule

    return register


def kernel(
    *names: str,
    inlines: bool = False,
    views: bool = True,
    epilogue: bool = False,
    keeps: bool = False,
) -> Callable[[_Rule], _Rule]:
    """Register a kernel rule; see `KernelRule`."""

    def register(rule: _Rule) -> _Rule:
        _add(KERNEL, names, KernelRule(rule, inlines, views, epilogue, keeps))
        return rule

    return register


def finds_size(*names: str) -> Callable[[_Rule], _Rule]:
    """Register, for ops with a result whose size depends on the data, the greatest it can be.

    The rule gets the node and a function that gives the greatest sizes of a shape. The kernel of
    the op stores the size that it finds with `Stage.store_size`, before it stores any element.
    """

    def register(rule: _Rule) -> _Rule:
        _add(CAPACITY, names, rule)
        return rule

    return register


def has_rule(op: str) -> bool:
    """Whether there is a rule for this op (a composite without one is expanded).

    Those of families need not be imported yet, and users may have registered others.
    """
    return op in FAMILY_OF or op in SCALAR or op in ALIAS or op in CONTROL
