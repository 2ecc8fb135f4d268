"""Tensors exchanged with PyTorch over DLPack, sharing memory (run by `make test-torch`)."""

from __future__ import annotations

import numpy as np
import pytest

import hodu
from hodu import dtypes
from hodu.errors import DeviceError

torch = pytest.importorskip("torch", reason="`make test-torch` installs it")
pytestmark = pytest.mark.torch
EVERY = pytest.mark.parametrize("dtype", dtypes.ALL, ids=str)


@EVERY
def test_from_torch(dtype):
    theirs = torch.arange(6).reshape(2, 3).to(getattr(torch, dtype.alias))
    ours = hodu.from_dlpack(theirs.T)
    assert ours.dtype is dtype
    assert ours.data_ptr() == theirs.data_ptr()
    np.testing.assert_array_equal(
        ours.numpy().astype(np.float32), theirs.T.to(torch.float32).numpy()
    )
    theirs[0, 0] = 1
    assert ours[0, 0].item() == 1


@EVERY
def test_to_torch(dtype):
    ours = hodu.from_numpy(np.arange(6).reshape(2, 3).astype(dtype.numpy))
    theirs = torch.from_dlpack(ours.T)
    assert theirs.dtype == getattr(torch, dtype.alias)
    assert theirs.data_ptr() == ours.data_ptr()
    assert theirs.shape == (3, 2) and theirs.stride() == (1, 3)
    ours[0, 0] = 1
    assert theirs[0, 0].item() == 1


def test_a_tensor_of_another_device_is_refused():
    class Elsewhere:
        def __dlpack_device__(self):
            return (2, 0)

        def __dlpack__(self, **options):
            raise AssertionError("the device is asked first")

    with pytest.raises(DeviceError, match=r"x\.cpu\(\)"):
        hodu.from_dlpack(Elsewhere())
