"""Random programs, compiled without and with optimization, against the interpreter."""

from __future__ import annotations

import numpy as np
import pytest

from tests.compiled.fuzz import check_program


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("level", [0, 3])
def test_random_program(seed, level):
    with np.errstate(all="ignore"):
        check_program(seed, level)
