"""PyTorch's meanings of the ops, one module a family: `TORCH: dict[str, Callable]`.

An oracle takes torch tensors in the dtype under test and the sample's attributes. It is needed
only where `torch.NAME` or `torch.nn.functional.NAME` does not take the same arguments. A dtype
that PyTorch refuses is its own affair (tests/ops/test_torch.py then asks in a wider one), but an
oracle raises `Lacking` for what PyTorch cannot say.
"""

import importlib
import pkgutil
from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("torch", reason="torch is the oracle here; `make test-torch` installs it")

TORCH: dict[str, Callable[..., Any]] = {}
for _module in pkgutil.iter_modules(__path__):
    if not _module.name.startswith("_"):
        TORCH |= importlib.import_module(f"{__name__}.{_module.name}").TORCH
