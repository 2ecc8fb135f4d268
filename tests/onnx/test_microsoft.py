"""The operators of com.microsoft against what ONNX Runtime computed."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pytest

import hodu
from hodu.errors import UnsupportedError
from hodu.formats.onnx.backend import Compiled, Eager
from hodu.formats.onnx.registry import mapped
from tests.onnx.graphs import Array
from tests.onnx.microsoft_cases import (
    CASES,
    DOMAIN,
    EXPECTED,
    Case,
    comparable,
    ints,
    real,
    run_onnxruntime,
)


def expected(case: Case) -> list[Array]:
    """What is stored of a case."""
    with np.load(EXPECTED) as stored:
        return [stored[f"{case.name}.{i}"] for i in range(case.outputs.count("1"))]


def compare(found: list[Array], wanted: list[Array], name: str) -> None:
    """Integers to the last bit, floats to rounding."""
    for i, (got, want) in enumerate(zip(found, wanted, strict=True)):
        assert (got.dtype, got.shape) == (want.dtype, want.shape), f"{name}, output {i}"
        if want.dtype.kind in "iu":
            np.testing.assert_array_equal(got, want, f"{name}, output {i}")
        else:
            np.testing.assert_allclose(got, want, 1e-5, 1e-5, err_msg=f"{name}, output {i}")


def run(backend: Any, case: Case) -> list[Array]:
    return comparable(case, list(backend.run_model(case.model(), case.feeds())))


@pytest.mark.parametrize("name", CASES)
def test_eager(name: str) -> None:
    compare(run(Eager, CASES[name]), expected(CASES[name]), name)


@pytest.mark.parametrize("name", CASES)
def test_captured(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    interpreted = functools.partial(hodu.compile, compiler="interp")
    monkeypatch.setattr("hodu.formats.onnx.backend.compile", interpreted)
    compare(run(Compiled, CASES[name]), expected(CASES[name]), name)


# Compiling takes a second: the last case of an operator is one with most of its inputs.
@pytest.mark.parametrize("name", {case.op: case.name for case in CASES.values()}.values())
def test_compiled(name: str) -> None:
    compare(run(Compiled, CASES[name]), expected(CASES[name]), name)


def test_onnxruntime_still_computes_what_is_stored() -> None:
    pytest.importorskip("onnxruntime", reason="needs ONNX Runtime")
    for case in CASES.values():
        compare(run_onnxruntime(case), expected(case), case.name)


def test_every_operator_of_the_domain_has_cases() -> None:
    covered = {case.op for case in CASES.values()}
    assert {op for domain, op in mapped() if domain == DOMAIN} <= covered


def test_packed_queries_keys_and_values() -> None:
    packed, op, heads = real(2, 3, 2, 3, 4), "MultiHeadAttention", {"num_heads": 2}
    parts = [packed[:, :, :, i].reshape(2, 3, 8) for i in range(3)]
    pairs = np.stack([parts[1].reshape(2, 3, 2, 4), parts[2].reshape(2, 3, 2, 4)], 3)
    want = run(Eager, Case("plain", op, [*parts], heads))
    for given in ([packed], [parts[0], pairs]):
        compare(run(Eager, Case("packed", op, [*given], heads)), want, "packed")


X, WEIGHTS = real(2, 3, 8), real(8, 24)


@pytest.mark.parametrize(
    ("op", "inputs", "attrs", "what"),
    [
        ("Attention", [X, WEIGHTS], {"num_heads": 2, "do_rotary": 1}, "do_rotary=1"),
        ("Attention", [X, WEIGHTS, None, ints(*range(8))], {"num_heads": 2}, "mask of shape"),
        ("MultiHeadAttention", [X], {"num_heads": 2}, "keys or values"),
        ("FusedGemm", [X[0], WEIGHTS], {"activation": "Gelu"}, "activation='Gelu'"),
        ("MatMulNBits", [X, WEIGHTS, X], {"N": 1, "K": 8, "block_size": 16, "bits": 3}, "bits=3"),
    ],
)
def test_what_is_not_taken_is_named(op: str, inputs: Any, attrs: Any, what: str) -> None:
    with pytest.raises(UnsupportedError, match=what):
        run(Eager, Case("refused", op, inputs, attrs))
