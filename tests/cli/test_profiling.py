"""How near steps are to the limits of the machine."""

from __future__ import annotations

import math

import pytest

from hodu.backends.cpu.limits import Level, Limits
from hodu_cli.profiling import StepTime, by_name

LIMITS = Limits(100e9, 10e9, (Level(1000, 80e9, 40e9), Level(math.inf, 10e9, 5e9)))


@pytest.mark.parametrize(("count", "threads", "rate"), [(800, 1, 80e9), (1600, 1, 10e9),
                                                        (1600, 2, 80e9)])  # fmt: skip
def test_bytes_are_read_from_the_nearest_level_that_holds_them(
    count: int, threads: int, rate: float
) -> None:
    step = StepTime("a", 1e-6, operations=500, bytes=count).bounded(LIMITS, threads)
    assert step.least == pytest.approx((5e-9, count / rate))


def test_steps_of_one_name_have_levels_of_their_own() -> None:
    steps = [StepTime("a", 1e-6, bytes=n).bounded(LIMITS, 1) for n in (800, 1600)]
    (found,) = by_name(steps)
    assert found.least == pytest.approx((0.0, 800 / 80e9 + 1600 / 10e9))
    assert (found.calls, found.bytes, steps[0].calls) == (2, 2400, 1)
