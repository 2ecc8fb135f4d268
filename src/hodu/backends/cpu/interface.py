"""What a Snapshot takes and returns, without its states."""

from __future__ import annotations

from hodu.artifact import ArtifactTensorInfo
from hodu.dims import symbols
from hodu.snapshot.ir import Snapshot


def input_infos(snapshot: Snapshot) -> tuple[ArtifactTensorInfo, ...]:
    """The inputs that are not states."""
    return tuple(
        ArtifactTensorInfo.of(v.name, v.type)
        for v in snapshot.inputs
        if v.name not in snapshot.states
    )


def output_infos(snapshot: Snapshot) -> tuple[ArtifactTensorInfo, ...]:
    """The outputs that are not what a state becomes."""
    return tuple(
        ArtifactTensorInfo.of(name, v.type)
        for name, v in snapshot.outputs.items()
        if name not in snapshot.aliases
    )


def state_infos(snapshot: Snapshot) -> tuple[ArtifactTensorInfo, ...]:
    """The states, with the types that they have for good."""
    return tuple(
        ArtifactTensorInfo.of(v.name, v.type) for v in snapshot.inputs if v.name in snapshot.states
    )


def unbound_dims(snapshot: Snapshot) -> list[str]:
    """The names of the dimensions of inputs that have no size yet."""
    return list(symbols(d for v in snapshot.inputs for d in v.type.shape))
