"""Every op x sample x dtype of the table, as test parameters, and how results are compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import hodu
import hodu.ops._families  # without it the table holds only what was used so far
from hodu import dtypes
from hodu.ops._samples import S, T, arrays
from hodu.ops._table import REGISTRY, OpDef

RTOL = {"f64": 1e-11, "f32": 2e-5, "f16": 4e-3, "bf16": 2e-2, "f8e4m3": 0.15, "f8e5m2": 0.3}
ATOL = {"f64": 1e-12, "f32": 2e-6, "f16": 1e-3, "bf16": 1e-2, "f8e4m3": 0.02, "f8e5m2": 0.02}


@dataclass(frozen=True)
class Case:
    """One sample of one op in one dtype."""

    op: OpDef
    sample: S
    dtype: hodu.DType

    def inputs(self) -> list[Any]:
        """The sample's arrays (None and lists where it has them)."""
        return arrays(self.sample, self.dtype, self.op.domain)


def _free(sample: S) -> bool:
    """Whether some tensor of the sample takes the dtype under test."""

    def free(spec: Any) -> bool:
        if isinstance(spec, list):
            return any(map(free, spec))
        return spec is not None and not (isinstance(spec, T) and spec.dtype)

    return any(map(free, sample.tensors))


def _dtypes(op: OpDef, sample: S) -> list[hodu.DType]:
    names = [p.name for p, t in zip(op.schema.inputs, sample.tensors, strict=False) if _free(S(t))]
    allowed = [t for t in dtypes.ALL if all(t in op.allowed(n) for n in names)]
    return allowed if _free(sample) else [dtypes.f32]


def cases_of(op: OpDef) -> Iterator[Case]:
    """Every case of one op, sample by sample."""
    return (Case(op, sample, t) for sample in op.samples for t in _dtypes(op, sample))


def samples() -> list[Any]:
    """The cases of each op and sample together, as one parameter: a list, one case a dtype."""
    return [
        pytest.param([Case(op, sample, t) for t in _dtypes(op, sample)], id=f"{op.name}-{index}")
        for op in REGISTRY.values()
        for index, sample in enumerate(op.samples)
    ]


def for_each(group: list[Case], check: Callable[[Case], None]) -> None:
    """Check every dtype of a sample; the failures are reported together."""
    failures: list[Exception] = []
    for case in group:
        try:
            check(case)
        except (AssertionError, Exception) as error:
            error.add_note(f"{case.op.name}({case.sample}) in {case.dtype}")
            failures.append(error)
    if failures:
        raise ExceptionGroup(f"{len(failures)} of {len(group)} dtypes", failures)


def nested(make: Callable[[Any], Any], value: Any) -> Any:
    """`make` of every array in nested lists; None stays."""
    if isinstance(value, list):
        return [nested(make, v) for v in value]
    return None if value is None else make(value)


def leaves(value: Any) -> list[Any]:
    """The arrays in nested lists and tuples, in order."""
    if isinstance(value, (list, tuple)):
        return [leaf for v in value for leaf in leaves(v)]
    return [] if value is None else [value]


def call(case: Case, inputs: list[Any]) -> list[np.ndarray]:
    """Run the op eagerly on arrays."""
    from hodu.dispatch.apply import apply
    from hodu.dispatch.base import wrap

    def tensor(a: Any) -> Any:
        return [tensor(e) for e in a] if isinstance(a, list) else None if a is None else wrap(a)

    return [
        t.numpy() for t in leaves(apply(case.op, [tensor(a) for a in inputs], case.sample.attrs))
    ]


def upcast(value: Any) -> Any:
    """Floats as f64, everything else as it is."""
    if isinstance(value, list):
        return [upcast(v) for v in value]
    if value is None:
        return None
    return value.astype(np.float64) if dtypes.FROM_NUMPY[value.dtype].is_float else value


def assert_close(got: np.ndarray, expected: Any, case: Case) -> None:
    """Same shape; floats within the tolerance of the dtype (NaN equal), the rest equal."""
    dtype = dtypes.FROM_NUMPY[got.dtype]
    expected = np.asarray(expected)
    assert got.shape == expected.shape
    if not dtype.is_float:
        np.testing.assert_array_equal(
            got, expected.astype(dtype.numpy) if expected.dtype.kind != "b" else expected
        )
        return
    worst = (
        dtype.name if dtype.bits <= case.dtype.bits or not case.dtype.is_float else case.dtype.name
    )
    want = expected.astype(dtype.numpy).astype(np.float64)
    np.testing.assert_allclose(got.astype(np.float64), want, rtol=RTOL[worst], atol=ATOL[worst])
