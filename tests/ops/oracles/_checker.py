"""Oracles for results that are not unique: they check what must hold, not the numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.ops.cases import ATOL, RTOL, Case

Pairs = Iterable[tuple[Any, Any]]


@dataclass(frozen=True)
class Checker:
    """`claims(inputs, outputs, **attrs)` gives pairs of arrays that must be close.

    Inputs and outputs are f64; the tolerance is that of the dtype under test, relative to the
    largest element, with room for a product of a few rounded factors.
    """

    claims: Callable[..., Pairs]

    def check(self, case: Case, inputs: list[Any], outputs: list[Any]) -> None:
        """Assert every claim about the outputs of one case."""
        rtol, atol = 4 * RTOL[case.dtype.name], 4 * ATOL[case.dtype.name]
        for got, wanted in self.claims(inputs, outputs, **case.sample.attrs):
            wide = np.asarray(got, np.float64), np.asarray(wanted, np.float64)
            assert wide[0].shape == wide[1].shape
            scale = max(1.0, np.abs(wide[1]).max(initial=0))
            np.testing.assert_allclose(*wide, rtol=rtol, atol=max(atol, rtol * scale))
