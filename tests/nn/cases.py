"""Modules with constructor options and inputs: what the tests of all modules run over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Case:
    """How to make a module, and its inputs: shapes of floats, or functions of a generator."""

    name: str
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    inputs: Sequence[Any] = ((2, 3),)
    call: dict[str, Any] = field(default_factory=dict)
    train: bool = False

    def __str__(self) -> str:
        options = [*map(repr, self.args), *(f"{k}={v!r}" for k, v in self.kwargs.items())]
        shapes = [str(i).replace(" ", "") for i in self.inputs if isinstance(i, tuple)]
        options = [o if len(o) < 30 else "..." for o in options]
        return f"{self.name}({','.join(options)}):{';'.join(shapes)}{':train' * self.train}"

    def arrays(self, dtype: str = "f8") -> list[Any]:
        """The inputs; floats are normal numbers."""
        random = np.random.default_rng(7)
        return [_made(spec, random, dtype) for spec in self.inputs]

    def options(self, dtype: str = "f8") -> dict[str, Any]:
        """The keyword arguments of the call."""
        random = np.random.default_rng(8)
        return {name: _made(spec, random, dtype) for name, spec in self.call.items()}


def _made(spec: Any, random: np.random.Generator, dtype: str) -> Any:
    if callable(spec):
        return spec(random, dtype)
    if isinstance(spec, list):
        return tuple(_made(s, random, dtype) for s in spec)
    if isinstance(spec, tuple):
        return random.standard_normal(spec).astype(dtype)
    return spec


def ints(shape: tuple[int, ...], high: int, low: int = 0) -> Callable[..., Array]:
    """Random integers below `high`."""
    return lambda random, dtype: random.integers(low, high, shape)


def given(values: Any, dtype: str | None = None) -> Callable[..., Array]:
    """These values, floats in the dtype of the case."""
    return lambda random, of: np.array(values, dtype or of)


def mask(shape: tuple[int, ...], chance: float = 0.3) -> Callable[..., Array]:
    """Random bools, of which the first of the last axis is False."""

    def make(random: np.random.Generator, dtype: str) -> Array:
        drawn = random.random(shape) < chance
        drawn[..., 0] = False
        return drawn

    return make


def C(name: str, *args: Any, on: Any = ((2, 3),), call: Any = None, train: bool = False, **kw: Any):
    """A case; `on` is one shape or a list of inputs."""
    inputs = on if isinstance(on, list) else [on] if isinstance(on[0], int) else on
    return Case(name, args, kw, inputs, call or {}, train)


_I2 = (2, 4, 6, 5)
_I3 = (1, 2, 4, 5, 4)
CONVOLUTIONS = [
    C("Conv1d", 4, 6, 3, on=(2, 4, 9)),
    C("Conv1d", 4, 6, 3, on=(4, 9), stride=2, padding=1, dilation=2, groups=2, bias=False),
    C("Conv2d", 4, 6, 3, on=_I2),
    C("Conv2d", 4, 6, (3, 2), on=_I2, stride=(2, 1), padding=(1, 2), dilation=(1, 2)),
    *[
        C("Conv2d", 4, 4, 3, on=_I2, padding=p, padding_mode=m, groups=2)
        for m in ("zeros", "reflect", "replicate", "circular")
        for p in (1, "same", "valid")
    ],
    C("Conv2d", 4, 4, (2, 4), on=_I2, padding="same", dilation=2),
    C("Conv3d", 2, 3, 2, on=_I3, stride=2, padding=1),
    C("Conv3d", 2, 4, (2, 3, 1), on=_I3, padding=(1, 1, 0), padding_mode="replicate"),
    C("ConvTranspose1d", 4, 6, 3, on=(2, 4, 5), stride=2, padding=1, output_padding=1),
    C("ConvTranspose2d", 4, 6, 3, on=_I2, groups=2, bias=False, dilation=2),
    C("ConvTranspose2d", 4, 2, (3, 2), on=_I2, stride=(2, 3), call={"output_size": [13, 14]}),
    C("ConvTranspose3d", 2, 3, 2, on=_I3, stride=2),
]
NORMALISATIONS = [
    *[
        C(name, 4, on=shape, train=train, **options)
        for name, shape in (
            ("BatchNorm1d", (5, 4)),
            ("BatchNorm1d", (3, 4, 6)),
            ("BatchNorm2d", (3, 4, 2, 3)),
            ("BatchNorm3d", (2, 4, 2, 3, 2)),
        )
        for train in (True, False)
        for options in (
            {},
            {"momentum": None, "eps": 1e-3},
            {"affine": False, "track_running_stats": False},
            {"bias": False, "momentum": 0.3},
        )
    ],
    *[
        C(name, 4, on=shape, train=train, **options)
        for name, shape in (
            ("InstanceNorm1d", (3, 4, 6)),
            ("InstanceNorm1d", (4, 6)),
            ("InstanceNorm2d", (3, 4, 2, 3)),
            ("InstanceNorm3d", (2, 4, 2, 3, 2)),
        )
        for train in (True, False)
        for options in ({}, {"affine": True, "track_running_stats": True, "momentum": 0.2})
    ],
    C("LayerNorm", 4, on=(2, 3, 4)),
    C("LayerNorm", (3, 4), on=(2, 3, 4), eps=1e-3, bias=False),
    C("LayerNorm", (4,), on=(2, 3, 4), elementwise_affine=False),
    C("RMSNorm", 4, on=(2, 3, 4)),
    C("RMSNorm", (3, 4), on=(2, 3, 4), eps=1e-3, elementwise_affine=False),
    C("GroupNorm", 2, 4, on=(2, 4, 3)),
    C("GroupNorm", 4, 4, on=(2, 4, 3, 2), affine=False, eps=1e-3),
    C("GroupNorm", 1, 4, on=(2, 4, 3, 2), bias=False),
    C("LocalResponseNorm", 3, on=(2, 5, 4)),
    C("LocalResponseNorm", 2, alpha=0.1, beta=0.5, k=2.0, on=(2, 5, 4, 3)),
]
POOLINGS = [
    C("AvgPool1d", 2, on=(2, 3, 7)),
    C("AvgPool1d", 3, 2, 1, ceil_mode=True, count_include_pad=False, on=(3, 8)),
    C("AvgPool2d", (2, 3), on=_I2),
    C("AvgPool2d", 3, 2, 1, divisor_override=5, on=_I2),
    C("AvgPool3d", 2, 1, ceil_mode=True, on=_I3),
    C("MaxPool1d", 2, on=(2, 3, 7)),
    C("MaxPool1d", 3, 2, 1, return_indices=True, ceil_mode=True, on=(3, 8)),
    C("MaxPool2d", (2, 3), on=_I2),
    C("MaxPool2d", 3, 2, 1, dilation=1, return_indices=True, on=_I2),
    C("MaxPool3d", 2, 1, dilation=2, on=_I3),
    C("LPPool1d", 2, 3, on=(2, 3, 7)),
    C(
        "LPPool2d",
        3.0,
        (2, 3),
        2,
        ceil_mode=True,
        on=[lambda r, d: np.abs(r.random(_I2)).astype(d)],
    ),
    C("LPPool3d", 2.0, 2, on=_I3),
    C("AdaptiveAvgPool1d", 3, on=(2, 3, 7)),
    C("AdaptiveAvgPool2d", (None, 3), on=_I2),
    C("AdaptiveAvgPool3d", 2, on=_I3),
    C("AdaptiveMaxPool1d", 3, on=(2, 3, 7)),
    C("AdaptiveMaxPool2d", (2, None), return_indices=True, on=_I2),
    C("AdaptiveMaxPool3d", 2, on=_I3),
    C("MaxUnpool1d", 2, on=[(1, 2, 2), given([[[0, 3], [1, 2]]], "i8")]),
    C("MaxUnpool2d", 2, 2, on=[(1, 1, 1, 2), given([[[[5, 2]]]], "i8")]),
    C("MaxUnpool3d", 2, on=[(1, 1, 1, 1, 1), given([[[[[5]]]]], "i8")]),
]
_X = (2, 4, 3)
ACTIVATIONS = [
    *[
        C(name, on=_X)
        for name in [
            "ReLU",
            "ReLU6",
            "LeakyReLU",
            "ELU",
            "CELU",
            "SELU",
            "SiLU",
            "Mish",
            "GELU",
            "Softplus",
            "Softsign",
            "Sigmoid",
            "Tanh",
            "LogSigmoid",
            "Tanhshrink",
            "Hardsigmoid",
            "Hardswish",
            "Hardtanh",
            "Hardshrink",
            "Softshrink",
            "PReLU",
            "GLU",
            "Identity",
            "Flatten",
            "RReLU",
        ]
        if name != "GLU"
    ],
    C("LeakyReLU", 0.2, on=_X),
    C("ELU", 0.5, on=_X),
    C("CELU", 0.5, on=_X),
    C("GELU", "tanh", on=_X),
    C("Softplus", 2.0, 1.0, on=_X),
    C("Hardtanh", -0.5, 2.0, on=_X),
    C("Threshold", 0.1, 20.0, on=_X),
    C("Hardshrink", 0.2, on=_X),
    C("Softshrink", 0.2, on=_X),
    C("PReLU", 4, 0.1, on=_X),
    C("RReLU", 0.1, 0.4, on=_X),
    C("GLU", 1, on=_X),
    C("GLU", on=(2, 4)),
    C("Softmax", 1, on=_X),
    C("LogSoftmax", -1, on=_X),
    C("Softmin", 0, on=_X),
    C("Softmax2d", on=(2, 3, 2, 2)),
    C("ChannelShuffle", 2, on=_X),
    C("Dropout", 0.3, on=_X),
    C("Dropout2d", 0.3, on=(2, 3, 2, 2)),
    C("AlphaDropout", 0.3, on=_X),
]
SHAPES = [
    C("Flatten", 0, 1, on=_X),
    C("Unflatten", 1, (2, 2), on=_X),
    C("Fold", (4, 5), (2, 2), on=(1, 8, 12)),
    C("Unfold", (2, 3), padding=1, stride=2, dilation=1, on=(1, 2, 4, 5)),
    C("PixelShuffle", 2, on=(2, 8, 2, 3)),
    C("PixelUnshuffle", 2, on=(2, 2, 4, 6)),
    C("Upsample", scale_factor=2, on=(2, 3, 4)),
    C("Upsample", size=(5, 7), mode="bilinear", align_corners=False, on=(1, 2, 3, 4)),
    C("Upsample", scale_factor=(2.0, 1.5), mode="bicubic", on=(1, 2, 3, 4)),
    C("UpsamplingNearest2d", scale_factor=2, on=(1, 2, 3, 4)),
    C("UpsamplingBilinear2d", (5, 6), on=(1, 2, 3, 4)),
    *[
        C(f"{kind}Pad{n}d", 1, *more, on=(2, 3, *(4,) * n))
        for kind, more in (
            ("Zero", ()),
            ("Constant", (2.5,)),
            ("Reflection", ()),
            ("Replication", ()),
            ("Circular", ()),
        )
        for n in (1, 2, 3)
    ],
    C("ZeroPad2d", (1, 2, -1, 3), on=(2, 3, 4)),
    C("ReflectionPad2d", (1, 2, 0, 3), on=(3, 4, 4)),
    C("CosineSimilarity", on=[_X, _X]),
    C("CosineSimilarity", 2, 1e-3, on=[_X, _X]),
    C("PairwiseDistance", on=[(3, 4), (3, 4)]),
    C("PairwiseDistance", 1.0, 1e-3, True, on=[(3, 4), (3, 4)]),
]
LINEAR = [
    C("Linear", 3, 5, on=(2, 3)),
    C("Linear", 3, 5, bias=False, on=(2, 4, 3)),
    C("Linear", 3, 5, on=(3,)),
    C("Bilinear", 3, 4, 5, on=[(2, 3), (2, 4)]),
    C("Bilinear", 3, 4, 5, False, on=[(6, 2, 3), (6, 2, 4)]),
    C("Embedding", 7, 3, on=[ints((2, 4), 7)]),
    C("Embedding", 7, 3, padding_idx=-2, on=[ints((4,), 7)]),
    C("Embedding", 7, 3, max_norm=1.0, norm_type=1.0, on=[ints((2, 3), 7)]),
    C("Embedding", 7, 3, scale_grad_by_freq=True, on=[ints((2, 4), 3)]),
    *[
        C("EmbeddingBag", 7, 3, mode=mode, padding_idx=padding, on=[ints((4, 3), 7)])
        for mode in ("sum", "mean", "max")
        for padding in (None, 2)
    ],
    *[
        C(
            "EmbeddingBag",
            7,
            3,
            mode=mode,
            include_last_offset=last,
            on=[ints((6,), 7), given([0, 2, 2, 6] if last else [0, 2, 2, 5], "i8")],
        )
        for mode in ("sum", "mean", "max")
        for last in (False, True)
    ],
    C("EmbeddingBag", 7, 3, mode="sum", on=[ints((2, 4), 7)], call={"per_sample_weights": (2, 4)}),
    C("EmbeddingBag", 7, 3, max_norm=0.5, on=[ints((2, 4), 7)]),
]
