"""What dimensions are made of: named sizes, and results that polynomials cannot express."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from hodu.dims.expression import Sym

Dim: TypeAlias = "int | Sym"


@dataclass(frozen=True, slots=True)
class Symbol:
    """A named dimension with inclusive bounds; `hi` is None when it has no upper bound."""

    name: str
    lo: int = 1
    hi: int | None = None

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Quotient:
    """`a OP b` for an operation that polynomials cannot express: "//", "max" or "min"."""

    op: str
    a: Dim
    b: Dim

    def __str__(self) -> str:
        if self.op in ("max", "min"):
            return f"{self.op}({self.a}, {self.b})"
        return f"({_operand_text(self.a)}//{_operand_text(self.b)})"


def _operand_text(dim: Dim) -> str:
    text = str(dim)
    return text if text.isidentifier() or text.isdigit() else f"({text})"


Atom: TypeAlias = "Symbol | Quotient"
Monomial: TypeAlias = tuple[Atom, ...]
Terms: TypeAlias = tuple[tuple[Monomial, int], ...]


def terms_of(dim: Dim) -> Terms:
    """The terms of a dimension: products of atoms with their factors."""
    terms: Terms | None = getattr(dim, "terms", None)
    return (((), int(dim)),) if terms is None else terms
