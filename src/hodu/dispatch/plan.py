"""Which casts a combination of dtypes needs for an op, and whether the op takes it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Literal, TypeAlias

import numpy as np

from hodu import dtypes
from hodu.dtypes import DType
from hodu.errors import DTypeError, HoduError
from hodu.ops import _autocast
from hodu.ops._table import REGISTRY, OpDef, Promote
from hodu.source import location

_COMPARISONS = (np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal)
_NATIVE = frozenset(t.numpy for t in dtypes.ALL if t.numpy.kind in "iuf")
Key: TypeAlias = tuple[tuple[Any, int], ...]
_by_region: dict[tuple[OpDef, DType | None, Key], tuple[Any, ...]] = {}


def set_promotion(mode: Literal["torch", "strict"]) -> None:
    """Choose how mixed dtypes are treated: promoted as PyTorch does, or refused ("strict")."""
    dtypes.set_promotion(mode)
    for op in REGISTRY.values():
        op.plans.clear()
        op.same_dtype.clear()
        op.with_number.clear()
    _by_region.clear()


def make_plan(op: OpDef, inputs: Sequence[Any], key: Key) -> tuple[Any, ...]:
    """The casts that this combination of dtypes needs, one for each tensor; () for none."""
    try:
        if op.autocast is not None:
            return _plan_by_region(op, op.autocast, inputs, key)
        casts = casts_of(op, inputs, key)
    except HoduError as error:
        error.where = error.where or location()
        raise
    _note(op, key, casts)
    return casts


def _plan_by_region(
    op: OpDef, policy: _autocast.Policy, inputs: Sequence[Any], key: Key
) -> tuple[Any, ...]:
    """The casts of an op that autocast concerns; noted in the op only while no region is open."""
    region = _autocast.region_var.get()
    known = (op, None if region is None else region.dtype, key)
    casts = _by_region.get(known)
    if casts is None:
        plan = casts_of if region is None else partial(_autocasts, region, policy)
        casts = plan(op, inputs, key)
        _by_region[known] = casts
    with _autocast.lock:
        if region is None and not _autocast.is_open():
            _note(op, key, casts)
    return casts


def _autocasts(
    region: _autocast.Region, policy: _autocast.Policy, op: OpDef, inputs: Sequence[Any], key: Key
) -> tuple[Any, ...]:
    """The casts to the dtypes of the region, and from there to those of the op's promotion."""
    given = [dtypes.FROM_NUMPY[kind] for kind, _ in key if not isinstance(kind, type)]
    aims = [_aim(region, policy, given, kind) for kind, _ in key]
    brought = tuple([(aim, mark) for aim, (_, mark) in zip(aims, key, strict=True)])
    casts = casts_of(op, inputs, brought) or (None,) * len(key)
    triples = zip(casts, aims, key, strict=True)
    found = [aim if cast is None and aim is not kind else cast for cast, aim, (kind, _) in triples]
    return tuple(found) if any(c is not None for c in found) else ()


def _aim(
    region: _autocast.Region, policy: _autocast.Policy, given: Sequence[DType], kind: Any
) -> Any:
    """The dtype of a tensor in the region; numbers have none of their own."""
    if isinstance(kind, type):
        return kind
    return region.target(policy, given, dtypes.FROM_NUMPY[kind]).numpy


def _note(op: OpDef, key: Key, casts: tuple[Any, ...]) -> None:
    op.plans[key] = casts
    if len(key) == 2 and op.eager is not None:
        _note_short_ways(op, op.eager, key, casts)


def _note_short_ways(
    op: OpDef, kernel: Callable[..., Any], key: Key, casts: tuple[Any, ...]
) -> None:
    """Remember for the operators when two operands can go to the kernel as they are.

    A number can where the kernel is a ufunc and the operands meet in the array's dtype, because
    NumPy gives Python numbers the dtype of the array too, and compares exactly.
    """
    (a, _), (b, _) = key
    if not casts and a is b:
        op.same_dtype[a] = kernel
    if isinstance(kernel, np.ufunc) and (op.prepare is None or kernel in _COMPARISONS):
        for array, number, array_cast in ((a, b, casts[:1]), (b, a, casts[1:])):
            if number in (int, float) and array in _NATIVE and array_cast in ((), (None,)):
                op.with_number[array, number] = kernel


def casts_of(op: OpDef, inputs: Sequence[Any], key: Key) -> tuple[Any, ...]:
    """Like `make_plan`, without remembering it."""
    return _casts(op, _input_names(op, inputs), key)


def _input_names(op: OpDef, inputs: Sequence[Any]) -> list[str]:
    names: list[str] = []
    for param, x in zip(op.schema.inputs, inputs, strict=True):
        if isinstance(x, (list, tuple)) and param.is_list:
            names += [param.name] * sum(e is not None for e in x)
        elif x is not None:
            names.append(param.name)
    return names


def _operand(entry: tuple[Any, int]) -> tuple[DType, dtypes.Rank]:
    kind, mark = entry
    if isinstance(kind, type):
        return dtypes.of_scalar(kind(0)), 0
    return dtypes.FROM_NUMPY[kind], 1 if mark else 2


def _casts(op: OpDef, names: Sequence[str], key: Key) -> tuple[Any, ...]:
    operands = [_operand(entry) for entry in key]
    involved = tuple(o for o, name in zip(operands, names, strict=True) if name in op.promoted)
    common: DType | None = None
    if op.promote is not Promote.NONE and involved:
        common = dtypes.result_type(involved, dtypes.is_strict())
        if op.promote is Promote.FLOAT and not common.is_float:
            common = dtypes.f32
    casts: list[Any] = []
    for name, (dtype, _), (kind, _) in zip(names, operands, key, strict=True):
        target = common if common is not None and name in op.promoted else dtype
        _check_allowed(op, name, target)
        held = dtypes.f64 if kind is float else dtype
        casts.append(None if target is held else target.numpy)
    return tuple(casts) if any(c is not None for c in casts) else ()


def _check_allowed(op: OpDef, name: str, dtype: DType) -> None:
    allowed = op.allowed(name)
    if dtype in allowed:
        return
    listed = ", ".join(t.name for t in dtypes.ALL if t in allowed)
    raise DTypeError(
        f"{op.name}() does not take {dtype} for {name!r}",
        hint=f"it takes {listed}; cast with .to()",
    )
