"""Modules that hold modules or parameters."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Self, overload

from hodu.errors import OutOfRangeError
from hodu.nn.module import Module, _indented
from hodu.source import location


class _Numbered(Module):
    """Modules by the names "0", "1", and so on."""

    def _place(self, index: int) -> str:
        size, at = len(self), index.__index__()
        if not -size <= at < size:
            raise OutOfRangeError(f"index {index} of {size} modules", where=location())
        return next(itertools.islice(self._modules, at % size, None))

    def _all(self) -> list[Any]:
        return list(self._modules.values())

    def _refill(self, modules: Iterable[Any]) -> None:
        kept = list(modules)
        self._modules.clear()
        for number, module in enumerate(kept):
            self.add_module(str(number), module)

    def __setitem__(self, index: int, module: Module) -> None:
        self.add_module(self._place(index), module)

    def __delitem__(self, index: int | slice) -> None:
        kept = self._all()
        if not isinstance(index, slice):
            self._place(index)
        del kept[index]
        self._refill(kept)

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._modules.values())

    def append(self, module: Module) -> Self:
        """Put a module at the end; returns the container."""
        self.add_module(str(len(self)), module)
        return self

    def insert(self, index: int, module: Module) -> Self:
        """Put a module before that of this index; returns the container."""
        modules = self._all()
        modules.insert(index, module)
        self._refill(modules)
        return self

    def extend(self, modules: Iterable[Module]) -> Self:
        """Put modules at the end; returns the container."""
        for module in list(modules):
            self.append(module)
        return self

    def pop(self, key: int = -1) -> Any:
        """Take a module out."""
        module = self._modules[self._place(key)]
        del self[key]
        return module


class Sequential(_Numbered):
    """Modules that are called one after the other.

    Given as arguments, or by name in a dict; an index or a slice gives a module or a Sequential.
    """

    def __init__(self, *args: Any) -> None:
        super().__init__()
        named = args[0].items() if len(args) == 1 and isinstance(args[0], Mapping) else None
        for name, module in named or ((str(i), m) for i, m in enumerate(args)):
            self.add_module(name, module)

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> Sequential: ...
    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return type(self)(dict(list(self._modules.items())[index]))
        return self._modules[self._place(index)]

    def __delitem__(self, index: int | slice) -> None:
        names = list(self._modules)[index] if isinstance(index, slice) else [self._place(index)]
        is_numbered = list(self._modules) == [str(i) for i in range(len(self))]
        for name in names:
            del self._modules[name]
        if is_numbered:
            self._refill(self._all())

    def __add__(self, other: Sequential) -> Sequential:
        return Sequential(*self, *other)

    def forward(self, input: Any) -> Any:
        """The result of the last module."""
        for module in self:
            input = module(input)
        return input


class ModuleList(_Numbered):
    """A list of modules."""

    def __init__(self, modules: Iterable[Module] | None = None) -> None:
        super().__init__()
        self.extend(modules or ())

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> ModuleList: ...
    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return type(self)(self._all()[index])
        return self._modules[self._place(index)]

    def __add__(self, other: Iterable[Module]) -> ModuleList:
        return ModuleList([*self, *other])

    __iadd__ = _Numbered.extend

    def __repr__(self) -> str:
        """Runs of modules that print alike are one line."""
        lines = []
        for text, run in itertools.groupby(enumerate(map(repr, self)), lambda pair: pair[1]):
            places = [place for place, _ in run]
            first, last = places[0], places[-1]
            if first == last:
                lines.append(f"({first}): {_indented(text)}")
            else:
                lines.append(f"({first}-{last}): {len(places)} x {_indented(text)}")
        return "\n  ".join([f"{self._get_name()}(", *lines]) + "\n)" if lines else "ModuleList()"


class ModuleDict(Module):
    """Modules by name."""

    def __init__(self, modules: Mapping[str, Module] | None = None) -> None:
        super().__init__()
        self.update(modules or {})

    def __getitem__(self, key: str) -> Any:
        return self._modules[key]

    def __setitem__(self, key: str, module: Module) -> None:
        self.add_module(key, module)

    def __delitem__(self, key: str) -> None:
        del self._modules[key]

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __contains__(self, key: str) -> bool:
        return key in self._modules

    def keys(self) -> Iterable[str]:
        """The names."""
        return self._modules.keys()

    def values(self) -> Iterable[Any]:
        """The modules."""
        return self._modules.values()

    def items(self) -> Iterable[tuple[str, Any]]:
        """Names and modules."""
        return self._modules.items()

    def clear(self) -> None:
        """Take all modules out."""
        self._modules.clear()

    def pop(self, key: str) -> Any:
        """Take a module out."""
        return self._modules.pop(key)

    def update(self, modules: Mapping[str, Module] | Iterable[tuple[str, Module]]) -> None:
        """Add modules by name, in place of those that have these names."""
        pairs: Any = modules.items() if hasattr(modules, "items") else modules
        for name, module in pairs:
            self.add_module(name, module)
