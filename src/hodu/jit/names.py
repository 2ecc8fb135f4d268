"""What the arguments of a captured call are called in its Snapshot."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable, Collection, Container, Iterator
from typing import Any

from hodu import tree

_ORDERED = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def argument_names(
    function: Callable[..., Any], structure: Any, taken: Collection[str]
) -> list[str]:
    """A name for each tensor of a call `(args, kwargs)`: its parameter's, and where in it it lies.

    `batch.0` is the first tensor of the list `batch`. A name in `taken`, or a double one, gets a
    number.
    """
    args, kwargs = structure
    found: list[str] = []
    by_position = zip(_parameters(function), args, strict=False)
    for label, value in itertools.chain(by_position, kwargs.items()):
        for path in _paths(value, label):
            found.append(free_name(path, {*taken, *found}))
    return found


def _parameters(function: Callable[..., Any]) -> Iterator[str]:
    """The names of parameters by position, as many as are asked for; of a module its forward's."""
    try:
        parameters = inspect.signature(getattr(function, "forward", function)).parameters.values()
    except (TypeError, ValueError):  # of C, or no function at all
        parameters = {}.values()
    yield from (p.name for p in parameters if p.kind in _ORDERED)
    rest = (p.name for p in parameters if p.kind is inspect.Parameter.VAR_POSITIONAL)
    label = next(rest, "arg")
    yield from (f"{label}{i}" for i in itertools.count())


def _paths(value: Any, label: str) -> Iterator[str]:
    """The places of tensors in a structure, in the order of `tree.flatten`."""
    if value is tree.LEAF:
        yield label
    elif isinstance(value, dict):
        for key, entry in value.items():
            yield from _paths(entry, f"{label}.{key}")
    elif isinstance(value, (tuple, list)):
        for i, entry in enumerate(value):
            yield from _paths(entry, f"{label}.{i}")


def free_name(name: str, taken: Container[str]) -> str:
    """The name, with a number where it is taken."""
    names = itertools.chain([name], (f"{name}_{i}" for i in itertools.count()))
    return next(n for n in names if n not in taken)
