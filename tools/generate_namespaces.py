"""The further public modules that `where` names, such as hodu.linalg: they only re-export."""

from __future__ import annotations

from collections import defaultdict

from hodu.ops._table import FUNCTIONS, REGISTRY, FunctionDef, OpDef
from tools.generate_functions import HEADER


def modules() -> dict[str, str]:
    """File name -> text, for each module that `where` names as "module" or "module:name"."""
    shown: dict[str, dict[str, str]] = defaultdict(dict)
    public = [o for o in REGISTRY.values() if o.public or o.name in FUNCTIONS]
    entries: list[OpDef | FunctionDef] = [*public, *FUNCTIONS.values()]
    for entry in entries:
        for place in entry.where:
            module, _, name = place.partition(":")
            shown[module][name or entry.name] = entry.name
    return {f"src/hodu/{m.replace('.', '/')}.py": _module(m, names) for m, names in shown.items()}


def _module(module: str, names: dict[str, str]) -> str:
    """Explicit imports for type checkers; each function is imported on first use."""
    head = HEADER.format(title=f"The functions of hodu.{module}.")
    imports = [f"    from hodu.functional import {names[name]} as {name}" for name in sorted(names)]
    listed = ",\n".join(f'    "{name}"' for name in sorted(names))
    places = [f'    "{name}": "hodu.functional:{names[name]}",' for name in sorted(names)]
    lines = [
        head,
        "from typing import TYPE_CHECKING",
        "from hodu._lazy import attach",
        "if TYPE_CHECKING:",
        *imports,
        f"\n__all__ = [\n{listed},\n]\n",
        "attach(__name__, {",
        *places,
        "})\n",
    ]
    return "\n".join(lines)
