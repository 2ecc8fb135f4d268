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

from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar

Handler: TypeAlias = Callable[..., Any]
_H = TypeVar("_H", bound=Handler)
_HANDLERS: dict[tuple[str, str], dict[int, Handler]] = {}
MOVING: set[Handler] = set()
OWN_DOMAIN = "hodu"
"""Functions of this domain, which exports of Hodu carry, stand for ops of Hodu."""


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
            versions = _HANDLERS.setdefault((normal_domain(domain), name), {})
            if since in versions:
                raise ValueError(f"{name} since {since} is mapped twice")
            versions[since] = handler
        return handler

    return register


def normal_domain(domain: str) -> str:
    """The default domain has two spellings; this is the short one."""
    return "" if domain == "ai.onnx" else domain


def find_handler(domain: str, name: str, opset: int) -> Handler | None:
    """The function for an operator in an opset, or None."""
    versions = _HANDLERS.get((normal_domain(domain), name), {})
    fitting = [since for since in versions if since <= opset]
    return versions[max(fitting)] if fitting else None


def mapped() -> dict[tuple[str, str], tuple[int, ...]]:
    """The opsets from which each operator is mapped, by domain and name."""
    return {key: tuple(sorted(versions)) for key, versions in _HANDLERS.items()}
