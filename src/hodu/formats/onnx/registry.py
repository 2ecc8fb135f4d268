"""The mapping from ONNX operators to functions over Tensors.

A mapping is one small function in the file of its family:

    @onnx_op("Softmax", since=13)
    def softmax(node: OnnxNode, x: Tensor) -> Tensor:
        return f.softmax(x, node.integer("axis", -1))

It takes the node (for attributes) and the inputs in order, None for absent optional ones, and
returns the output, or a tuple of outputs. A value is a Tensor, a list for an ONNX sequence, None
for an empty optional, a NumPy object array for strings (eager only), or for a narrow type an array
of it, in a capture a NarrowTensor. `since` is the first opset with this meaning; the newest that
does not exceed the model's opset is taken.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar

from hodu.plugins import manager

Handler: TypeAlias = Callable[..., Any]
_H = TypeVar("_H", bound=Handler)
_HANDLERS: dict[tuple[str, str], dict[int, Handler]] = {}
MOVING: set[Handler] = set()


def onnx_op(
    *names: str, since: int = 1, domain: str = "", moves: bool = False
) -> Callable[[_H], _H]:
    """Register the decorated function for these operators of a domain, from opset `since` on.

    With `moves` it only moves elements, whatever they are, and serves texts and narrow types too.
    """

    def register(handler: _H) -> _H:
        if moves:
            MOVING.add(handler)
        for name in names:
            if since in _HANDLERS.get((normal_domain(domain), name), ()):
                raise ValueError(f"{name} since {since} is mapped twice")
            put(domain, name, since, handler)
        return handler

    return register


def put(domain: str, name: str, since: int, handler: Handler) -> None:
    """Map an operator from an opset on, in the place of an earlier mapping."""
    _HANDLERS.setdefault((normal_domain(domain), name), {})[since] = handler


def normal_domain(domain: str) -> str:
    """The default domain has two spellings; this is the short one."""
    return "" if domain == "ai.onnx" else domain


def find_handler(domain: str, name: str, opset: int) -> Handler | None:
    """The function for an operator in an opset, or None."""
    since = version_of(domain, name, opset)
    return None if since is None else _HANDLERS[normal_domain(domain), name][since]


def version_of(domain: str, name: str, opset: int) -> int | None:
    """The opset from which on an operator means what it does in `opset`, None if it is unknown."""
    key = normal_domain(domain), name
    if key not in _HANDLERS:
        _import_announced(key[0])
    return max((since for since in _HANDLERS.get(key, ()) if since <= opset), default=None)


@functools.cache
def _import_announced(domain: str) -> None:
    """Import the package, if there is one, that announces operators of a domain."""
    if domain in manager.entries("operators"):
        manager.get("operators", domain)


def mapped() -> dict[tuple[str, str], tuple[int, ...]]:
    """The opsets from which each operator is mapped, by domain and name."""
    return {key: tuple(sorted(versions)) for key, versions in _HANDLERS.items()}
