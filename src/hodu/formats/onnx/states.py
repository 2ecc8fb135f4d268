"""States of a program, and bounds of named sizes, in an ONNX model, which has neither.

A state is an input with an initializer, its initial value, and what replaces it is an output. The
metadata says which inputs are states, which output replaces which input, and the least and the
greatest that a size may be, as JSON.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TypeVar

import msgspec
import onnx

from hodu.dims import Dim, Symbol, check_size, dim_name, symbol, symbols
from hodu.errors import FormatError
from hodu.formats.onnx.tensors import Origin, to_array
from hodu.snapshot.ir import Snapshot
from hodu.snapshot.verify import verify

STATES, ALIASES, BOUNDS = "hodu.states", "hodu.aliases", "hodu.bounds"
OWN = (STATES, ALIASES, BOUNDS)
_T = TypeVar("_T")


def state_names(model: onnx.ModelProto) -> list[str]:
    """The inputs that are states; raises FormatError for what is no input with a value."""
    names = _entry(model, STATES, list[str])
    held = {i.name for i in model.graph.initializer} & {i.name for i in model.graph.input}
    for name in names or []:
        if name not in held:
            raise FormatError(f"the state {name!r} is no input with an initializer")
    return names or []


def with_states(snapshot: Snapshot, model: onnx.ModelProto, origin: Origin) -> Snapshot:
    """The Snapshot with the states and aliases that the model's metadata names."""
    names, aliases = set(state_names(model)), _entry(model, ALIASES, dict[str, str])
    if not names and not aliases:
        return snapshot
    tensors = (t for t in model.graph.initializer if t.name in names)
    states = {t.name: to_array(t, origin) for t in tensors}
    return verify(dataclasses.replace(snapshot, states=states, aliases=aliases or {}))


def state_entries(snapshot: Snapshot) -> Mapping[str, str]:
    """The metadata of a Snapshot's states, aliases and bounds."""
    sizes = symbols(d for v in snapshot.inputs for d in v.type.shape)
    bounds = {s.name: (s.lo, s.hi) for s in sizes.values() if (s.lo, s.hi) != (1, None)}
    found: dict[str, object] = {STATES: list(snapshot.states), ALIASES: dict(snapshot.aliases)}
    found[BOUNDS] = bounds
    return {key: msgspec.json.encode(value).decode() for key, value in found.items() if value}


def bounded_sizes(model: onnx.ModelProto, given: Mapping[str, int]) -> dict[str, Dim]:
    """The sizes that have bounds, or what is given for them; raises ShapeError beyond these."""
    found: dict[str, Dim] = dict(given)
    bounds = _entry(model, BOUNDS, dict[str, tuple[int, int | None]]) or {}
    for name, (lo, hi) in bounds.items():
        if not 0 <= lo <= (lo if hi is None else hi) or dim_name(name) != name:
            raise FormatError(f"the bounds {lo} to {hi} of the size {name!r}")
        if name in given:
            check_size(Symbol(name, lo, hi), given[name])
        found.setdefault(name, symbol(name, lo, hi))
    return found


def _entry(model: onnx.ModelProto, key: str, kind: type[_T]) -> _T | None:
    text = next((p.value for p in model.metadata_props if p.key == key), None)
    if text is None:
        return None
    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.MsgspecError as error:
        raise FormatError(f"the metadata {key!r} of the model: {error}") from error
