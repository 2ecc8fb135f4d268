"""Symbolic sizes as ONNX nodes that work them out from the shapes of tensors."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from hodu.dims import Dim, Sym, Symbol
from hodu.dims.atoms import Atom
from hodu.errors import UnsupportedError

if TYPE_CHECKING:
    from hodu.formats.onnx.export.emitter import Emitter

_OF_TWO = {"max": "Max", "min": "Min"}


def shape_of(g: Emitter, dims: Sequence[Dim]) -> str:
    """The name of an i64 vector with these sizes."""
    if not any(isinstance(d, Sym) for d in dims):
        return g.ints([int(d) for d in dims])
    return g.op("Concat", *(size_of(g, d) for d in dims), axis=0)


def size_of(g: Emitter, dim: Dim) -> str:
    """The name of an i64 vector with this one size."""
    if not isinstance(dim, Sym):
        return g.ints([int(dim)])
    terms = []
    for atoms, factor in dim.terms:
        parts = [_atom(g, atom) for atom in atoms]
        if factor != 1 or not parts:
            parts.append(g.ints([factor]))
        terms.append(functools.reduce(lambda a, b: g.op("Mul", a, b), parts))
    return functools.reduce(lambda a, b: g.op("Add", a, b), terms)


def _atom(g: Emitter, atom: Atom) -> str:
    if isinstance(atom, Symbol):
        return _symbol(g, atom)
    a, b = size_of(g, atom.a), size_of(g, atom.b)
    if atom.op in _OF_TWO:
        return g.op(_OF_TWO[atom.op], a, b)
    return _floor_quotient(g, a, b)


def _floor_quotient(g: Emitter, a: str, b: str) -> str:
    """a // b rounded down, which Div does not do where the signs differ."""
    return g.op("Div", g.op("Sub", a, g.op("Mod", a, b)), b)


def _symbol(g: Emitter, atom: Symbol) -> str:
    place = g.place_of(atom.name)
    if place is None:
        raise UnsupportedError(f"the size {atom.name} is the size of no tensor before")
    tensor, axis = place
    shape = g.op("Shape", tensor)
    return g.op("Gather", shape, g.const(np.array([axis], np.int64)))
