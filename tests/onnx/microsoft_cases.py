"""Calls of the operators of com.microsoft: every attribute and every optional input.

What ONNX Runtime computes for them is in `microsoft_expected.npz`, which
`python -m tests.onnx.microsoft_cases` writes anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from tests.onnx.graphs import Array

DOMAIN = "com.microsoft"
EXPECTED = Path(__file__).with_name("microsoft_expected.npz")
F16 = np.float16


@dataclass(frozen=True)
class Case:
    """A node by its operator, inputs in order (None for an absent one) and attributes.

    `outputs` says which are wanted; `fixed` numbers the inputs that are initializers; `rows` are
    the lengths of the rows of the batch, beyond which results and caches mean nothing.
    """

    name: str
    op: str
    inputs: Sequence[Array | None]
    attrs: dict[str, Any] = field(default_factory=dict)
    outputs: str = "1"
    domain: str = DOMAIN
    fixed: tuple[int, ...] = ()
    rows: tuple[int, ...] | None = None

    def model(self) -> onnx.ModelProto:
        """The model of the one node."""
        names = ["" if x is None else f"x{i}" for i, x in enumerate(self.inputs)]
        outputs = [f"y{i}" if wanted == "1" else "" for i, wanted in enumerate(self.outputs)]
        node = helper.make_node(self.op, names, outputs, "it", domain=self.domain, **self.attrs)
        given = [(n, x) for n, x in zip(names, self.inputs, strict=True) if x is not None]
        constants = {f"x{i}" for i in self.fixed}
        graph = helper.make_graph(
            [node],
            "g",
            [_info(n, x) for n, x in given if n not in constants],
            [_result(o) for o in outputs if o],
            [numpy_helper.from_array(x, n) for n, x in given if n in constants],
        )
        imports = [helper.make_opsetid("", 17), helper.make_opsetid(DOMAIN, 1)]
        return helper.make_model(graph, opset_imports=imports, ir_version=8)

    def feeds(self) -> dict[str, Array]:
        """The inputs that are no initializers."""
        pairs = enumerate(self.inputs)
        return {f"x{i}": x for i, x in pairs if x is not None and i not in self.fixed}


def _result(name: str) -> onnx.ValueInfoProto:
    """The scores of MultiHeadAttention may have any float type, so that theirs is declared."""
    if name == "y3":
        return helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None)
    return helper.make_empty_tensor_value_info(name)


def _info(name: str, x: Array) -> onnx.ValueInfoProto:
    kind = helper.np_dtype_to_tensor_dtype(x.dtype)
    made: onnx.ValueInfoProto = helper.make_tensor_value_info(name, kind, x.shape)
    return made


def _numbers(shape: tuple[int, ...], seed: int) -> Array:
    """Whole numbers below 2039 in no order that is seen."""
    places = np.arange(int(np.prod(shape)))
    mixed = places * 7919 + (places**2 % 311) * 631 + seed * 911
    return (mixed % 2039).reshape(shape)


def real(*shape: int, seed: int = 0, dtype: Any = np.float32) -> Array:
    """Numbers from -2 to 2 that f16 holds."""
    return ((_numbers(shape, seed) - 1019) / 512).astype(dtype)


def codes(*shape: int, seed: int = 0, dtype: Any = np.uint8, below: int = 256) -> Array:
    """8-bit numbers."""
    low = 0 if dtype is np.uint8 else -(below // 2)
    return (_numbers(shape, seed) % below + low).astype(dtype)


def number(value: float, dtype: Any = np.float32) -> Array:
    """A scalar."""
    return np.array(value, dtype)


def ints(*values: Any, dtype: Any = np.int32) -> Array:
    """A vector or matrix of integers."""
    return np.array(values, dtype)


def activations() -> Iterator[Case]:
    x, bias = real(2, 3, 8), real(8, seed=1)
    yield Case("gelu", "Gelu", [x])
    yield Case("bias_gelu", "BiasGelu", [x, bias])
    yield Case("fast_gelu", "FastGelu", [x])
    yield Case("fast_gelu_bias", "FastGelu", [x, bias])
    yield Case("quick_gelu", "QuickGelu", [x])
    yield Case("quick_gelu_alpha", "QuickGelu", [x], {"alpha": 1.0})


def normalisations() -> Iterator[Case]:
    x, skip, row = real(2, 3, 8), real(2, 3, 8, seed=1), real(3, 8, seed=2)
    gamma, beta, bias = (real(8, seed=s) for s in (3, 4, 5))
    simple = ("SimplifiedLayerNormalization", [x, gamma])
    yield Case("simplified", *simple, domain="")
    yield Case("simplified_all", *simple, {"epsilon": 1e-2, "axis": -1}, "11", "")
    yield Case("layer", "LayerNormalization", [x, gamma, beta], {"epsilon": 1e-2}, domain="")
    skipping = "SkipLayerNormalization"
    yield Case("skip", skipping, [x, skip, gamma])
    yield Case("skip_beta", skipping, [x, skip, gamma, beta], {"epsilon": 0.5})
    yield Case("skip_all", skipping, [x, skip, gamma, beta, bias], outputs="1001")
    yield Case("skip_bias", skipping, [x, skip, gamma, None, bias])
    yield Case("skip_row", skipping, [x, row, gamma, beta])
    yield Case("skip_one", skipping, [x, row[None], gamma, beta])
    short = "SkipSimplifiedLayerNormalization"
    yield Case("skip_simple", short, [x, skip, gamma])
    yield Case("skip_simple_all", short, [x, skip, gamma, bias], {"epsilon": 0.5}, "1001")
    yield Case("skip_simple_2d", short, [x[0], skip[0], gamma])


def embeddings() -> Iterator[Case]:
    ids, segments = ints([3, 1, 0], [2, 2, 4]), ints([0, 1, 1], [1, 0, 0])
    words, places, kinds = real(5, 8), real(4, 8, seed=1), real(2, 8, seed=2)
    gamma, beta = real(8, seed=3), real(8, seed=4)
    mask, at = ints([1, 1, 0], [1, 0, 0]), ints([2, 0, 1], [3, 3, 0])
    op, table = "EmbedLayerNormalization", [words, places, kinds, gamma, beta]
    yield Case("embed", op, [ids, segments, *table, mask], outputs="11")
    yield Case("embed_no_mask", op, [ids, segments, *table], outputs="11")
    yield Case("embed_sum", op, [ids, segments, *table, mask], {"epsilon": 0.1}, "111")
    bare = [ids, None, words, places, None, gamma, beta]
    yield Case("embed_bare", op, bare, outputs="11")
    yield Case("embed_places", op, [*bare, None, at], {"mask_index_type": 0}, "11")
    yield Case("embed_place", op, [*bare, None, at[:1]], {"mask_index_type": 0}, "11")


def products() -> Iterator[Case]:
    a, b, wide = real(2, 3, 4, 5), real(2, 3, 5, 6, seed=1), real(2, 3, 6, 5, seed=1)
    yield Case("fused_matmul", "FusedMatMul", [a, b])
    yield Case("fused_matmul_b", "FusedMatMul", [a, wide], {"transB": 1, "alpha": 0.25})
    turned = np.ascontiguousarray(a.swapaxes(2, 3))
    yield Case("fused_matmul_ab", "FusedMatMul", [turned, wide], {"transA": 1, "transB": 1})
    outer = np.ascontiguousarray(np.moveaxis(a, -2, 0))
    yield Case("fused_batch_a", "FusedMatMul", [outer, b], {"transBatchA": 1})
    both = np.ascontiguousarray(np.moveaxis(turned, -2, 0))
    yield Case("fused_batch_ta", "FusedMatMul", [both, b], {"transBatchA": 1, "transA": 1})
    other = np.ascontiguousarray(np.moveaxis(wide, -2, 0))
    yield Case("fused_batch_tb", "FusedMatMul", [a, other], {"transBatchB": 1, "transB": 1})
    yield Case("transpose_matmul", "TransposeMatMul", [a, wide], {"transB": 1, "alpha": 2.0})
    left, right, c = real(3, 4), real(4, 5, seed=1), real(5, seed=2)
    for kind, extra in (
        ("Relu", {}),
        ("LeakyRelu", {"activation_alpha": 0.25}),
        ("Sigmoid", {}),
        ("Tanh", {}),
        ("HardSigmoid", {"activation_alpha": 0.5, "activation_beta": 0.25}),
    ):
        attrs = {"activation": kind, "alpha": 0.5, "beta": 2.0, **extra}
        yield Case(f"fused_gemm_{kind}", "FusedGemm", [left, right, c], attrs)
    for kind in ("Elu", "Celu", "ThresholdedRelu", "Selu", "Softplus", "Softsign"):
        attrs = {"activation": kind, "activation_alpha": 0.5, "activation_gamma": 1.25}
        yield Case(f"fused_gemm_{kind}", "FusedGemm", [left, right, c], attrs)
    swapped = {"activation": "Relu", "transA": 1, "transB": 1}
    yield Case("fused_gemm_t", "FusedGemm", [left.T.copy(), right.T.copy()], swapped)


def convolutions() -> Iterator[Case]:
    x, w, b = real(1, 4, 5, 6), real(4, 2, 3, 3, seed=1), real(4, seed=2)
    form = {"group": 2, "pads": [1, 0, 2, 1], "strides": [1, 2], "dilations": [1, 1]}
    yield Case("fused_conv", "FusedConv", [x, w, b], {**form, "activation": "Relu"})
    yield Case("fused_conv_sum", "FusedConv", [x, w, b, real(1, 4, 6, 3, seed=3)],
               {**form, "activation": "Relu"})  # fmt: skip
    yield Case("fused_conv_plain", "FusedConv", [x, w], {"group": 2, "kernel_shape": [3, 3],
               "auto_pad": "SAME_UPPER", "activation": "Tanh"})  # fmt: skip
    for kind, params in (("Clip", [-0.5, 1.5]), ("LeakyRelu", [0.25]), ("HardSigmoid", [0.5, 0.1])):
        attrs = {"group": 2, "activation": kind, "activation_params": params}
        yield Case(f"fused_conv_{kind}", "FusedConv", [x, w, b], attrs)


def narrow_products() -> Iterator[Case]:
    for bits, block, k in ((4, 16, 40), (8, 32, 40), (2, 16, 32), (4, 32, 64)):
        n, count = 6, -(-k // block)
        a, b = real(2, 3, k), codes(n, count, block * bits // 8, seed=1)
        scales = np.abs(real(n, count, seed=2)) / 16 + np.float32(0.01)
        packed = codes(n, -(-count * bits // 8), seed=3)
        attrs = {"K": k, "N": n, "bits": bits, "block_size": block}
        name, op, fixed = f"nbits_{bits}_{block}_{k}", "MatMulNBits", (1, 2, 3, 5)
        yield Case(name, op, [a, b, scales], attrs, fixed=fixed[:2])
        yield Case(f"{name}_zeros", op, [a, b, scales, packed], attrs, fixed=fixed[:3])
        if bits == 4:
            full = [a, b, scales, packed, None, real(n, seed=4)]
            yield Case(f"{name}_bias", op, full, {**attrs, "accuracy_level": 1}, fixed=fixed)
            floats = [a, b, scales, real(n, count, seed=5) * 2 + 8]
            yield Case(f"{name}_real_zeros", op, floats, attrs, fixed=fixed[:3])
            order = (np.arange(k, dtype=np.int32) * 7) % count
            yield Case(f"{name}_order", op, [a, b, scales, None, order], attrs, fixed=(1, 2, 4))


def quantized() -> Iterator[Case]:
    scales = [number(v) for v in (0.5, 0.25, 1.0)]
    for dtype, name in ((np.uint8, "u8"), (np.int8, "s8")):
        zeros = [number(v, dtype) for v in (3, 5, 7)]
        a, b = codes(2, 3, 4, dtype=dtype), codes(3, 1, seed=1, dtype=dtype)
        for op in ("QLinearAdd", "QLinearMul"):
            given = [a, scales[0], zeros[0], b, scales[1], zeros[1], scales[2], zeros[2]]
            yield Case(f"{op}_{name}", op, given)
            odd = [a, number(0.013), zeros[0], b, number(0.021), zeros[1], number(0.017), zeros[2]]
            yield Case(f"{op}_{name}_odd", op, odd)
        for op in ("QLinearSigmoid", "QLinearLeakyRelu"):
            fine = number(1 / 64) if op == "QLinearSigmoid" else scales[2]
            attrs = {} if op == "QLinearSigmoid" else {"alpha": 0.1}
            yield Case(f"{op}_{name}", op, [a, scales[1], zeros[0], fine, zeros[1]], attrs,
                       fixed=(1, 2, 3, 4))  # fmt: skip
            yield Case(f"{op}_{name}_bare", op, [a, scales[1], None, fine, zeros[1]],
                       fixed=(1, 3, 4))  # fmt: skip
        least, spread = number(np.iinfo(dtype).min, dtype), codes(2, 3, 40, seed=4, dtype=dtype)
        for opset, axis in ((13, {"axis": 1}), (13, {}), (12, {"axis": 1})):
            given = [spread, number(0.04), zeros[0], number(1 / 255), least]
            case = f"softmax_{name}_{opset}{'_axis' * bool(axis)}"
            yield Case(case, "QLinearSoftmax", given, {**axis, "opset": opset}, fixed=(1, 2, 3, 4))
        parts = [a, scales[0], zeros[0], codes(2, 2, 4, seed=3, dtype=dtype), scales[2], zeros[2]]
        yield Case(f"concat_{name}", "QLinearConcat", [scales[2], zeros[2], *parts], {"axis": 1},
                   fixed=(0, 1, 3, 4, 6, 7))  # fmt: skip


def quantized_pools() -> Iterator[Case]:
    op, fixed = "QLinearAveragePool", (1, 2, 3, 4)
    for dtype, name in ((np.uint8, "u8"), (np.int8, "s8")):
        image = codes(1, 2, 5, 6, dtype=dtype)
        given = [image, number(0.5), number(3, dtype), number(0.25), number(9, dtype)]
        plain = {"kernel_shape": [2, 3], "strides": [1, 2], "pads": [1, 1, 0, 1]}
        yield Case(f"pool_{name}", op, given, plain, fixed=fixed)
        whole = {**plain, "count_include_pad": 1}
        yield Case(f"pool_pad_{name}", op, given, whole, fixed=fixed)
        ceil = {"kernel_shape": [2, 2], "strides": [2, 2], "ceil_mode": 1}
        yield Case(f"pool_ceil_{name}", op, given, ceil, fixed=fixed)
        beyond = {**ceil, "kernel_shape": [3, 3], "pads": [1, 1, 1, 1], "count_include_pad": 1}
        yield Case(f"pool_beyond_{name}", op, given, beyond, fixed=fixed)
        same = {"kernel_shape": [3, 3], "auto_pad": "SAME_UPPER"}
        yield Case(f"pool_same_{name}", op, given, same, fixed=fixed)
    last = [np.ascontiguousarray(np.moveaxis(image, 1, -1)), *given[1:]]
    yield Case("pool_last", op, last, {**plain, "channels_last": 1}, fixed=fixed)
    over = "QLinearGlobalAveragePool"
    yield Case("global_pool", over, given, fixed=fixed)
    yield Case("global_pool_last", over, last, {"channels_last": 1}, fixed=fixed)


def quantized_products() -> Iterator[Case]:
    a, b = codes(3, 4), codes(4, 5, seed=1, dtype=np.int8)
    a_scale, b_scale, each = number(0.5), number(0.25), np.abs(real(5, seed=6)) + np.float32(0.5)
    a_zero, b_zero, zeros = number(7, np.uint8), number(2, np.int8), codes(5, seed=7, dtype=np.int8)
    plain = [a, a_scale, a_zero, b, b_scale, b_zero]
    c = ints(100, -50, 7, 0, 3)
    yield Case("qgemm_real", "QGemm", plain)
    yield Case("qgemm_real_c", "QGemm", [*plain, c], {"alpha": 0.5})
    out = [number(32.0), number(100, np.uint8)]
    yield Case("qgemm", "QGemm", [*plain, c, *out])
    by_column = [a, a_scale, a_zero, b, each, zeros]
    yield Case("qgemm_columns", "QGemm", [*by_column, None, *out])
    turned = [a.T.copy(), a_scale, a_zero, b.T.copy(), b_scale, b_zero, c, *out]
    yield Case("qgemm_t", "QGemm", turned, {"transA": 1, "transB": 1})
    real_form = "MatMulIntegerToFloat"
    yield Case("to_float", real_form, [a, b, a_scale, b_scale])
    yield Case("to_float_all", real_form, [a, b, a_scale, each, a_zero, zeros, real(5, seed=8)])
    dynamic = "DynamicQuantizeMatMul"
    yield Case("dynamic", dynamic, [real(3, 4), b, b_scale])
    yield Case("dynamic_all", dynamic, [real(3, 4), b, each, zeros, real(5, seed=8)])


def quantized_layers() -> Iterator[Case]:
    bare = [codes(4, 6), number(0.1), None, number(0.004), number(2, np.uint8)]
    yield Case("softmax_bare", "QLinearSoftmax", bare, {"opset": 11})
    for dtype, name in ((np.uint8, "u8"), (np.int8, "s8")):
        zeros = [number(v, dtype) for v in range(6)]
        choice = codes(3, 4, below=2) > 0
        left, right = codes(3, 4, dtype=dtype), codes(1, 4, seed=1, dtype=dtype)
        given = [choice, left, number(0.5), zeros[3], right, number(0.25), zeros[1]]
        yield Case(f"where_{name}", "QLinearWhere", [*given, number(0.3), zeros[5]],
                   fixed=(2, 3, 5, 6, 7, 8))  # fmt: skip
        form = {"group": 2, "pads": [1, 1, 0, 1], "strides": [1, 2]}
        image, weights = codes(1, 4, 6, 7, dtype=dtype), codes(6, 2, 3, 3, seed=1, dtype=np.int8)
        scales, bias = np.abs(real(6, seed=2)) + np.float32(0.1), ints(*range(-400, 500, 150))
        given = [number(0.5), zeros[3], weights, scales, codes(6, below=1, dtype=np.int8)]
        rest = [*given, number(90.0), zeros[5], bias]
        yield Case(f"conv_{name}", "QLinearConv", [image, *rest], form, fixed=(3,))
        last = np.ascontiguousarray(np.moveaxis(image, 1, -1))
        yield Case(f"conv_last_{name}", "QLinearConv", [last, *rest], {**form, "channels_last": 1},
                   fixed=(3,))  # fmt: skip
        pool = {"kernel_shape": [3, 2], "pads": [1, 0, 1, 1], "strides": [2, 2], "ceil_mode": 1}
        yield Case(f"max_pool_{name}", "NhwcMaxPool", [last], pool)
        tables = [codes(n, 8, seed=n, dtype=dtype) for n in (5, 4, 2)]
        tables += [codes(8, seed=s, dtype=dtype) for s in (6, 7)]
        fine = [number(v) for v in (0.1, 0.2, 0.3, 0.04, 0.05)]
        ids, segments = ints([3, 1, 0], [2, 2, 4]), ints([0, 1, 1], [1, 0, 0])
        embed = [ids, segments, *tables, ints([1, 1, 0], [1, 0, 0]), *fine, *zeros[1:]]
        yield Case(f"qembed_{name}", "QEmbedLayerNormalization", embed, {"epsilon": 0.01}, "11")
    absent = [None if i in (1, 4, 7, 10, 15) else x for i, x in enumerate(embed)]
    yield Case("qembed_bare", "QEmbedLayerNormalization", absent, outputs="11")


def quantized_attentions() -> Iterator[Case]:
    op, base = "QAttention", {"num_heads": 2}
    x, w, bias = codes(2, 3, 8), codes(8, 24, seed=1, dtype=np.int8), real(24, seed=2)
    fine, zero = [number(0.02), number(0.01)], number(120, np.uint8)
    yield Case("qattention", op, [x, w, bias, *fine, ints(2, 3), zero], base)
    each = np.abs(real(24, seed=3)) / 64 + np.float32(0.01)
    mask, none = ints([1, 1, 0], [1, 0, 1]), codes(24, below=1, dtype=np.int8)
    causal = {**base, "unidirectional": 1, "mask_filter_value": -5.0}
    yield Case("qattention_each", op, [x, w, bias, fine[0], each, mask, zero, none], causal)
    past = real(2, 2, 2, 4, 4, seed=4)
    step = [x, codes(8, 24), bias, *fine, None, zero, number(128, np.uint8), past]
    yield Case("qattention_past", op, step, {**base, "scale": 0.3, "unidirectional": 1}, "11")


def quantized_lstms() -> Iterator[Case]:
    op, fixed = "DynamicQuantizeLSTM", (1, 2, 9, 11)
    x, outputs = real(4, 3, 5), "111"

    def weights(ways: int, each: bool, dtype: Any) -> tuple[list[Array], list[Array]]:
        parts = [codes(ways, n, 24, seed=n, dtype=dtype) for n in (5, 6)]
        shape = (ways, 24) if each else (ways,)
        scale = np.abs(real(*shape, seed=3)) / 64 + np.float32(0.01)
        zero = np.full(shape, 128 if dtype is np.uint8 else 0, dtype)
        return parts, [scale, zero, scale, zero]

    def case(
        name: str, ways: int, each: bool, dtype: Any, options: Sequence[Array | None], **attrs: Any
    ) -> Case:
        parts, scales = weights(ways, each, dtype)
        given = [x, *parts, *options, *scales]
        return Case(name, op, given, {"hidden_size": 6, **attrs}, outputs, fixed=fixed)

    bias, bare = real(1, 48, seed=5), [None] * 5
    state = real(1, 3, 6, seed=6)
    yield case("lstm_u8", 1, False, np.uint8, bare)
    yield case("lstm_lengths", 1, False, np.int8, [bias, ints(2, 3, 1), None, None, None])
    yield case("lstm_reverse", 1, True, np.int8, [None, ints(2, 4, 1), state, state, None],
               direction="reverse")  # fmt: skip
    yield case("lstm_peepholes", 1, True, np.int8, [*bare[:4], real(1, 18, seed=7)], clip=0.75)
    yield case("lstm_forget", 1, True, np.int8, bare, input_forget=1, activation_alpha=[0.3],
               activation_beta=[0.4], activations=["HardSigmoid", "Relu", "Tanh"])  # fmt: skip
    both = [real(2, 48, seed=5), None, real(2, 3, 6, seed=6), real(2, 3, 6, seed=7), None]
    yield case("lstm_both", 2, True, np.int8, both, direction="bidirectional")


def linear() -> Iterator[Case]:
    x, scale = real(2, 3, 4) * 40, number(0.25)
    each = np.abs(real(3, seed=1)) + np.float32(0.25)
    yield Case("quantize", "QuantizeLinear", [x, scale])
    for dtype in (np.uint8, np.int8, np.uint16, np.int16):
        name, zero = np.dtype(dtype).name, number(5, dtype)
        yield Case(f"quantize_{name}", "QuantizeLinear", [x, scale, zero])
        full = _numbers((2, 3, 4), 2).astype(dtype)
        yield Case(f"dequantize_{name}", "DequantizeLinear", [full, scale, zero])
        zeros = np.array([1, 5, 9], dtype)
        yield Case(f"quantize_axis_{name}", "QuantizeLinear", [x, each, zeros], {"axis": 1})
        yield Case(f"dequantize_axis_{name}", "DequantizeLinear", [full, each, zeros], {"axis": 1})
    yield Case("dequantize", "DequantizeLinear", [codes(2, 3), scale])
    yield Case("dequantize_i32", "DequantizeLinear", [ints(-7, 500), scale])


def attentions() -> Iterator[Case]:
    x, w, bias = real(2, 3, 8), real(8, 24, seed=1) / 2, real(24, seed=2)
    op, base = "Attention", {"num_heads": 2}
    yield Case("attention", op, [x, w, bias], base)
    yield Case("attention_no_bias", op, [x, w], {**base, "scale": 0.25})
    yield Case("attention_causal", op, [x, w, bias], {**base, "unidirectional": 1})
    masks = {
        "ends": ints(2, 3),
        "span": ints(2, 3, 1, 0),
        "2d": ints([1, 0, 1], [1, 1, 0]),
        "3d": ints([[1, 0, 1]] * 3, [[1, 1, 0], [0, 1, 1], [1, 1, 1]]),
    }
    for name, mask in masks.items():
        yield Case(f"attention_{name}", op, [x, w, bias, mask], base)
        causal = {**base, "unidirectional": 1, "mask_filter_value": -50.0}
        yield Case(f"attention_{name}_causal", op, [x, w, bias, mask], causal)
    past, added = real(2, 2, 2, 2, 4, seed=3), real(1, 2, 3, 3, seed=4)
    yield Case("attention_past", op, [x, w, bias, None, past], {**base, "unidirectional": 1}, "11")
    long = ints([1, 1, 0, 1, 1], [0, 1, 1, 1, 1])
    yield Case("attention_past_mask", op, [x, w, bias, long, past], base, "11")
    yield Case("attention_added", op, [x, w, bias, masks["2d"], None, added], base, "11")
    narrow = [x, real(8, 20, seed=1) / 2, real(20, seed=2)]
    yield Case("attention_sizes", op, narrow, {**base, "qkv_hidden_sizes": [8, 8, 4]})


def multi_head_attentions() -> Iterator[Case]:
    q, k, v = real(2, 3, 8), real(2, 4, 8, seed=1), real(2, 4, 12, seed=2)
    op, base = "MultiHeadAttention", {"num_heads": 2}
    yield Case("mha", op, [q, k, v], base)
    yield Case("mha_bias", op, [q, k, v, real(28, seed=3)], {**base, "scale": 0.3})
    yield Case("mha_lengths", op, [q, k, v, None, ints(2, 4)], base)
    padding = ints([1, 1, 0, 1], [0, 1, 1, 1])
    yield Case("mha_padding", op, [q, k, v, None, padding], {**base, "mask_filter_value": -3.0})
    whole = ints([[1, 1, 0, 1]] * 3, [[0, 1, 1, 1]] * 3)
    yield Case("mha_mask", op, [q, k, v, None, whole], base)
    added = real(2, 1, 3, 4, seed=4)
    yield Case("mha_added", op, [q, k, v, None, padding, added], base)
    same = [q, real(2, 3, 8, seed=1), real(2, 3, 8, seed=2)]
    yield Case("mha_causal", op, same, {**base, "unidirectional": 1})
    past = [real(2, 2, 2, 4, seed=5), real(2, 2, 2, 4, seed=6)]
    yield Case("mha_past", op, [*same, None, None, None, *past], base, "111")
    causal = {**base, "unidirectional": 1}
    yield Case("mha_past_causal", op, [*same, None, None, None, *past], causal, "111")
    cross = [q, real(2, 2, 4, 4, seed=7), real(2, 2, 4, 4, seed=8)]
    yield Case("mha_cross", op, cross, base)
    yield Case("mha_cross_bias", op, [*cross, real(24, seed=3)], base)
    yield Case("mha_scores", op, [q, k, v], base, "1001")


def rotations() -> Iterator[Case]:
    op, angles = "RotaryEmbedding", np.outer(np.arange(8), [1.0, 0.25]).astype(np.float32)
    cos, sin = np.cos(angles), np.sin(angles)
    at, start = ints([3, 1, 0], [2, 5, 7], dtype=np.int64), ints(2, dtype=np.int64)
    x, heads = real(2, 3, 12), real(2, 3, 3, 4)
    yield Case("rotary", op, [x, at, cos, sin])
    yield Case("rotary_start", op, [x, start, cos, sin], {"interleaved": 1})
    yield Case("rotary_heads", op, [heads, at, cos, sin], {"interleaved": 1})
    part = {"num_heads": 2, "rotary_embedding_dim": 4}
    yield Case("rotary_packed", op, [x, at, cos, sin], {"is_packed_batching": 1})
    yield Case("rotary_part", op, [x, at, cos, sin], part)
    yield Case("rotary_part_heads", op, [real(2, 2, 3, 6), at, cos, sin], part)


def group_attentions() -> Iterator[Case]:
    op, base = "GroupQueryAttention", {"num_heads": 4, "kv_num_heads": 2}
    q, k, v = real(2, 3, 64), real(2, 3, 32, seed=1), real(2, 3, 32, seed=2)
    angles = np.outer(np.arange(16), 0.5 ** np.arange(8)).astype(np.float32)
    turn = [np.cos(angles), np.sin(angles)]
    empty = [np.zeros((2, 2, 0, 16), np.float32)] * 2
    prompt = [ints(2, 1), number(3, np.int32)]
    rows = (3, 2)
    first = [q, k, v, None, None, *prompt]
    yield Case("gqa", op, first, base, "111", rows=rows)
    yield Case("gqa_empty", op, [q, k, v, *empty, *prompt], base, "111", rows=rows)
    packed = [np.concatenate([q, k, v], 2), None, None, None, None, *prompt]
    yield Case("gqa_packed", op, packed, {**base, "scale": 0.5}, "111", rows=rows)
    rotary = {**base, "do_rotary": 1}
    yield Case("gqa_rotary", op, [*first, *turn], rotary, "111", rows=rows)
    woven = {**rotary, "rotary_interleaved": 1}
    yield Case("gqa_woven", op, [*first, *turn], woven, "111", rows=rows)
    yield Case("gqa_window", op, first, {**base, "local_window_size": 2}, "111", rows=rows)
    yield Case("gqa_cap", op, first, {**base, "softcap": 1.5}, "111", rows=rows)
    yield Case("gqa_smooth", op, first, {**base, "smooth_softmax": 1}, "111", rows=rows)
    nothing = [None, None, None]
    sink = [*first, *nothing, None, real(4, seed=9)]
    yield Case("gqa_sink", op, sink, base, "111", rows=rows)
    added = [*first, *nothing, real(2, 1, 3, 3, seed=4)]
    yield Case("gqa_added", op, added, base, "111", rows=rows)
    yield Case("gqa_added_cap", op, added, {**base, "softcap": 1.5}, "111", rows=rows)
    full = [q, k, v, None, None, ints(2, 2), number(3, np.int32)]
    yield Case("gqa_two_ways", op, full, {**base, "causal": 0}, "111")
    yield Case("gqa_scores", op, full, {**base, "qk_output": 1}, "1111")
    yield Case("gqa_weights", op, full, {**base, "qk_output": 2, "softcap": 2.0}, "1111")
    past = [real(2, 2, 6, 16, seed=5), real(2, 2, 6, 16, seed=6)]
    one = [x[:, :1].copy() for x in (q, k, v)]
    step = [*one, *past, ints(6, 4), number(7, np.int32)]
    yield Case("gqa_step", op, [*step, *turn], rotary, "111", rows=(7, 5))
    windowed = {**base, "local_window_size": 3}
    yield Case("gqa_step_window", op, step, windowed, "111", rows=(7, 5))
    roomy = [*one, *past, ints(3, 2), number(4, np.int32)]
    yield Case("gqa_room", op, roomy, base, "111", rows=(4, 3))
    scales = [np.abs(real(n, seed=n)) / 32 + np.float32(0.02) for n in (1, 32)]
    for bits, size, dtype in ((8, 16, np.int8), (4, 8, np.uint8)):
        held = [codes(1, 2, 4, size, seed=s, dtype=dtype) for s in (5, 6)]
        asked = [x[:1] for x in (q, k, v)] + held + [ints(6), number(7, np.int32), *turn]
        for kind, scale in zip(("PER_TENSOR", "PER_CHANNEL"), scales, strict=True):
            attrs = {**rotary, "k_quant_type": kind, "v_quant_type": kind}
            attrs["kv_cache_bit_width"] = bits
            wide = scale * np.float32(256 >> bits)
            yield Case(f"gqa_codes_{bits}_{kind}", op, [*asked, *nothing, wide, wide], attrs, "111")
    many = [x[:1] for x in (q, k, v, *past)] + [ints(8), number(9, np.int32)]
    yield Case("gqa_more", op, [*many, *turn], rotary, "111")
    places = [*turn, ints([6, 7, 8], dtype=np.int64)]
    yield Case("gqa_places", op, [*many, *places], rotary, "111")


FAMILIES = [activations, normalisations, embeddings, products, convolutions, narrow_products]
FAMILIES += [quantized, quantized_pools, quantized_products, linear, attentions]
FAMILIES += [quantized_layers, quantized_attentions, quantized_lstms]
FAMILIES += [multi_head_attentions, rotations, group_attentions]
CASES = {case.name: case for family in FAMILIES for case in family()}


def comparable(case: Case, outputs: list[Array]) -> list[Array]:
    """The outputs with zeros where they mean nothing."""
    made = [np.array(y) for y in outputs]
    for row, length in enumerate(case.rows or ()):
        made[0][row, length:] = 0
        for cache in made[1:3]:
            cache[row, :, length:] = 0
    return made


def run_onnxruntime(case: Case) -> list[Array]:
    """The outputs that ONNX Runtime computes."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    # With several threads its quantized LSTM takes the range of each thread's rows alone.
    options.log_severity_level, options.intra_op_num_threads = 4, 1
    level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.graph_optimization_level = level
    data = case.model().SerializeToString()
    session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    return comparable(case, session.run(None, case.feeds()))


def main() -> None:
    """Write what ONNX Runtime computes for every case."""
    arrays: dict[str, Array] = {}
    for case in CASES.values():
        arrays |= {f"{case.name}.{i}": y for i, y in enumerate(run_onnxruntime(case))}
    np.savez_compressed(EXPECTED, allow_pickle=False, **arrays)
    print(f"{len(CASES)} cases, {EXPECTED.stat().st_size} bytes")


if __name__ == "__main__":
    main()
