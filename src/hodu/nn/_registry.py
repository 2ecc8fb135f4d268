"""What a module owns, by the name of the attribute: parameters, buffers and further modules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

from hodu._tensor import Tensor
from hodu.errors import ArgumentError, ValueRangeError
from hodu.nn.parameter import Buffer, Parameter
from hodu.source import location

if TYPE_CHECKING:
    from hodu.nn.module import Module

_KINDS = ("_parameters", "_buffers", "_modules")


class Registry:
    """Registration by attribute, and everything that is registered by name."""

    _parameters: dict[str, Parameter | None]
    _buffers: dict[str, Tensor | None]
    _modules: dict[str, Module | None]
    _non_persistent_buffers_set: set[str]

    def __init__(self) -> None:
        # Not by __setattr__, which looks into these.
        vars(self).update({kind: {} for kind in _KINDS})
        vars(self)["_non_persistent_buffers_set"] = set()

    # -- attributes -------------------------------------------------------------------------

    def __getattr__(self, name: str) -> Any:
        for kind in _KINDS:
            owned = vars(self).get(kind, {})
            if name in owned:
                return owned[name]
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __setattr__(self, name: str, value: Any) -> None:
        kind = self._kind_of(name, value)
        if kind is None:
            object.__setattr__(self, name, value)
            return
        if kind not in vars(self):
            raise AttributeError(
                f"{type(self).__name__}: {name!r} is assigned before super().__init__() is called"
            )
        if kind == "_buffers":
            persistent = name not in self._non_persistent_buffers_set
            self.register_buffer(name, value, getattr(value, "persistent", persistent))
        elif kind == "_parameters":
            self.register_parameter(name, value)
        else:
            self.add_module(name, value)

    def _kind_of(self, name: str, value: Any) -> str | None:
        """Where an attribute belongs: by the kind of the value, or of what had the name before."""
        if isinstance(value, Parameter):
            return "_parameters"
        if isinstance(value, Registry):
            return "_modules"
        if isinstance(value, Buffer):
            return "_buffers"
        return next((k for k in _KINDS if name in vars(self).get(k, ())), None)

    def __delattr__(self, name: str) -> None:
        for kind in _KINDS:
            if name in vars(self).get(kind, ()):
                del vars(self)[kind][name]
                self._non_persistent_buffers_set.discard(name)
                return
        object.__delattr__(self, name)

    def __dir__(self) -> list[str]:
        return sorted({*object.__dir__(self), *(n for k in _KINDS for n in vars(self).get(k, ()))})

    # -- registration -----------------------------------------------------------------------

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Own a parameter under this name; None keeps the name for one."""
        self._claim("_parameters", name, param, Parameter)

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Own a tensor that is no parameter; it is in `state_dict` if it is persistent."""
        self._claim("_buffers", name, tensor, Tensor)
        change = set.discard if persistent else set.add
        change(self._non_persistent_buffers_set, name)

    def add_module(self, name: str, module: Module | None) -> None:
        """Own a module under this name."""
        self._claim("_modules", name, module, Registry)

    register_module = add_module

    def _claim(self, kind: str, name: str, value: Any, wanted: type) -> None:
        if value is not None and not isinstance(value, wanted):
            raise ArgumentError(
                f"{type(self).__name__}.{name} is one of its {kind[1:]}; "
                f"a {type(value).__name__} is not",
                where=location(),
                hint="delete the attribute first, or assign None",
            )
        if not isinstance(name, str) or not name or "." in name:
            raise ValueRangeError(f"{name!r} is no name for a part of a module", where=location())
        owned = vars(self)[kind]
        if name not in owned and any(name in vars(self)[k] for k in _KINDS):
            for other in _KINDS:
                vars(self)[other].pop(name, None)
        elif name not in owned and hasattr(self, name) and name not in vars(self):
            raise ValueRangeError(
                f"{type(self).__name__} has an attribute {name!r} already", where=location()
            )
        vars(self).pop(name, None)
        owned[name] = value

    # -- by name ----------------------------------------------------------------------------

    def named_modules(
        self, memo: set[Any] | None = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Module]]:
        """This module as "", and all within it by their dotted names, each once."""
        memo = set() if memo is None else memo
        if self in memo:
            return
        if remove_duplicate:
            memo.add(self)
        yield prefix, cast("Module", self)
        for name, module in self._modules.items():
            if module is not None:
                yield from module.named_modules(memo, _joined(prefix, name), remove_duplicate)

    def modules(self, remove_duplicate: bool = True) -> Iterator[Module]:
        """This module and all within it, each once."""
        for _, module in self.named_modules(remove_duplicate=remove_duplicate):
            yield module

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """The modules directly within this one, each once."""
        seen: set[Any] = set()
        for name, module in self._modules.items():
            if module is not None and module not in seen:
                seen.add(module)
                yield name, module

    def children(self) -> Iterator[Module]:
        """The modules directly within this one, each once."""
        for _, module in self.named_children():
            yield module

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """The parameters by their dotted names, of this module or of all within it."""
        return self._named("_parameters", prefix, recurse, remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """The parameters, each once."""
        for _, parameter in self.named_parameters(recurse=recurse):
            yield parameter

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """The buffers by their dotted names, of this module or of all within it."""
        return self._named("_buffers", prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """The buffers, each once."""
        for _, buffer in self.named_buffers(recurse=recurse):
            yield buffer

    def _named(
        self, kind: str, prefix: str, recurse: bool, remove_duplicate: bool
    ) -> Iterator[tuple[str, Any]]:
        within: Any = (
            self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate)
            if recurse
            else [(prefix, self)]
        )
        seen: set[int] = set()
        for place, module in within:
            for name, value in vars(module)[kind].items():
                if value is None or id(value) in seen:
                    continue
                if remove_duplicate:
                    seen.add(id(value))
                yield _joined(place, name), value


def _joined(prefix: str, name: str) -> str:
    return f"{prefix}.{name}" if prefix else name
