"""The meaning of einsum: a loop over every value of every subscript."""

import itertools

import numpy as np


def _spelled(term, rank, dots):
    """One character a dimension; an ellipsis becomes the last of the characters in `dots`."""
    if "..." not in term:
        return term
    missing = rank - len(term.replace("...", ""))
    return term.replace("...", dots[len(dots) - missing :])


def einsum(operands, equation):
    left, arrow, right = equation.replace(" ", "").partition("->")
    terms = left.split(",")
    most = max(
        x.ndim - len(t.replace("...", "")) if "..." in t else 0
        for x, t in zip(operands, terms, strict=True)
    )
    dots = "0123456789"[:most]
    if not arrow:
        letters = [c for c in left if c.isalpha()]
        right = "..." + "".join(sorted(c for c in set(letters) if letters.count(c) == 1))
    terms = [_spelled(t, x.ndim, dots) for x, t in zip(operands, terms, strict=True)]
    right = right.replace("...", dots)
    size = {}
    for x, term in zip(operands, terms, strict=True):
        for n, c in zip(x.shape, term, strict=True):
            size[c] = n if size.get(c, 1) == 1 else size[c]
    result = np.zeros([size[c] for c in right], operands[0].dtype)
    for values in itertools.product(*(range(n) for n in size.values())):
        at = dict(zip(size, values, strict=True))
        product = operands[0].dtype.type(1)
        for x, term in zip(operands, terms, strict=True):
            index = zip(term, x.shape, strict=True)
            product = product * x[tuple(at[c] if n > 1 else 0 for c, n in index)]
        result[tuple(at[c] for c in right)] += product
    return result


ORACLES = {"einsum": einsum}
