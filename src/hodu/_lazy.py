"""Modules whose attributes are imported on first use, which keeps `import hodu` quick."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping


def attach(module: str, homes: Mapping[str, str]) -> None:
    """Let `module` find the attributes in `homes`: name -> "module:attribute" or "module"."""
    namespace = vars(sys.modules[module])

    def find(name: str) -> object:
        home = homes.get(name)
        if home is None:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        place, _, attribute = home.partition(":")
        found = importlib.import_module(place)
        value = namespace[name] = getattr(found, attribute) if attribute else found
        return value

    namespace["__getattr__"] = find
    namespace["__dir__"] = lambda: sorted({*namespace, *homes})
