"""The form of a kernel: what is left when nothing has a name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hodu.kernel.ir import Alloc, For, Kernel, Let
from hodu.kernel.text import print_kernel
from hodu.kernel.walk import statements

_NAME = re.compile(r"[A-Za-z_]\w*")


def form_of(kernel: Kernel) -> str:
    """A text that two kernels share if they are the same but for names and sizes of parameters.

    Which of the parameters may be the memory of the output is part of it: the others are
    `restrict` in C.
    """
    numbers = {name: f"_{i}" for i, name in enumerate(dict.fromkeys(names_in(kernel)))}
    types = [f"{buf.role} {buf.dtype} {buf.name in kernel.in_place}" for buf in kernel.params]
    body = print_kernel(kernel).partition("\n")[2]
    renamed = _NAME.sub(lambda match: numbers.get(match[0], match[0]), body)
    return "\n".join([kernel.name, *types, renamed])


def names_in(kernel: Kernel) -> Iterator[str]:
    """The names of parameters, then of what the body defines."""
    for buf in kernel.params:
        yield buf.name
    for stmt in statements(kernel.body):
        match stmt:
            case For(var=var) | Let(var=var):
                yield var.name
            case Alloc(buf=buf):
                yield buf.name
