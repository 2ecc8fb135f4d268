"""The state of a module as tensors by name, out and in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from hodu._tensor import Tensor
from hodu.dispatch.base import TensorBase, wrap
from hodu.errors import ArgumentError, ValueRangeError
from hodu.nn._registry import Registry
from hodu.nn._writing import write
from hodu.nn.parameter import Parameter
from hodu.shapes import format_shape
from hodu.source import location


class IncompatibleKeys(NamedTuple):
    """What `load_state_dict` did not find, and what it had no place for."""

    missing_keys: list[str]
    unexpected_keys: list[str]

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return (
            f"IncompatibleKeys(missing_keys={self.missing_keys}, "
            f"unexpected_keys={self.unexpected_keys})"
        )


class Stateful(Registry):
    """`state_dict` and `load_state_dict`."""

    def state_dict(
        self,
        *,
        destination: dict[str, Tensor] | None = None,
        prefix: str = "",
        keep_vars: bool = False,
    ) -> dict[str, Tensor]:
        """The parameters and persistent buffers by their dotted names.

        They share memory with the module's; with `keep_vars` they are the module's own.
        """
        found = {} if destination is None else destination
        for name, tensor, _ in self._entries():
            found[prefix + name] = tensor if keep_vars else tensor.detach()
        return found

    def _entries(self) -> Iterator[tuple[str, Tensor, Callable[[Any], None]]]:
        """Name, tensor and a function that puts another in its place, in PyTorch's order."""
        for place, module in self.named_modules(remove_duplicate=False):
            before = f"{place}." if place else ""
            for kind in (module._parameters, module._buffers):
                for name, tensor in kind.items():
                    if tensor is not None and name not in module._non_persistent_buffers_set:
                        yield before + name, tensor, _setter(kind, name)

    def load_state_dict(
        self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False
    ) -> IncompatibleKeys:
        """Copy tensors or NumPy arrays into the parameters and buffers of the same names.

        With `assign` they take the places of the module's own, with their dtype and memory. All
        that does not fit is listed in one ValueRangeError, before anything is changed; names that
        are missing or unexpected are among it only if `strict`, and are returned else.
        """
        if not isinstance(state_dict, Mapping):
            raise ArgumentError(
                f"a state_dict maps names to tensors; a {type(state_dict).__name__} does not",
                where=location(),
                hint="hodu.load('model.safetensors') gives one",
            )
        own = {name: (tensor, put) for name, tensor, put in self._entries()}
        keys = IncompatibleKeys(
            [n for n in own if n not in state_dict], [n for n in state_dict if n not in own]
        )
        shared = {n: (state_dict[n], *own[n]) for n in own if n in state_dict}
        wrong = [m for n, (new, old, _) in shared.items() if (m := _mismatch(n, new, old, assign))]
        if strict:
            wrong += [f"missing: {n}" for n in keys.missing_keys]
            wrong += [f"unexpected: {n}" for n in keys.unexpected_keys]
        if wrong:
            raise ValueRangeError(
                f"the state does not fit {type(self).__name__}:\n  " + "\n  ".join(wrong),
                where=location(),
                hint="strict=False skips names that are missing or unexpected" if strict else None,
            )
        for new, old, put in shared.values():
            _load(new, old, put, assign)
        return keys


def _setter(owned: dict[str, Any], name: str) -> Callable[[Any], None]:
    return lambda value: owned.__setitem__(name, value)


def _mismatch(name: str, new: Any, old: Tensor, assign: bool) -> str | None:
    """Why `new` cannot take the place of `old`, or None."""
    if not isinstance(new, (TensorBase, np.ndarray)):
        return f"{name}: a {type(new).__name__} is no tensor"
    value = _as_tensor(new)
    if tuple(value.shape) != tuple(old.shape):
        return f"{name}: {format_shape(value.shape)} for {format_shape(old.shape)}"
    if value.dtype.category > old.dtype.category and not assign:
        return f"{name}: {value.dtype} does not fit {old.dtype}"
    return None


def _as_tensor(value: Any) -> Tensor:
    return value if isinstance(value, Tensor) else wrap(np.asarray(value))


def _load(new: Any, old: Tensor, put: Callable[[Any], None], assign: bool) -> None:
    value = _as_tensor(new)
    if not assign:
        write(old, value.to(old.dtype))
    elif isinstance(old, Parameter):
        put(Parameter(value, old.requires_grad))
    else:
        put(value)
