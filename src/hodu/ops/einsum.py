"""Sums of products in Einstein's notation."""

from __future__ import annotations

import string
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from hodu.dims import Dim
from hodu.dtypes import NUMERIC
from hodu.errors import ArgumentError
from hodu.ops._einsum_equation import Equation, Labels, greedy_steps, parse, sizes
from hodu.ops._precision import narrow, wide, widen
from hodu.ops._samples import S
from hodu.ops._table import Array, F, Promote, function, op
from hodu.shapes import TensorType, numel

if TYPE_CHECKING:
    from hodu._tensor import Tensor


@op("einsum(Tensor[] operands, str equation) -> Tensor")
class Einsum:
    """The sum of products that `equation` names, such as "bij,bjk->bik".

    Composed of pairwise matrix products in a greedy order.
    """

    promote, dtypes = Promote.COMMON, NUMERIC
    autocast = "low"
    public, domain = False, (-2.0, 2.0)
    samples = [
        S([(3, 4), (4, 5)], equation="ij,jk->ik"),
        S([(3, 4), (4, 5)], equation="ij, jk"),
        S([(3, 3)], equation="ii"),
        S([(3, 3, 2)], equation="iij->ji"),
        S([(2, 3), (3, 4), (4, 2)], equation="ij,jk,kl->il"),
        S([(2, 1, 3, 4), (5, 4, 2)], equation="...ij,...jk->...ik"),
        S([(2, 3, 4), (3,)], equation="b...d,...->d"),
        S([(3,), (4,)], equation="i,j->ji"),
        S([(2, 3)], equation="ij->"),
        S([(), (3,)], equation=",i->i"),
        S([(3, 1), (3, 4)], equation="ij,ij->ij"),
        S([(2, 3), (2, 3), (2,), (3,)], equation="bA,bA,b,A->A"),
        S([(0, 3), (3, 2)], equation="ij,jk->ik"),
        S([(2, 0), (0, 3)], equation="ij,jk->ik"),
    ]

    def infer(operands: list[TensorType], equation: str) -> TensorType:
        parsed = parse(equation, [t.rank for t in operands])
        dims = sizes(parsed, [t.shape for t in operands])
        return TensorType(tuple(dims[s] for s in parsed.output), operands[0].dtype)

    def eager(operands: list[Array], equation: str) -> Array:
        parsed = parse(equation, [x.ndim for x in operands])
        sizes(parsed, [x.shape for x in operands])
        result = np.einsum(equation, *map(wide, operands), optimize="greedy")
        return np.asarray(result).astype(operands[0].dtype)

    def compose(operands: list[Tensor], equation: str) -> Tensor:
        parsed = parse(equation, [t.ndim for t in operands])
        dims = sizes(parsed, [t.shape for t in operands])
        terms = [_diagonal(widen(t), s) for t, s in zip(operands, parsed.operands, strict=True)]
        for step in greedy_steps(Equation(tuple(s for _, s in terms), parsed.output), dims):
            pair = terms[step.a], terms[step.b]
            terms = [t for i, t in enumerate(terms) if i not in (step.a, step.b)]
            terms.append((_contract(*pair, step.keep, dims), step.keep))
        result = _arranged(*_summed(*terms[0], parsed.output), parsed.output)
        return narrow(result, operands[0].dtype)


def _diagonal(x: Tensor, labels: Labels) -> tuple[Tensor, Labels]:
    """`x` without repeated labels: each pair of equal ones becomes its diagonal."""
    while len(set(labels)) < len(labels):
        label = next(s for s in labels if labels.count(s) > 1)
        first = labels.index(label)
        second = labels.index(label, first + 1)
        x = F.diagonal(x, 0, first, second)
        labels = (*(s for i, s in enumerate(labels) if i not in (first, second)), label)
    return x, labels


def _summed(x: Tensor, labels: Labels, keep: Collection[str]) -> tuple[Tensor, Labels]:
    """`x` summed over the labels that are not in `keep`."""
    gone = [i for i, s in enumerate(labels) if s not in keep]
    if not gone:
        return x, labels
    return F.sum(x, gone, dtype=x.dtype), tuple(s for s in labels if s in keep)


def _arranged(x: Tensor, labels: Labels, order: Sequence[str]) -> Tensor:
    """`x` with its dimensions in `order`; labels that it lacks become dimensions of 1."""
    x = F.permute(x, [labels.index(s) for s in order if s in labels])
    if len(labels) == len(order):
        return x
    have = iter(x.shape)
    return F.reshape(x, tuple(next(have) if s in labels else 1 for s in order))


def _contract(
    left: tuple[Tensor, Labels], right: tuple[Tensor, Labels], keep: Labels, dims: dict[str, Dim]
) -> Tensor:
    """The product of two terms summed over what is not in `keep`, as one matrix product."""
    (x, xs), (y, ys) = (
        _summed(*t, {*keep, *other}) for t, other in ((left, right[1]), (right, left[1]))
    )
    both = [s for s in xs if s in ys]
    batch = [s for s in both if s in keep]
    inner = [s for s in both if s not in keep]
    rows = [s for s in xs if s not in ys]
    columns = [s for s in ys if s not in xs]
    x, y = _full(x, xs, inner, dims), _full(y, ys, inner, dims)
    if not inner:
        return _arranged(x, xs, keep) * _arranged(y, ys, keep)
    size = _sizes_in(x, xs), _sizes_in(y, ys)
    head_x, head_y = ([s[b] for b in batch] for s in size)
    a = F.reshape(
        _arranged(x, xs, batch + rows + inner),
        (*head_x, _product(size[0], rows), _product(size[0], inner)),
    )
    b = F.reshape(
        _arranged(y, ys, batch + inner + columns),
        (*head_y, _product(size[1], inner), _product(size[1], columns)),
    )
    product = F.matmul(a, b)
    outer = [size[0][s] for s in rows] + [size[1][s] for s in columns]
    shaped = F.reshape(product, (*product.shape[:-2], *outer))
    return _arranged(shaped, (*batch, *rows, *columns), keep)


def _sizes_in(x: Tensor, labels: Labels) -> dict[str, Dim]:
    return dict(zip(labels, x.shape, strict=True))


def _product(size: dict[str, Dim], labels: Sequence[str]) -> Dim:
    return numel(tuple(size[s] for s in labels))


def _full(x: Tensor, labels: Labels, inner: Sequence[str], dims: dict[str, Dim]) -> Tensor:
    """`x` with the labels that are summed over expanded from 1 to their size."""
    shape = tuple(dims[s] if s in inner else d for s, d in zip(labels, x.shape, strict=True))
    return x if shape == x.shape else F.expand(x, shape)


@function(methods=False)
def einsum(*args: Any) -> Tensor:
    """The sum of products that an equation names: `einsum("ij,jk->ik", a, b)`.

    The operands may be given as one list, or each followed by a list of subscript numbers (and
    the output's last): `einsum(a, [0, 1], b, [1, 2], [0, 2])`.
    """
    if not args or not isinstance(args[0], str):
        return _einsum_of_numbers(args)
    equation, *operands = args
    if len(operands) == 1 and isinstance(operands[0], (list, tuple)):
        operands = list(operands[0])
    return F._einsum(operands, equation)


def _einsum_of_numbers(args: Sequence[Any]) -> Tensor:
    operands, lists = list(args[0::2]), list(args[1::2])
    output = operands.pop() if len(args) % 2 else None
    if not lists or not all(isinstance(subscripts, (list, tuple)) for subscripts in lists):
        raise ArgumentError(
            "einsum() takes an equation and its operands",
            hint='einsum("ij,jk->ik", a, b), or einsum(a, [0, 1], b, [1, 2], [0, 2])',
        )
    equation = ",".join(map(_letters, lists))
    return F._einsum(operands, equation if output is None else f"{equation}->{_letters(output)}")


def _letters(subscripts: Sequence[Any]) -> str:
    """Subscript numbers as letters: 0 to 25 are A to Z, 26 to 51 a to z."""
    letters = string.ascii_uppercase + string.ascii_lowercase
    return "".join("..." if s is Ellipsis else letters[s] for s in subscripts)
