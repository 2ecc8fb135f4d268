"""Subscripts against PyTorch on random keys (run by `make test-torch`)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hodu
from tests.ops.keys import SHAPES, keys

torch = pytest.importorskip(
    "torch", reason="torch is the oracle here; `make test-torch` installs it"
)
pytestmark = pytest.mark.torch


def to_torch(key):
    return tuple(
        torch.from_numpy(k.astype(np.int64) if k.dtype != bool else k)
        if isinstance(k, np.ndarray)
        else k
        for k in key
    )


@settings(deadline=None, max_examples=500)
@given(st.data())
def test_reads_and_writes(data):
    shape = data.draw(SHAPES)
    x = np.arange(np.prod(shape, dtype=int), dtype=np.float32).reshape(shape)
    key = data.draw(keys(shape, advanced=True, negative=False))
    theirs = torch.from_numpy(x.copy())
    ours = hodu.from_numpy(x.copy())
    try:
        expected = theirs[to_torch(key)]
    except IndexError:
        with pytest.raises(hodu.HoduError):
            ours[key]
        return
    np.testing.assert_array_equal(ours[key].numpy(), expected.numpy())
    ours[key] = 100
    theirs[to_torch(key)] = 100
    np.testing.assert_array_equal(ours.numpy(), theirs.numpy())
