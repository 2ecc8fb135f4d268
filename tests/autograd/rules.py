"""The gradient rules of the op table on its samples: by the tape, by differences, by a capture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

import hodu
import hodu.ops._families  # without it the table holds only what was used so far
from hodu import dtypes
from hodu.dispatch.apply import apply
from hodu.dispatch.base import wrap
from hodu.errors import ValueRangeError
from hodu.ops._samples import S, T, arrays
from hodu.ops._table import REGISTRY, OpDef
from hodu.snapshot.interp import Interpreter
from tests.ops.captured import record
from tests.ops.cases import Case, leaves, nested

EPS = 1e-6
SIZED_BY_DATA = ("masked_select", "compress", "repeat_interleave", "unique", "unique_consecutive")
# They read one triangle, and their gradient is that of a matrix that stays symmetric.
SYMMETRIC = ("cholesky", "eigh")
Arrays = list[Any]


@dataclass(frozen=True)
class Rule:
    """An op and one of its samples, with floats in f64."""

    op: OpDef
    sample: S

    def inputs(self) -> Arrays:
        """The sample's arrays."""
        return arrays(self.sample, dtypes.f64, self.op.domain)

    def symmetric(self, inputs: Arrays) -> Arrays:
        """The tensors, or the symmetric part of a matrix of which one triangle is read."""
        if self.op.name in SYMMETRIC or self.sample.attrs.get("hermitian"):
            return [(inputs[0] + inputs[0].mT) / 2]
        return inputs

    def call(self, inputs: Arrays) -> list[Any]:
        """The float results of the op on tensors."""
        results = apply(self.op, self.symmetric(inputs), self.sample.attrs)
        return [t for t in leaves(results) if t.dtype.is_float]


def differentiable(op: OpDef) -> bool:
    """Whether the op has gradients: a rule, or parts to differentiate through."""
    return op.nondiff is None and (op.vjp is not None or op.compose is not None)


def rules() -> list[Rule]:
    """Every differentiable op x sample in which f64 inputs are possible and values are finite."""
    found = []
    for op in REGISTRY.values():
        if not differentiable(op):
            continue
        for sample in op.samples:
            rule = Rule(op, _in_f64(op, sample))
            if _is_usable(rule):
                found.append(rule)
    return found


def _in_f64(op: OpDef, sample: S) -> S:
    """The sample with the floats whose dtype it names as f64, where the op takes it."""

    def widened(spec: Any) -> Any:
        if isinstance(spec, list):
            return [widened(s) for s in spec]
        if isinstance(spec, T) and spec.dtype and dtypes.as_dtype(spec.dtype).is_float:
            return replace(spec, dtype="f64")
        return spec

    tensors = [
        widened(spec) if dtypes.f64 in op.allowed(p.name) else spec
        for p, spec in zip(op.schema.inputs, sample.tensors, strict=False)
    ]
    return S(*tensors, **sample.attrs)


def _is_usable(rule: Rule) -> bool:
    floats = [a for a in leaves(rule.inputs()) if a.dtype == np.float64]
    return bool(floats) and all(
        np.isfinite(a).all() and np.abs(a).max(initial=0) < 1e4 for a in floats
    )


def tensors(inputs: Arrays, *, requires_grad: bool) -> Arrays:
    """Tensors over the arrays; those of floats require grad."""

    def make(a: np.ndarray) -> hodu.Tensor:
        t = wrap(a)
        return t.requires_grad_(requires_grad and t.dtype.is_float)

    return nested(make, inputs)


def weighted(results: Sequence[Any], op: OpDef) -> Any:
    """One number made of all the results, by fixed random weights.

    By equal ones where a capture does not know the sizes.
    """
    rng = np.random.default_rng(3)
    total = hodu.zeros((), dtype="f64")
    for r in results:
        shape = () if op.name in SIZED_BY_DATA else [int(d) for d in r.shape]
        weights = hodu.tensor(rng.uniform(0.5, 1.5, shape)).to(r.dtype)
        total = total + (r * weights).to("f64").sum()
    return total


def gradients(rule: Rule, inputs: Arrays, *, create_graph: bool = False) -> tuple[Arrays, Arrays]:
    """The f64 input tensors and their gradients."""
    given = tensors(inputs, requires_grad=True)
    wanted = [t for t in leaves(given) if t.requires_grad]
    results = rule.call(given)
    if not any(r.requires_grad for r in results):
        return wanted, [hodu.zeros_like(t) for t in wanted]
    found = hodu.autograd.grad(
        weighted(results, rule.op), wanted, create_graph=create_graph, materialize_grads=True
    )
    return wanted, list(found)


def is_exact(rule: Rule) -> bool:
    """Whether all float results are finite f64, so that differences are an oracle."""
    results = rule.call(tensors(rule.inputs(), requires_grad=False))
    return all(t.dtype is hodu.f64 and bool(t.isfinite().all()) for t in results)


def value(rule: Rule, inputs: Arrays) -> float:
    """The weighted results, without the tape."""
    results = rule.call(tensors(inputs, requires_grad=False))
    return float(weighted(results, rule.op)) if results else 0.0


def compare_with_differences(
    f: Callable[[Arrays], float], inputs: Arrays, found: Sequence[np.ndarray], rtol: float
) -> None:
    """Each gradient against differences; where f has a kink, these are no oracle."""
    floats = [a for a in leaves(inputs) if a.dtype == np.float64]
    here = f(inputs)
    for array, gradient in zip(floats, found, strict=True):
        assert gradient.shape == array.shape
        for place in np.ndindex(array.shape):
            before = array[place]
            try:
                array[place] = before + EPS
                above = f(inputs)
                array[place] = before - EPS
                below = f(inputs)
            except ValueRangeError:  # at the border of what the op takes
                continue
            finally:
                array[place] = before
            sides = (above - here) / EPS, (here - below) / EPS
            if abs(sides[0] - sides[1]) > 1e-3 * (1 + abs(sides[0])):
                continue
            wanted = (above - below) / (2 * EPS)
            np.testing.assert_allclose(
                gradient[place], wanted, rtol=rtol, atol=rtol, err_msg=f"at {place}"
            )


def interpreted(snapshot: Any, arrays: Arrays) -> list[np.ndarray]:
    """The results of a captured program, run by the interpreter."""
    return list(Interpreter(snapshot).run(arrays))


def captured_gradients(
    rule: Rule, inputs: Arrays, run: Callable[[Any, Arrays], list[np.ndarray]] = interpreted
) -> list[np.ndarray]:
    """The gradients as a captured program computes them."""
    flat: list[np.ndarray] = []
    with hodu.capture("gradients") as board:

        def declare(a: np.ndarray) -> hodu.Tensor:
            x = board.input(f"x{len(flat)}", a.shape, dtypes.FROM_NUMPY[a.dtype])
            flat.append(a)
            return x.requires_grad_(x.dtype.is_float)

        given = nested(declare, inputs)
        case = Case(rule.op, rule.sample, dtypes.f64)
        results = [t for t in leaves(record(case)(rule.symmetric(given))) if t.dtype.is_float]
        wanted = [t for t in leaves(given) if t.requires_grad]
        total = weighted(results, rule.op)
        found = [hodu.zeros_like(t) for t in wanted]
        if total.requires_grad:
            found = list(hodu.autograd.grad(total, wanted, materialize_grads=True))
        for i, g in enumerate(found):
            board.target(f"g{i}", g)
    return run(board.snapshot, flat)
