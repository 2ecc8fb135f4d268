"""What the CPU compiler does not take of ops that it compiles, and why; docs/ops.md shows it."""

from __future__ import annotations

from hodu.errors import UnsupportedError
from hodu.lower.rules import ALIAS, CONTROL, KERNEL, READING, SCALAR
from hodu.snapshot.ir import Node

_KNOWN = "only sizes that are known before it runs: the blocks of its loops are chosen by them"
LIMITS = {
    "lstm_layer": _KNOWN,
    "gru_layer": _KNOWN,
    "rnn_layer": _KNOWN,
    "scaled_dot_product_attention": _KNOWN,
    "resize": _KNOWN,
    "repeat_interleave": "without `output_size` only as many repeats as memory was planned for",
}


def beyond_limit(node: Node, found: str) -> UnsupportedError:
    """The error for a node that asks for more than `LIMITS` allows; `found` says what."""
    return UnsupportedError(
        f"the CPU compiler takes of {node.op} {LIMITS[node.op]}; here: {found}",
        where=node.loc,
        hint="give the named dimensions of the model sizes: --dim name=4",
    )


def way_of(op: str) -> str | None:
    """How the rules that are loaded take an op, in a few words; None if none does."""
    if op in KERNEL:
        return "own kernel"
    if op in SCALAR:
        return "elementwise"
    if op in READING:
        return "read in place" if READING[op].view else "computed where it is read"
    if op in ALIAS:
        return "no code: the memory of its input"
    return "loop or branch of steps" if op in CONTROL else None
