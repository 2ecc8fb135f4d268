"""Random numbers as a function of the model, which computes the same ones in integers."""

from __future__ import annotations

import functools

import onnx
import onnx.parser

from hodu.formats.onnx.export.emitter import Emitter
from hodu.formats.onnx.export.registry import exports
from hodu.formats.onnx.registry import OWN_DOMAIN
from hodu.shapes import numel
from hodu.snapshot.ir import Node

_ROUNDS = 10
_MULTIPLIERS, _WEYL = (0xD2511F53, 0xCD9E8D57), (0x9E3779B9, 0xBB67AE85)
# Words lie in i64, whose products and sums wrap as those of u64 do: ONNX Runtime has none of u64.


@functools.cache
def philox_function(opset: int) -> onnx.FunctionProto:
    """Philox (state, size, count) => (bits, following): what the op `philox` computes.

    `count` is the product of `size`. See `hodu.ops.philox` for the algorithm.
    """
    constants = {"mask": 0xFFFFFFFF, "half": 32, "zero": 0, "one": 1, "three": 3, "four": 4}
    constants |= {"m0": _MULTIPLIERS[0], "m1": _MULTIPLIERS[1], "w0": _WEYL[0], "w1": _WEYL[1]}
    lines = [f"{name} = Constant <value_int: int = {n}> ()" for name, n in constants.items()]
    lines += [
        "shift = Cast <to: int = 13> (half)",
        "words = Cast <to: int = 7> (state)",
        "seed = Gather (words, zero)",
        "offset = Gather (words, one)",
        "more = Add (count, three)",
        "blocks = Div (more, four)",
        "end = Squeeze (blocks)",
        "steps = Range (zero, end, one)",
        "low = Add (steps, offset)",
        "nothing = Sub (steps, steps)",
        *_halves("low", "c1_0", "c0_0"),
        *_halves("seed", "k1_0", "k0_0"),
        *(f"{c}_0 = Identity (nothing)" for c in ("c2", "c3")),
        *(line for i in range(_ROUNDS) for line in _round(i)),
        "axis = Constant <value_ints: ints = [1]> ()",
        "flat = Constant <value_ints: ints = [-1]> ()",
        "start = Constant <value_ints: ints = [0]> ()",
        *(f"u{i} = Unsqueeze (c{i}_{_ROUNDS}, axis)" for i in range(4)),
        "rows = Concat <axis: int = 1> (u0, u1, u2, u3)",
        "row = Reshape (rows, flat)",
        "drawn = Slice (row, start, count)",
        "shaped = Reshape <allowzero: int = 1> (drawn, size)",
        "bits = Cast <to: int = 12> (shaped)",
        "step = Concat <axis: int = 0> (start, blocks)",
        "moved = Add (words, step)",
        "following = Cast <to: int = 13> (moved)",
    ]
    head = f'<domain: "{OWN_DOMAIN}", opset_import: ["" : {opset}]>'
    body = "\n".join(lines)
    return onnx.parser.parse_function(
        f"{head} Philox (state, size, count) => (bits, following) {{ {body} }}"
    )


def _halves(x: str, high: str, low: str) -> list[str]:
    """The upper and the lower 32 bits of a word."""
    return [
        f"{x}_u = Cast <to: int = 13> ({x})",
        f'{x}_s = BitShift <direction: string = "RIGHT"> ({x}_u, shift)',
        f"{high} = Cast <to: int = 7> ({x}_s)",
        f"{low} = BitwiseAnd ({x}, mask)",
    ]


def _round(i: int) -> list[str]:
    """One round from the words c0_i to c3_i and the key k0_i, k1_i to the next ones."""
    j = i + 1
    return [
        f"a_{i} = Mul (c0_{i}, m0)",
        f"b_{i} = Mul (c2_{i}, m1)",
        *_halves(f"a_{i}", f"ah_{i}", f"c3_{j}"),
        *_halves(f"b_{i}", f"bh_{i}", f"c1_{j}"),
        f"bx_{i} = BitwiseXor (bh_{i}, c1_{i})",
        f"c0_{j} = BitwiseXor (bx_{i}, k0_{i})",
        f"ax_{i} = BitwiseXor (ah_{i}, c3_{i})",
        f"c2_{j} = BitwiseXor (ax_{i}, k1_{i})",
        *(
            line
            for k in ("0", "1")
            for line in (
                f"s{k}_{i} = Add (k{k}_{i}, w{k})",
                f"k{k}_{j} = BitwiseAnd (s{k}_{i}, mask)",
            )
        ),
    ]


@exports("philox", since=18)
def philox(g: Emitter, node: Node, state: str) -> list[str]:
    """A call of the function `Philox` of Hodu's own domain, which the importer knows."""
    size = node.attrs["size"]
    return g.call(
        philox_function(g.opset), [state, g.shape(size), g.shape([numel(size)])], node.outputs
    )
