"""Cases of the losses."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.nn.cases import C, Case, given, ints

_X = (4, 3)
_REDUCTIONS = ("none", "mean", "sum")


def _each(name: str, *args: Any, on: list[Any], **options: Any) -> list[Case]:
    return [C(name, *args, on=on, reduction=r, **options) for r in _REDUCTIONS]


def signs(shape: tuple[int, ...]):
    """Targets 1 and -1."""
    return lambda random, dtype: random.choice([-1.0, 1.0], shape).astype(dtype)


def parts(shape: tuple[int, ...], low: float = 0.05, high: float = 0.95):
    """Numbers between `low` and `high`."""
    return lambda random, dtype: random.uniform(low, high, shape).astype(dtype)


def shares(shape: tuple[int, ...], log: bool = False):
    """Probabilities along dimension 1, or their logarithms."""

    def make(random: np.random.Generator, dtype: str):
        drawn = random.random(shape) + 0.05
        drawn /= drawn.sum(1, keepdims=True)
        return (np.log(drawn) if log else drawn).astype(dtype)

    return make


WEIGHT = np.array([0.5, 1.0, 2.5])
REGRESSION = [
    *[c for n in ("MSELoss", "L1Loss", "SmoothL1Loss", "HuberLoss") for c in _each(n, on=[_X, _X])],
    C("SmoothL1Loss", beta=0.3, on=[_X, _X]),
    C("SmoothL1Loss", beta=0.0, on=[_X, _X]),
    C("HuberLoss", delta=0.3, on=[_X, _X]),
    *_each("PoissonNLLLoss", on=[_X, ints(_X, 5)]),
    C("PoissonNLLLoss", log_input=False, full=True, on=[parts(_X), ints(_X, 5)]),
    *_each("GaussianNLLLoss", on=[_X, _X, parts(_X)]),
    C("GaussianNLLLoss", full=True, eps=0.5, on=[_X, _X, parts((4, 1))]),
    C("GaussianNLLLoss", on=[_X, _X, parts((4,))]),
    *[C("KLDivLoss", reduction=r, on=[_X, shares(_X)]) for r in (*_REDUCTIONS, "batchmean")],
    C("KLDivLoss", log_target=True, reduction="batchmean", on=[_X, _X]),
]
CLASSES = [
    *_each("CrossEntropyLoss", on=[_X, ints((4,), 3)]),
    *_each("CrossEntropyLoss", weight=WEIGHT, on=[_X, ints((4,), 3)]),
    *_each("CrossEntropyLoss", weight=WEIGHT, label_smoothing=0.2, on=[_X, ints((4,), 3)]),
    *_each("CrossEntropyLoss", ignore_index=1, label_smoothing=0.2, on=[_X, ints((4,), 3)]),
    *_each("CrossEntropyLoss", weight=WEIGHT, label_smoothing=0.2, on=[_X, shares(_X)]),
    *_each("CrossEntropyLoss", on=[(2, 3, 4, 2), shares((2, 3, 4, 2))]),
    *_each("CrossEntropyLoss", weight=WEIGHT, ignore_index=0, on=[(2, 3, 4), ints((2, 4), 3)]),
    C("CrossEntropyLoss", on=[(3,), given(2, "i8")]),
    C("CrossEntropyLoss", label_smoothing=0.1, on=[(3,), given([0.2, 0.3, 0.5])]),
    *_each("NLLLoss", on=[_X, ints((4,), 3)]),
    *_each("NLLLoss", weight=WEIGHT, ignore_index=2, on=[(2, 3, 4, 2), ints((2, 4, 2), 3)]),
    C("NLLLoss", on=[(3,), given(1, "i8")]),
    *_each("BCELoss", on=[parts(_X), parts(_X)]),
    C("BCELoss", weight=WEIGHT, on=[parts(_X), parts(_X)]),
    *_each("BCEWithLogitsLoss", on=[_X, parts(_X)]),
    C("BCEWithLogitsLoss", weight=WEIGHT, pos_weight=WEIGHT * 2, on=[_X, parts(_X)]),
]
_LENGTHS = given([6, 4, 6], "i8")
CTC = [
    *_each("CTCLoss", on=[(6, 3, 5), ints((3, 2), 5, 1), _LENGTHS, given([2, 1, 2], "i8")]),
    C("CTCLoss", blank=4, on=[(6, 3, 5), ints((5,), 4), _LENGTHS, given([2, 1, 2], "i8")]),
    C(
        "CTCLoss",
        on=[(6, 3, 5), given([[1, 1], [2, 3], [4, 4]], "i8"), _LENGTHS, given([2, 0, 2], "i8")],
    ),
    C("CTCLoss", on=[(4, 5), given([1, 2], "i8"), given(4, "i8"), given(2, "i8")]),
    *[
        C(
            "CTCLoss",
            reduction="none",
            zero_infinity=zero,
            on=[
                (3, 2, 5),
                given([[1, 1, 1], [2, 3, 1]], "i8"),
                given([3, 3], "i8"),
                given([3, 3], "i8"),
            ],
        )
        for zero in (False, True)
    ],
]
MARGINS = [
    *_each("HingeEmbeddingLoss", on=[_X, signs(_X)]),
    C("HingeEmbeddingLoss", margin=0.3, on=[_X, signs(_X)]),
    *_each("CosineEmbeddingLoss", margin=0.2, on=[_X, _X, signs((4,))]),
    C("CosineEmbeddingLoss", on=[(3,), (3,), given(-1.0)]),
    *_each("MarginRankingLoss", margin=0.5, on=[(4,), (4,), signs((4,))]),
    *_each("SoftMarginLoss", on=[_X, signs(_X)]),
    *_each("MultiLabelSoftMarginLoss", on=[_X, ints(_X, 2)]),
    C("MultiLabelSoftMarginLoss", weight=WEIGHT, on=[_X, ints(_X, 2)]),
    *_each("MultiLabelMarginLoss", on=[(2, 4), given([[3, 0, -1, 1], [2, -1, 0, 0]], "i8")]),
    C("MultiLabelMarginLoss", on=[(4,), given([3, 0, -1, 1], "i8")]),
    *_each("MultiMarginLoss", on=[_X, ints((4,), 3)]),
    C("MultiMarginLoss", p=2, margin=0.5, weight=WEIGHT, on=[_X, ints((4,), 3)]),
    C("MultiMarginLoss", on=[(3,), given(1, "i8")]),
    *_each("TripletMarginLoss", on=[_X, _X, _X]),
    C("TripletMarginLoss", margin=0.3, p=1, swap=True, eps=1e-3, on=[_X, _X, _X]),
    *_each("TripletMarginWithDistanceLoss", swap=True, on=[_X, _X, _X]),
]
