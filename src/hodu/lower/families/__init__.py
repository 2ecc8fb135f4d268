"""The rules, one family of ops a module, which is imported when an op of it is to be lowered."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable

from hodu.lower._family_of import FAMILY_OF


def load(ops: Iterable[str]) -> None:
    """Register the rules of ops, of those that have any."""
    for family in sorted({FAMILY_OF[op] for op in ops if op in FAMILY_OF}):
        importlib.import_module(f"{__name__}.{family}")


def load_all() -> None:
    """Register the rules of all ops."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
