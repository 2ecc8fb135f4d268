"""Fresh names for the values and symbols of a Snapshot under construction."""

from __future__ import annotations

from collections.abc import Sequence

from hodu.dims import Dim, Sym, substitute, symbol, symbols
from hodu.shapes import TensorType


class Names:
    """Value names that are unique in one Snapshot."""

    def __init__(self) -> None:
        self._taken: dict[str, int] = {}
        self._number = -1

    def __contains__(self, name: str) -> bool:
        return name in self._taken

    def fresh(self, hint: str | None = None) -> str:
        """`hint` if it is free, else `hint` with a number; without a hint, the next number."""
        if hint is None:
            self._number += 1
            return self.fresh(str(self._number))
        name = hint
        while name in self._taken:
            self._taken[hint] += 1
            name = f"{hint}_{self._taken[hint]}"
        self._taken[name] = 0
        return name


class SymbolNames:
    """The symbolic dimensions of one Snapshot; data-dependent sizes get names of their own.

    Those of the Snapshot around it, of which any may come in later, are taken from the start.
    """

    def __init__(self, around: SymbolNames | None = None) -> None:
        self._taken: set[str] = set() if around is None else set(around._taken)

    def add(self, dims: Sequence[Dim]) -> None:
        """Note the symbols of `dims` as used."""
        if any(isinstance(d, Sym) for d in dims):
            self._taken.update(symbols(dims))

    def distinguish(self, types: list[TensorType], known: set[str]) -> list[TensorType]:
        """`types` with every symbol that is not in `known` renamed if the name is taken."""
        env: dict[str, Dim] = {}
        for name, sym in symbols(d for t in types for d in t.shape).items():
            if name not in known and name in self._taken:
                env[name] = self._numbered(name, sym.lo, sym.hi)
        if not env:
            return types
        return [TensorType(tuple(substitute(d, env) for d in t.shape), t.dtype) for t in types]

    def _numbered(self, name: str, lo: int, hi: int | None) -> Sym:
        number = 1
        while f"{name}_{number}" in self._taken:
            number += 1
        return symbol(f"{name}_{number}", lo, hi)
