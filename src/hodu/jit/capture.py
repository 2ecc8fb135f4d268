"""A function made a program: traced until everything that it reads and updates is a state of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hodu import functional
from hodu.dispatch.base import TensorBase
from hodu.dispatch.eager_writes import EagerWrites
from hodu.dispatch.tape import Leaf
from hodu.errors import CaptureError
from hodu.jit.names import free_name
from hodu.jit.trace import Trace, trace
from hodu.snapshot.builder import Held
from hodu.snapshot.ir import Snapshot
from hodu.source import location


@dataclass(frozen=True, slots=True)
class Captured:
    """A function as a Snapshot, whose states are inputs that a run updates in place.

    `arguments` are the names of the tensors of a call in their order, `written` those that it
    writes. `gradients` are the states that are the gradient of a leaf, by name. A call fits while
    none of `bare`, the leaves without one, has collected a gradient; `cleared` lose theirs in each
    call.
    """

    snapshot: Snapshot
    result: Any
    arguments: Sequence[str]
    written: Sequence[str]
    held: Mapping[str, Held]
    gradients: Mapping[str, Any]
    bare: Sequence[Any]
    cleared: Sequence[Any]

    def fits(self) -> bool:
        """Whether a call now would do what the captured one did."""
        return all(leaf.grad is None for leaf in self.bare)


def capture(
    function: Callable[..., Any],
    arguments: Sequence[Any],
    structure: Any,
    states: Mapping[str, TensorBase],
) -> Captured:
    """The program of a call; `states` are known to be states of it, others are found.

    Found are tensors of outside that are written, those that require grad, and gradients that the
    function adds to or leaves behind. Those that it made itself are none when it runs again.
    Raises CaptureError if it writes views of outer tensors with values that are known.
    """
    found = _with_gradients(states)
    first = trace(function, arguments, structure, found)
    missing = [*first.outer, *first.leaves, *first.collecting]
    if not missing and not first.eager:
        return _captured(first, found)
    for leaf in first.collecting:
        leaf.grad = functional.zeros_like(leaf, requires_grad=False)
    names = {id(t): name for name, t in found.items()}
    more = [t for t in _unique((*first.outer, *first.leaves)) if id(t) not in names]
    found = _with_gradients({**states, **{f"state_{i}": t for i, t in enumerate(more)}})
    second = trace(function, arguments, structure, found)
    counters = _written_again(first.eager, second.eager)
    if counters:
        found.update((free_name(f"state_{i}", found), t) for i, t in enumerate(counters))
        second = trace(function, arguments, structure, found)
    if second.leaves or second.collecting:
        raise CaptureError(
            f"{getattr(function, '__name__', 'function')}() uses other parameters each time it is "
            "called",
            where=location(),
            hint="make models and parameters outside of it",
        )
    return _captured(second, found)


def _written_again(first: EagerWrites, second: EagerWrites) -> list[Any]:
    """The tensors of outside that two captures wrote with known values, as they were before.

    What only the first one wrote was made by it, or once for all.
    """
    counters, views = second.tensors_in(first), second.memory_in(first)
    first.restore([*counters, *views])
    if views:
        raise CaptureError(
            "a view of a tensor of outside is written with values that are known by now, which "
            "would happen only while the function is captured",
            where=location(),
            hint="name that tensor in state=, or write to it as in x[0:2] = value",
        )
    return counters


def _unique(tensors: Sequence[Any]) -> list[Any]:
    return list({id(t): t for t in tensors}.values())


def _with_gradients(states: Mapping[str, TensorBase]) -> dict[str, TensorBase]:
    """The states with the gradients that they have collected."""
    found = dict(states)
    for name, tensor in states.items():
        gradient = getattr(tensor, "_grad", None) if isinstance(tensor._node, Leaf) else None
        if gradient is not None:
            found[free_name(f"{name}.grad", found)] = gradient
    return found


def _captured(found: Trace, states: Mapping[str, TensorBase]) -> Captured:
    leaves = [t for t in states.values() if isinstance(t._node, Leaf)]
    owners = {id(t._grad): t for t in leaves if getattr(t, "_grad", None) is not None}
    snapshot = _without_idle(found.snapshot)
    names = {v.name for v in snapshot.inputs}
    held = {name: h for name, h in found.held.items() if name in names}
    return Captured(
        snapshot,
        found.result,
        found.arguments,
        found.written,
        held,
        {name: owners[id(h.tensor)] for name, h in held.items() if id(h.tensor) in owners},
        [t for t in leaves if id(t) not in {id(o) for o in owners.values()}],
        found.cleared,
    )


def _without_idle(snapshot: Snapshot) -> Snapshot:
    """Without the states that are neither read nor written."""
    used = {v for node in snapshot.nodes for v in node.inputs}
    used.update(v for name, v in snapshot.outputs.items() if name not in snapshot.aliases)
    by_name = {v.name: v for v in snapshot.inputs}
    idle = {
        output: name
        for output, name in snapshot.aliases.items()
        if name in snapshot.states
        and snapshot.outputs[output] is by_name[name]
        and by_name[name] not in used
        and not any(v is by_name[name] for o, v in snapshot.outputs.items() if o != output)
    }
    dropped = set(idle.values())
    return replace(
        snapshot,
        inputs=tuple(v for v in snapshot.inputs if v.name not in dropped),
        outputs={k: v for k, v in snapshot.outputs.items() if k not in idle},
        aliases={k: v for k, v in snapshot.aliases.items() if k not in idle},
        states={k: v for k, v in snapshot.states.items() if k not in dropped},
    )
