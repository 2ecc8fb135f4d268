"""The tensors of what a user names as the state of a function."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hodu.dispatch.base import TensorBase
from hodu.errors import ArgumentError
from hodu.source import location


def named_tensors(state: Any) -> dict[str, TensorBase]:
    """The tensors in `state` by name, each once.

    It is a tensor, a module, an optimizer, or a tuple, list or dict of those; None is nothing.
    Raises ArgumentError for anything else.
    """
    found: dict[str, TensorBase] = {}
    seen: set[int] = set()
    for name, tensor in _walk("", state):
        if id(tensor) not in seen:
            seen.add(id(tensor))
            found[name if name and name not in found else f"{name or 'state'}_{len(found)}"] = (
                tensor
            )
    return found


def _walk(name: str, state: Any) -> Iterator[tuple[str, TensorBase]]:
    if state is None:
        return
    if isinstance(state, TensorBase):
        yield name, state
    elif isinstance(state, Mapping):
        for key, value in state.items():
            yield from _walk(_joined(name, key), value)
    elif isinstance(state, (tuple, list)):
        for number, value in enumerate(state):
            yield from _walk(_joined(name, number) if name else "", value)
    elif hasattr(state, "named_parameters") and hasattr(state, "named_buffers"):
        yield from ((_joined(name, k), t) for k, t in state.named_parameters())
        yield from ((_joined(name, k), t) for k, t in state.named_buffers())
    elif hasattr(state, "param_groups") and hasattr(state, "state"):
        for group in state.param_groups:
            yield from ((name, t) for t in group["params"])
        for tensors in state.state.values():
            yield from ((k, t) for k, t in tensors.items() if isinstance(t, TensorBase))
    else:
        raise ArgumentError(
            f"a {type(state).__name__} is no state of a compiled function",
            where=location(),
            hint="state takes modules, optimizers, tensors, and tuples, lists and dicts of them",
        )


def _joined(name: str, key: Any) -> str:
    return f"{name}.{key}" if name else str(key)
