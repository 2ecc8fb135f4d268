"""NumPy meanings of the ops, written independently of their kernels: one module a family.

Each module has `ORACLES: dict[str, Callable]`. An oracle takes the sample's arrays and attributes
and returns what the op should. Floats arrive as f64 (already rounded to the dtype under test), so
the result is the exact answer up to f64; integers and bools arrive in their own dtype. Where the
answer is not unique (a decomposition), a `_checker.Checker` says what must hold of it instead.
"""

import importlib
import pkgutil
from collections.abc import Callable
from typing import Any

ORACLES: dict[str, Callable[..., Any]] = {}
for _module in pkgutil.iter_modules(__path__):
    if _module.name.startswith("_"):
        continue
    ORACLES |= importlib.import_module(f"{__name__}.{_module.name}").ORACLES
