"""Equations of einsum: parsing, sizes of the subscripts, and an order of contraction."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from hodu.dims import Dim
from hodu.errors import ShapeError, ValueRangeError
from hodu.shapes import Shape, broadcast_dims, format_shape

Labels = tuple[str, ...]
_TERM = re.compile(r"[A-Za-z]*(\.\.\.)?[A-Za-z]*")


@dataclass(frozen=True, slots=True)
class Equation:
    """The labels of each operand's and of the result's dimensions; an ellipsis is spelled out.

    The dimensions under an ellipsis are labelled "...0", "...1" and so on, counted from the last.
    """

    operands: tuple[Labels, ...]
    output: Labels


def parse(equation: str, ranks: Sequence[int]) -> Equation:
    """The equation for operands of these ranks; raises ValueRangeError or ShapeError."""
    left, arrow, right = equation.replace(" ", "").partition("->")
    terms = left.split(",")
    for term in [*terms, right]:
        if not _TERM.fullmatch(term):
            raise ValueRangeError(
                f"einsum({equation!r}): {term!r} is not a list of subscripts",
                hint="subscripts are letters and at most one '...'; terms are parted by ','",
            )
    if len(terms) != len(ranks):
        raise ValueRangeError(
            f"einsum({equation!r}) names {len(terms)} operands, {len(ranks)} are given"
        )
    operands = tuple(
        _operand(equation, i, term, rank)
        for i, (term, rank) in enumerate(zip(terms, ranks, strict=True))
    )
    output = _explicit(equation, right, operands) if arrow else _implicit(operands)
    return Equation(operands, output)


def _dots(count: int) -> Labels:
    return tuple(f"...{i}" for i in reversed(range(count)))


def _operand(equation: str, index: int, term: str, rank: int) -> Labels:
    before, dots, after = term.partition("...")
    named = len(before) + len(after)
    if rank < named or (rank > named and not dots):
        raise ShapeError(
            f"einsum({equation!r}): operand {index} has {rank} dimensions, its subscripts "
            f"{term!r} name {named}"
        )
    return (*before, *_dots(rank - named), *after)


def _ellipsis(operands: Sequence[Labels]) -> Labels:
    return _dots(max(sum(len(s) > 1 for s in labels) for labels in operands))


def _implicit(operands: Sequence[Labels]) -> Labels:
    """Without "->": the ellipsis, then every label that occurs once, in alphabetical order."""
    counts = Counter(s for labels in operands for s in labels if len(s) == 1)
    return (*_ellipsis(operands), *sorted(s for s, n in counts.items() if n == 1))


def _explicit(equation: str, right: str, operands: Sequence[Labels]) -> Labels:
    before, dots, after = right.partition("...")
    output = (*before, *(_ellipsis(operands) if dots else ()), *after)
    known = {s for labels in operands for s in labels}
    for label, count in Counter(output).items():
        if count > 1 or label not in known:
            fault = "occurs twice" if count > 1 else "occurs in no operand"
            raise ValueRangeError(f"einsum({equation!r}): output subscript {label!r} {fault}")
    return output


def sizes(equation: Equation, shapes: Sequence[Shape]) -> dict[str, Dim]:
    """The size of each label; sizes of 1 broadcast; raises ShapeError where sizes differ."""
    found: dict[str, Dim] = {}
    for labels, shape in zip(equation.operands, shapes, strict=True):
        _check_repeats(labels, shape)
        for label, dim in zip(labels, shape, strict=True):
            joined = broadcast_dims(found.get(label, 1), dim)
            if joined is None:
                raise ShapeError(
                    f"einsum(): subscript {label!r} is {found[label]} in one operand and {dim} "
                    f"in {format_shape(shape)}"
                )
            found[label] = joined
    return found


def _check_repeats(labels: Labels, shape: Shape) -> None:
    for label, dim in zip(labels, shape, strict=True):
        other = shape[labels.index(label)]
        if isinstance(dim, int) and isinstance(other, int) and dim != other:
            raise ShapeError(
                f"einsum(): subscript {label!r} repeats in an operand {format_shape(shape)} with "
                f"sizes {other} and {dim}"
            )


@dataclass(frozen=True, slots=True)
class Step:
    """Contract operands `a` and `b` (taken out of the list) to `keep`, appended to the list."""

    a: int
    b: int
    keep: Labels


def greedy_steps(equation: Equation, dims: Mapping[str, Dim]) -> Iterator[Step]:
    """Pairs to contract, each time the pair whose result is smallest against its operands.

    The greedy strategy of opt_einsum (Smith and Gray 2018); symbolic sizes count as 64.
    """
    extent = {label: d if isinstance(d, int) else 64 for label, d in dims.items()}
    terms = list(equation.operands)

    def size(labels: Labels | set[str]) -> int:
        total = 1
        for label in labels:
            total *= extent[label]
        return total

    def kept(a: int, b: int) -> set[str]:
        others = [t for i, t in enumerate(terms) if i not in (a, b)]
        wanted = set(equation.output).union(*others)
        return (set(terms[a]) | set(terms[b])) & wanted

    while len(terms) > 1:
        pairs = combinations(range(len(terms)), 2)
        a, b = min(pairs, key=lambda p: size(kept(*p)) - size(terms[p[0]]) - size(terms[p[1]]))
        wanted = kept(a, b)
        keep = tuple(dict.fromkeys(s for s in terms[a] + terms[b] if s in wanted))
        yield Step(a, b, keep)
        terms = [t for i, t in enumerate(terms) if i not in (a, b)] + [keep]
