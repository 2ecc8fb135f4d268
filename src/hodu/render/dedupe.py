"""Kernels that are the same but for names, so that each is written once."""

from __future__ import annotations

from collections.abc import Iterable

from hodu.kernel.form import form_of
from hodu.kernel.ir import Kernel
from hodu.lower.program import Launch


def function_name(symbol: str, number: int, kernel: Kernel) -> str:
    """What the C function of a distinct kernel is called in the model `symbol`."""
    return f"{symbol}_k{number}_{kernel.name.replace('.', '_')}"


def same_kernels(launches: Iterable[Launch]) -> list[tuple[Kernel, list[Launch]]]:
    """Each distinct kernel with the launches that call it, in order of first use."""
    found: dict[str, tuple[Kernel, list[Launch]]] = {}
    for launch in launches:
        key = form_of(launch.kernel)
        found.setdefault(key, (launch.kernel, []))[1].append(launch)
    return list(found.values())
