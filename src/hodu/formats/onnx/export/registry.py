"""The mapping from Hodu's ops to ONNX operators.

A mapping is one small function in the file of its family:

    @exports("softmax")
    def softmax(g: Emitter, node: Node, x: str) -> str:
        return g.op("Softmax", x, axis=node.attrs["dim"])

It takes the names of the node's inputs, as the op takes its tensors (None for an absent one, a
list for a list), adds ONNX nodes, and returns the names of the results. It raises UnsupportedError
for a form that ONNX does not have. A composite that has no mapping, or whose `when(node)` is
false, or that is younger than the model's opset (`since`), goes out as what it is written in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from hodu.dtypes import f32, f64
from hodu.snapshot.ir import Node

if TYPE_CHECKING:
    from hodu.formats.onnx.export.emitter import Emitter

Results: TypeAlias = "str | Sequence[str]"
Handler: TypeAlias = Callable[..., Results]
_H = TypeVar("_H", bound=Handler)


@dataclass(frozen=True, slots=True)
class Export:
    """How an op goes out, from which opset on, and for which nodes."""

    emit: Handler
    since: int
    when: Callable[[Node], bool]

    def takes(self, node: Node, opset: int) -> bool:
        """Whether this is a mapping for the node."""
        return self.since <= opset and self.when(node)


EXPORTS: dict[str, Export] = {}


def _always(node: Node) -> bool:
    return True


def exports(
    *names: str, since: int = 1, when: Callable[[Node], bool] = _always
) -> Callable[[_H], _H]:
    """Register the decorated function for these ops of the table."""

    def register(emit: _H) -> _H:
        for name in names:
            if name in EXPORTS:
                raise ValueError(f"the export of {name} is defined twice")
            EXPORTS[name] = Export(emit, since, when)
        return emit

    return register


def exact_attrs(node: Node) -> bool:
    """Whether the node loses nothing where ONNX holds its attributes in f32."""
    if all(v is None or v.type.dtype is not f64 for v in (*node.inputs, *node.outputs)):
        return True
    reals = [v for v in node.attrs.values() if isinstance(v, float)]
    return all(float(f32.numpy.type(v)) == v for v in reals)


def export_of(node: Node, opset: int) -> Export | None:
    """The mapping for a node in an opset, or None."""
    found = EXPORTS.get(node.op)
    return found if found is not None and found.takes(node, opset) else None


def renamed(kinds: dict[str, str], since: int = 1) -> None:
    """Register ops that are one ONNX operator on the same inputs."""
    for name, kind in kinds.items():
        exports(name, since=since)(_plain(kind))


def _plain(kind: str) -> Handler:
    def emit(g: Emitter, node: Node, *inputs: Any) -> str:
        return g.op(kind, *inputs)

    return emit
