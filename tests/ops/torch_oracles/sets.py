"""PyTorch's unique with all its results."""

from __future__ import annotations

import torch

from tests.ops.torch_oracles._lacking import Lacking


def _all(fn):
    def oracle(x, dim=None):
        if dim is not None and 0 in x.shape and x.size(dim):
            raise Lacking("slices of no elements")
        return fn(x, return_inverse=True, return_counts=True, dim=dim)

    return oracle


TORCH = {"unique": _all(torch.unique), "unique_consecutive": _all(torch.unique_consecutive)}
