"""Kernels that are the same but for names, so that each is written once."""

from __future__ import annotations

import re
from collections.abc import Iterable

from hodu.kernel.ir import Kernel
from hodu.kernel.text import print_kernel
from hodu.lower.program import Launch

_NAME = re.compile(r"[A-Za-z_]\w*")


def same_kernels(launches: Iterable[Launch]) -> list[tuple[Kernel, list[Launch]]]:
    """Each distinct kernel with the launches that call it, in order of first use."""
    found: dict[str, tuple[Kernel, list[Launch]]] = {}
    for launch in launches:
        key = _key(launch.kernel)
        found.setdefault(key, (launch.kernel, []))[1].append(launch)
    return list(found.values())


def _key(kernel: Kernel) -> str:
    """The text of a kernel in which parameters are called by their number.

    Which of them may be the memory of the output is part of it: the others are `restrict`.
    """
    numbers = {buf.name: f"p{i}" for i, buf in enumerate(kernel.params)}
    shared = kernel.in_place
    types = [f"{buf.role} {buf.dtype} {buf.name in shared}" for buf in kernel.params]
    body = print_kernel(kernel).partition("\n")[2]
    renamed = _NAME.sub(lambda match: numbers.get(match[0], match[0]), body)
    return "\n".join([kernel.name, *types, renamed])
