"""Schedulers with their options, made from the module that is given: Hodu's or PyTorch's."""

from __future__ import annotations

from typing import Any

STEPS = 200


class _Made:
    """How to make a scheduler of a module `m` over an optimizer `o`."""

    def __init__(self, name: str, **options: Any) -> None:
        self.name, self.options = name, options

    def __call__(self, m: Any, o: Any) -> Any:
        """The scheduler."""
        return getattr(m, self.name)(o, **self.options)


def _halved(epoch: int) -> float:
    return 0.5 ** (epoch // 30)


def _slower(epoch: int) -> float:
    return 0.99 if epoch % 3 else 1.0


SINGLE = [
    _Made("StepLR", step_size=7),
    _Made("StepLR", step_size=30, gamma=0.5),
    _Made("MultiStepLR", milestones=[5, 30, 30, 120], gamma=0.7),
    _Made("ExponentialLR", gamma=0.97),
    _Made("ConstantLR", factor=0.25, total_iters=40),
    _Made("LinearLR", start_factor=0.1, end_factor=0.8, total_iters=50),
    _Made("LinearLR"),
    _Made("PolynomialLR", total_iters=120, power=2.0),
    _Made("CosineAnnealingLR", T_max=33, eta_min=0.001),
    _Made("CosineAnnealingLR", T_max=200),
    _Made("CosineAnnealingWarmRestarts", T_0=11),
    _Made("CosineAnnealingWarmRestarts", T_0=5, T_mult=2, eta_min=0.01),
    _Made("LambdaLR", lr_lambda=_halved),
    _Made("LambdaLR", lr_lambda=[_halved, _slower]),
    _Made("MultiplicativeLR", lr_lambda=_slower),
    _Made("OneCycleLR", max_lr=0.5, total_steps=220),
    _Made("OneCycleLR", max_lr=[0.5, 0.2], epochs=10, steps_per_epoch=25, three_phase=True),
    _Made("OneCycleLR", max_lr=0.5, total_steps=201, anneal_strategy="linear", pct_start=0.1),
    _Made("CyclicLR", base_lr=0.01, max_lr=0.2, step_size_up=13),
    _Made("CyclicLR", base_lr=0.01, max_lr=0.2, step_size_up=9, mode="triangular2"),
    _Made("CyclicLR", base_lr=0.01, max_lr=0.2, step_size_up=9, step_size_down=20, gamma=0.98,
          mode="exp_range"),
    _Made("CyclicLR", base_lr=[0.1, 0.2], max_lr=1.0, step_size_up=9, scale_fn=lambda x: 1 / x),
]  # fmt: skip
COMBINED = {
    "chained": lambda m, o: m.ChainedScheduler(
        [m.ConstantLR(o, factor=0.1, total_iters=20), m.ExponentialLR(o, gamma=0.98)]
    ),
    "warm-up then cosine": lambda m, o: m.SequentialLR(
        o,
        [m.LinearLR(o, start_factor=0.1, total_iters=20), m.CosineAnnealingLR(o, T_max=180)],
        [20],
    ),
    "four in a row": lambda m, o: m.SequentialLR(
        o,
        [
            m.ConstantLR(o, factor=0.5, total_iters=10),
            m.StepLR(o, step_size=10, gamma=0.9),
            m.LambdaLR(o, _halved),
            m.MultiStepLR(o, milestones=[0, 20], gamma=0.9),
            m.CosineAnnealingWarmRestarts(o, T_0=9),
        ],
        [15, 50, 100, 150],
    ),
}
ALL = {f"{made.name} {i}": made for i, made in enumerate(SINGLE)} | COMBINED
