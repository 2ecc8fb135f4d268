"""Ops that stand for operators of users: they go out under the domain that they came from."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from hodu.errors import UnsupportedError
from hodu.formats.onnx.export.registry import EXPORTS, Export
from hodu.formats.onnx.registry import version_of
from hodu.snapshot.ir import Node

if TYPE_CHECKING:
    from hodu.formats.onnx.export.emitter import Emitter


def exported_as(op: str, domain: str, name: str, since: int) -> None:
    """Let an op of the table go out as an operator of a domain, of the version `since`."""
    EXPORTS[op] = Export(partial(_emit, domain, name, since), 1, lambda node: True)


def _emit(domain: str, name: str, since: int, g: Emitter, node: Node, *inputs: Any) -> list[str]:
    flat = [x or "" for given in inputs for x in (given if isinstance(given, list) else [given])]
    while flat and not flat[-1]:
        flat.pop()
    attrs = {k: list(v) if isinstance(v, tuple) else v for k, v in node.attrs.items()}
    kept = {k: v for k, v in attrs.items() if v not in (None, [])}
    if domain:
        g.operators[domain, name] = since
    return g.foreign(domain, name, flat, node.outputs, kept)


def versions_of(operators: Mapping[tuple[str, str], int]) -> dict[str, int]:
    """The version of each domain: that of its newest operator.

    Raises UnsupportedError if it means another version of an older operator than the one used.
    """
    versions: dict[str, int] = {}
    for (domain, _), since in operators.items():
        versions[domain] = max(since, versions.get(domain, 1))
    for (domain, name), since in operators.items():
        if version_of(domain, name, versions[domain]) != since:
            raise UnsupportedError(
                f"{domain}.{name} of version {since} in a model that needs version "
                f"{versions[domain]} of the domain, which has a newer {name}",
                hint="save it as .hdss",
            )
    return versions
