"""Importing this module defines every op: it imports each family of this package."""

import importlib
import pkgutil

import hodu.ops

for _module in pkgutil.iter_modules(hodu.ops.__path__):
    if not _module.name.startswith("_"):
        importlib.import_module(f"hodu.ops.{_module.name}")
