"""Every op of the table as ONNX: the import of it, and ONNX Runtime, compute what the op does."""

from __future__ import annotations

import numpy as np
import onnxruntime
import pytest

import hodu
from hodu import dtypes
from hodu.errors import UnsupportedError
from hodu.formats.onnx.export.exporter import OPSET
from hodu.formats.onnx.export.registry import export_of
from hodu.formats.onnx.export.writing import model_proto
from hodu.formats.onnx.importer import import_model
from hodu.passes.expand import expand
from tests.ops.captured import record
from tests.ops.cases import Case, assert_close, for_each, leaves, nested, samples

_LINALG = "ONNX has no linear algebra but products and determinants"
_DATA = "the size of the result depends on the data"
NO_EXPORT = {
    **dict.fromkeys(
        ("cholesky", "qr", "svd", "eigh", "lu", "lu_factor", "inverse", "solve", "lstsq",
         "solve_triangular", "slogdet", "matrix_exp", "matrix_rank"), _LINALG),
    "erfc": "1 - Erf loses what it is there for",
    "erfinv": "ONNX has no operator for it",
    "cummax": "ONNX has no operator for it",
    "cummin": "ONNX has no operator for it",
    "logcumsumexp": "ONNX has no operator for it",
    "mode": "it is made of cummax",
    "cumprod": "CumProd comes with opset 26",
    "fractional_max_pool": "ONNX has no operator for it",
    "adaptive_max_pool": "ONNX has no operator for it",
    "reduce_window": "ONNX has no operator for it",
    "bincount": _DATA,
    "unique_consecutive": _DATA,
    "view_dtype": "BitCast comes with opset 26",
}  # fmt: skip
SOME_FORMS = {
    "pinv": _LINALG,
    "nonzero": "the places of a number",
    "avg_pool": "a divisor of its own",
    "conv_transpose": "padding that crops",
    "max_pool_with_indices": "other ranks than ONNX's",
    "max_pool_gradient": "other ranks than ONNX's",
    "scatter": "the mean",
    "scatter_reduce": "the mean",
    "repeat_interleave": "counts that depend on data",
    "searchsorted": "rows of another rank",
}
ORT_DIFFERS = {
    "unique": "ends the process for types that it lacks",
    "mean": "of nothing it is 0",
    **dict.fromkeys(("amax", "amin", "argmax", "argmin", "max", "min", "aminmax"),
                    "NaN gives way to numbers"),
    "max_pool": "NaN gives way to numbers",
    "resize": "integers are rounded otherwise, and some forms are refused",
    **dict.fromkeys(("gru_layer", "lstm_layer", "rnn_layer"), "last states of no elements"),
    "group_norm": "refuses empty tensors",
}  # fmt: skip
ORT_SINGLE = {"gelu", "hardshrink", "softshrink"}  # computed with constants of f32
CHECKED = (dtypes.f32, dtypes.i64, dtypes.bool_)


def capture(case: Case) -> hodu.Snapshot:
    """The call of a case, captured."""
    numbers = iter(range(100))
    with hodu.capture(case.op.name) as board:
        inputs = nested(lambda a: board.input(f"x{next(numbers)}", a.shape, a.dtype), case.inputs())
        for i, result in enumerate(leaves(record(case)(inputs))):
            board.target(f"y{i}", result)
    return board.snapshot


def chosen(group: list[Case]) -> list[Case]:
    """Every dtype of the first sample of an op, a few of the others."""
    if group and group[0].sample is group[0].op.samples[0]:
        return group
    return [c for c in group if c.dtype in CHECKED] or group[:1]


def agree(found, wanted, case: Case) -> None:
    for got, want in zip(found, wanted, strict=True):
        assert_close(np.asarray(got), want, case)


def run_ort(model, arrays):
    """What ONNX Runtime gives, or None where it lacks a kernel for the types."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    names = [i.name for i in model.graph.input]
    try:
        session = onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        return session.run(None, dict(zip(names, arrays, strict=True)))
    except Exception as error:
        text = str(error)
        if "NOT_IMPLEMENTED" in text or "is not supported" in text or "bfloat16" in text:
            return None
        raise


def exported(case: Case, snapshot: hodu.Snapshot):
    """The model, or None for a form or a type that ONNX lacks, which must be known."""
    try:
        model = model_proto(snapshot)
    except UnsupportedError as error:
        lacks_type = "takes no" in error.message and not case.dtype.is_float
        assert lacks_type or case.op.name in NO_EXPORT or case.op.name in SOME_FORMS, error
        return None
    assert case.op.name not in NO_EXPORT
    return model


def has_small_floats(arrays) -> bool:
    return any(a.dtype.name in ("bfloat16", "float8_e4m3fn", "float8_e5m2") for a in arrays)


def meant(case: Case, snapshot: hodu.Snapshot) -> hodu.Snapshot:
    """The Snapshot; in 8 bits with its composites written out, for each part rounds much."""
    if case.dtype.bits > 8 or not case.dtype.is_float:
        return snapshot
    return expand(snapshot, lambda node: export_of(node, OPSET) is not None)


def check(case: Case) -> None:
    snapshot, arrays = capture(case), leaves(case.inputs())
    model = exported(case, snapshot)
    if model is None:
        return
    wanted = meant(case, snapshot).run(*arrays)
    agree(import_model(model).run(*arrays), wanted, case)
    inexact = case.op.name in ORT_SINGLE and case.dtype is dtypes.f64
    if case.op.name in ORT_DIFFERS or inexact or has_small_floats([*arrays, *wanted]):
        return
    found = run_ort(model, arrays)
    if found is not None:
        agree(found, wanted, case)


@pytest.mark.parametrize("group", [p for p in samples() if p.values[0]])
def test_every_op_comes_back(group):
    try:
        capture(group[0])
    except hodu.errors.CaptureError:
        pytest.skip("the op needs data when it is captured")
    for_each(chosen(group), check)


@pytest.mark.parametrize("name", ["cumprod", "view_dtype"])
def test_ops_of_opset_26(name):
    same_width = [p.values[0] for p in samples() if p.values[0] and p.values[0][0].op.name == name]
    cases = [c for group in same_width for c in group if c.op.name == name and c.dtype in CHECKED]
    done = 0
    for case in cases:
        snapshot, arrays = capture(case), leaves(case.inputs())
        try:
            model = model_proto(snapshot, 26)
        except UnsupportedError as error:
            assert "of another width" in error.message or "takes no" in error.message
            continue
        agree(import_model(model).run(*arrays), snapshot.run(*arrays), case)
        done += 1
    assert done
