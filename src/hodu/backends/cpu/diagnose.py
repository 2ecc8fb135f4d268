"""Everything that the CPU compiler does not take of a Snapshot, at once."""

from __future__ import annotations

from hodu.backends.cpu.interface import unbound_dims
from hodu.backends.cpu.prepare import has_kernel
from hodu.errors import UnsupportedError
from hodu.lower.limits import LIMITS
from hodu.lower.lowering import lower, unsupported_nodes
from hodu.passes import optimize
from hodu.plan.target import Target, host
from hodu.snapshot.ir import Node, Snapshot
from hodu.snapshot.problem import Problem

_INTERPRETED = (
    "hodu.compile leaves it to the interpreter; hodu.build needs the model cut there, or another "
    "operator in its place"
)


def diagnose(snapshot: Snapshot, target: Target | None = None) -> list[Problem]:
    """The nodes without code, or what lowering for a target refuses.

    For a `target`, ahead of time, all sizes must be known; else code is made when they are.
    """
    unbound = unbound_dims(snapshot)
    optimized = optimize(snapshot, keep=has_kernel)
    found = [_without_code(node) for node in unsupported_nodes(optimized)]
    if unbound and target is not None:
        hint = " ".join(["give them:", *(f"--dim {name}=1" for name in unbound)])
        reason = f"dimensions without a size: {', '.join(unbound)}"
        found.append(Problem("compile", snapshot.name, "", reason, hint))
    if not found and not unbound:
        try:
            lower(optimized, target or host())
        except UnsupportedError as error:
            where = error.where or snapshot.name
            found.append(Problem("compile", where, "", error.message, error.hint or _INTERPRETED))
    return found


def _without_code(node: Node) -> Problem:
    types = tuple(str(v.type) for v in node.inputs if v is not None)
    taken = f"; of it is taken {LIMITS[node.op]}" if node.op in LIMITS else ""
    name = node.loc or node.outputs[0].name
    return Problem("compile", name, node.op, f"no code for it{taken}", _INTERPRETED, types)
