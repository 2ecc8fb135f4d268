"""Modules that hold parameters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Self

from hodu._tensor import Tensor
from hodu.errors import OutOfRangeError
from hodu.nn.module import Module
from hodu.nn.parameter import Parameter
from hodu.source import location


class _Values(Module):
    """Values as attributes; tensors become parameters."""

    def __init__(self) -> None:
        super().__init__()
        self._names: list[str] = []

    def _put(self, name: str, value: Any) -> None:
        if name not in self._names:
            self._names.append(name)
        is_plain = isinstance(value, Tensor) and not isinstance(value, Parameter)
        setattr(self, name, Parameter(value) if is_plain else value)

    def _take(self, name: str) -> Any:
        value = getattr(self, name)
        delattr(self, name)
        self._names.remove(name)
        return value

    def __len__(self) -> int:
        return len(self._names)

    def extra_repr(self) -> str:
        """One line for each value."""
        return "\n".join(self._line(name) for name in self._names)

    def _line(self, name: str) -> str:
        value = getattr(self, name)
        if not isinstance(value, Tensor):
            return f"({name}): Object of type: {type(value).__name__}"
        size = "x".join(map(str, value.shape))
        return f"({name}): {type(value).__name__} containing: [{value.dtype} of size {size}]"

    def __repr__(self) -> str:
        lines = [f"  {line}" for line in self.extra_repr().splitlines()]
        return (
            "\n".join([f"{self._get_name()}(", *lines, ")"]) if lines else f"{self._get_name()}()"
        )


class ParameterList(_Values):
    """A list of parameters; tensors become such."""

    def __init__(self, values: Iterable[Any] | None = None) -> None:
        super().__init__()
        self.extend(values or ())

    def _name(self, index: int) -> str:
        size, at = len(self), index.__index__()
        if not -size <= at < size:
            raise OutOfRangeError(f"index {index} of {size} parameters", where=location())
        return str(at % size)

    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return type(self)([self[i] for i in range(*index.indices(len(self)))])
        return getattr(self, self._name(index))

    def __setitem__(self, index: int, value: Any) -> None:
        self._put(self._name(index), value)

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))

    def append(self, value: Any) -> Self:
        """Put a parameter at the end; returns the list."""
        self._put(str(len(self)), value)
        return self

    def extend(self, values: Iterable[Any]) -> Self:
        """Put parameters at the end; returns the list."""
        for value in list(values):
            self.append(value)
        return self

    __iadd__ = extend


class ParameterDict(_Values):
    """Parameters by name; tensors become such."""

    def __init__(self, parameters: Any = None) -> None:
        super().__init__()
        self.update(parameters or {})

    def __getitem__(self, key: str) -> Any:
        if key not in self._names:
            raise KeyError(key)
        return getattr(self, key)

    def __setitem__(self, key: str, parameter: Any) -> None:
        self._put(key, parameter)

    def __delitem__(self, key: str) -> None:
        self.pop(key)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __contains__(self, key: object) -> bool:
        return key in self._names

    def keys(self) -> Iterable[str]:
        """The names."""
        return list(self._names)

    def values(self) -> Iterable[Any]:
        """The parameters."""
        return [self[name] for name in self._names]

    def items(self) -> Iterable[tuple[str, Any]]:
        """Names and parameters."""
        return [(name, self[name]) for name in self._names]

    def get(self, key: str, default: Any = None) -> Any:
        """The parameter of this name, or `default`."""
        return getattr(self, key) if key in self._names else default

    def setdefault(self, key: str, default: Any = None) -> Any:
        """The parameter of this name, which is `default` if there was none."""
        if key not in self:
            self[key] = default
        return self[key]

    def pop(self, key: str) -> Any:
        """Take a parameter out."""
        if key not in self._names:
            raise KeyError(key)
        return self._take(key)

    def popitem(self) -> tuple[str, Any]:
        """Take the last parameter out, with its name."""
        if not self._names:
            raise KeyError("the ParameterDict is empty")
        name = self._names[-1]
        return name, self._take(name)

    def clear(self) -> None:
        """Take all parameters out."""
        for name in list(self._names):
            self._take(name)

    def copy(self) -> ParameterDict:
        """Another dict of the same parameters."""
        return ParameterDict(dict(self.items()))

    def fromkeys(self, keys: Iterable[str], default: Any = None) -> ParameterDict:
        """A dict of these names with one value."""
        return ParameterDict(dict.fromkeys(keys, default))

    def update(self, parameters: Any) -> None:
        """Add parameters by name: of a mapping, or pairs."""
        is_mapping = isinstance(parameters, (Mapping, ParameterDict))
        for name, value in parameters.items() if is_mapping else parameters:
            self[name] = value

    def __or__(self, other: ParameterDict) -> ParameterDict:
        return ParameterDict({**dict(self.items()), **dict(other.items())})

    def __ior__(self, other: ParameterDict) -> Self:
        self.update(other)
        return self
