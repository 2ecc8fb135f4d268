"""Symbolic dimensions as JSON, term by term, so that reading one cannot make it grow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hodu.dims import Atom, Dim, Quotient, Sym, Symbol, polynomial, single_symbol
from hodu.errors import FormatError

_OPS = ("//", "max", "min")
_DEPTH = 16
_DEGREE = 16
_TERMS = 256
_LIMIT = 2**63


def dim_record(dim: Dim) -> Any:
    """`dim` as JSON."""
    if isinstance(dim, Sym):
        return single_symbol(dim) or [[f, *map(_atom_record, m)] for m, f in dim.terms]
    return int(dim)


def _atom_record(atom: Atom) -> Any:
    if isinstance(atom, Symbol):
        return atom.name
    return [atom.op, dim_record(atom.a), dim_record(atom.b)]


def read_dim(record: Any, known: Mapping[str, Symbol], depth: int = 0) -> Dim:
    """The dimension of a record over known symbols; raises FormatError."""
    if type(record) is int and -_LIMIT <= record < _LIMIT:
        return record
    if isinstance(record, str):
        return Sym((((_symbol(record, known),), 1),))
    if not isinstance(record, list) or depth > _DEPTH or len(record) > _TERMS:
        raise _damaged(record)
    return polynomial([_term(term, known, depth) for term in record])


def _term(record: Any, known: Mapping[str, Symbol], depth: int) -> tuple[int, list[Atom]]:
    match record:
        case [int() as factor, *atoms] if len(atoms) <= _DEGREE and abs(factor) < _LIMIT:
            return factor, [_atom(atom, known, depth) for atom in atoms]
    raise _damaged(record)


def _atom(record: Any, known: Mapping[str, Symbol], depth: int) -> Atom:
    match record:
        case str():
            return _symbol(record, known)
        case [str() as op, left, right] if op in _OPS:
            a, b = read_dim(left, known, depth + 1), read_dim(right, known, depth + 1)
            if op != "//" or b != 0:
                return Quotient(op, a, b)
    raise _damaged(record)


def _symbol(name: str, known: Mapping[str, Symbol]) -> Symbol:
    if name not in known:
        raise FormatError(f"the symbolic dimension {name[:80]!r} is not declared")
    return known[name]


def _damaged(record: Any) -> FormatError:
    return FormatError(f"{str(record)[:80]} is not a dimension")
