"""Whole models as ONNX: symbolic sizes, states, control flow, files, and what cannot be written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest

import hodu
from hodu import nn
from hodu.errors import ArgumentError, FormatError, UnsupportedError, ValueRangeError
from hodu.formats.onnx.export.writing import model_proto
from hodu.formats.onnx.importer import import_model
from hodu.plugins.interfaces import LoadOptions

DIGITS = Path(hodu.__file__).parent / "assets" / "digits.onnx"
X = np.random.default_rng(0).standard_normal((5, 6)).astype(np.float32)


def run_ort(model, *arrays):
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    names = [i.name for i in model.graph.input]
    return session.run(None, dict(zip(names, arrays, strict=True)))


def check(snapshot, *arrays, opset=None):
    """The export, after the interpreter, its import and ONNX Runtime agreed on it."""
    model = model_proto(snapshot, opset)
    wanted = snapshot.run(*arrays)
    for found in (import_model(model).run(*arrays), run_ort(model, *arrays)):
        for got, want in zip(found, wanted, strict=True):
            np.testing.assert_allclose(got, want, 1e-5, 1e-6)
    return model


def test_a_model_comes_back_as_it_was():
    snapshot = hodu.load(DIGITS)
    once = import_model(model_proto(snapshot, 18))
    assert str(import_model(model_proto(once, 18))) == str(once)
    assert [v.name for v in once.inputs] == ["image"]
    assert list(once.outputs) == ["logits", "probabilities"]
    assert once.metadata["data_licence"] == "CC BY 4.0"
    assert str(once.inputs[0].type) == "f32[batch, 1, 8, 8]"


@pytest.mark.parametrize("opset", [13, 17, 18, 21, onnx.defs.onnx_opset_version()])
def test_a_transformer_layer_at_several_opsets(opset):
    hodu.manual_seed(0)
    layer = nn.TransformerEncoderLayer(6, 2, 8, batch_first=True).eval()
    with hodu.capture("layer") as board, hodu.no_grad():
        board.target("y", layer(board.input("x", (2, 5, 6))))
    if opset > 24:
        model = model_proto(board.snapshot, opset)
        (found,) = import_model(model).run(np.stack([X, X * 2]))
        np.testing.assert_allclose(found, board.snapshot.run(np.stack([X, X * 2]))[0], 1e-5, 1e-6)
    else:
        model = check(board.snapshot, np.stack([X, X * 2]), opset=opset)
    kinds = {n.op_type for n in model.graph.node}
    assert ("LayerNormalization" in kinds) == (opset >= 17)
    assert model.opset_import[0].version == opset


def test_symbolic_sizes_are_worked_out_in_the_model():
    with hodu.capture("sizes") as board:
        x = board.input("x", ("n", "m"))
        n, m = x.shape
        board.target("flat", x.reshape(n * m))
        board.target("grown", hodu.cat([x, hodu.ones(n + 2, m)]))
        board.target("half", x[: n // 2] * 2)
        board.target("count", hodu.arange(n * 2))
    model = check(board.snapshot, X)
    assert [d.dim_param for d in model.graph.input[0].type.tensor_type.shape.dim] == ["n", "m"]


def test_bounds_of_sizes_come_back():
    with hodu.capture("bounds") as board:
        board.target("y", board.input("x", (hodu.dims.symbol("n", 0, 9), 6)) * 2)
    model = check(board.snapshot, X)
    (size,) = import_model(model).inputs[0].type.shape[:1]
    assert size == board.snapshot.inputs[0].type.shape[0]
    with pytest.raises(ValueRangeError, match="at most 9"):
        import_model(model, options=LoadOptions(dims={"n": 10}))


def test_states_and_aliases_come_back():
    with hodu.capture("count") as board:
        total = hodu.tensor([1.0, 2.0])
        board.hold(total, "total")
        x = board.input("x", (2,))
        total += x
        board.target("y", total * 2)
    snapshot = board.snapshot
    assert snapshot.states and snapshot.aliases
    back = import_model(model_proto(snapshot))
    assert dict(back.aliases) == dict(snapshot.aliases)
    assert {k: v.tolist() for k, v in back.states.items()} == {"total": [1.0, 2.0]}
    first, second = (hodu.compile(s, compiler="interp") for s in (snapshot, back))
    for scale in (1, 2):
        given = {"x": np.full(2, scale, np.float32)}
        assert first.execute(given)["y"].tolist() == second.execute(given)["y"].tolist()


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("hodu.states", '["x"]'),
        ("hodu.states", "[3"),
        ("hodu.aliases", '{"y": "nothing"}'),
        ("hodu.bounds", '{"n": [5, 2]}'),
    ],
)
def test_damaged_states_are_refused(key, text):
    with hodu.capture("plain") as board:
        board.target("y", board.input("x", (2,)) + 1)
    model = model_proto(board.snapshot)
    onnx.helper.set_model_props(model, {key: text})
    with pytest.raises((FormatError, hodu.errors.VerifyError)):
        import_model(model)


def test_control_flow():
    with hodu.capture("flow") as board:
        x = board.input("x", (5, 6))
        bigger = hodu.cond(x.sum() > 0, lambda: (x + 1,), lambda: (x - 1,))[0]
        doubled = hodu.while_loop(
            lambda i, v: i < 3, lambda i, v: (i + 1, v * 2 + x), (hodu.tensor(0), bigger)
        )[1]
        last, rows = hodu.scan(lambda s, row: (s + row, s * row), x[0], doubled)
        board.targets(bigger=bigger, doubled=doubled, last=last, rows=rows)
    model = check(board.snapshot, X)
    assert {"If", "Loop", "Scan"} <= {n.op_type for n in model.graph.node}
    check(board.snapshot, -X)


def test_loops_come_back_as_they_were():
    """Neither the counter of ONNX's Loop nor its condition is carried, in loops in loops either."""

    def outer(i, y):
        def goes_on(j, z):
            return hodu.logical_and(j < i, j < n)

        return i + 1, hodu.while_loop(goes_on, lambda j, z: (j + 1, z + x), (hodu.tensor(0), y))[1]

    with hodu.capture("loops") as board:
        x, n = board.input("x", (3,)), board.input("n", (), "i64")
        board.target("y", hodu.while_loop(lambda i, _: i < n, outer, (hodu.tensor(0), x))[1])
    once = import_model(check(board.snapshot, X[0, :3], np.array(4)))
    assert str(import_model(model_proto(once))) == str(once)
    (loop,) = once.nodes
    (inner,) = (n for n in loop.attrs["body"].nodes if n.op == "while_loop")
    assert loop.attrs["carried"] == inner.attrs["carried"] == 2


@pytest.mark.parametrize("kind", ["LSTM", "GRU", "RNN"])
def test_recurrent_layers_are_one_operator_a_direction(kind):
    hodu.manual_seed(1)
    layer = getattr(nn, kind)(6, 4, bidirectional=True)
    with hodu.capture("layer") as board, hodu.no_grad():
        output, _ = layer(board.input("x", (5, 2, 6)))
        board.target("y", output)
    model = check(board.snapshot, np.stack([X, X[::-1]], 1))
    assert [n.op_type for n in model.graph.node].count(kind) == 2
    once = import_model(model)
    assert [n.op for n in once.nodes] == [n.op for n in board.snapshot.nodes]
    assert str(import_model(model_proto(once))) == str(once)


def test_outputs_that_are_inputs_constants_or_twice_the_same():
    with hodu.capture("outputs") as board:
        x = board.input("x", (5, 6))
        y = x * 2
        board.targets(same=x, y=y, again=y, fixed=hodu.tensor([1, 2]))
    check(board.snapshot, X)


def test_everything_that_cannot_be_written_is_told_at_once():
    with hodu.capture("lost") as board:
        x = board.input("x", (3, 3))
        board.targets(a=hodu.erfinv(x), b=hodu.linalg.cholesky(x), c=x + 1)
    with pytest.raises(UnsupportedError) as caught:
        model_proto(board.snapshot)
    text = str(caught.value)
    assert "2 nodes" in text and "erfinv" in text and "cholesky" in text
    assert text.count("test_export_models.py") == 2


@pytest.mark.parametrize("opset", [7, 12, 1000, "new"])
def test_an_opset_that_is_not_written(opset, tmp_path):
    with pytest.raises(ValueRangeError, match=r"the opsets are 13 to"):
        hodu.save(hodu.load(DIGITS), tmp_path / "m.onnx", opset=opset)
    assert not list(tmp_path.iterdir())


def test_an_option_that_a_format_lacks(tmp_path):
    with pytest.raises(ArgumentError, match="no option 'opset'"):
        hodu.save(hodu.load(DIGITS), tmp_path / "m.hdss", opset=18)
    with pytest.raises(ArgumentError, match="no option 'opset'"):
        hodu.save(hodu.ones(2), tmp_path / "m.npy", opset=18)


def test_constants_beside_the_model(tmp_path):
    snapshot = hodu.load(DIGITS)
    hodu.save(snapshot, tmp_path / "m.onnx", external=True)
    assert (tmp_path / "m.onnx.data").stat().st_size > 30_000
    assert (tmp_path / "m.onnx").stat().st_size < 8_000
    images = np.random.default_rng(2).random((2, 1, 8, 8)).astype(np.float32)
    back = hodu.load(tmp_path / "m.onnx")
    for got, want in zip(back.run(images), snapshot.run(images), strict=True):
        np.testing.assert_allclose(got, want, 1e-5, 1e-6)
    for name, array in snapshot.constants.items():
        np.testing.assert_array_equal(back.constants[name], array)
    session = onnxruntime.InferenceSession(
        str(tmp_path / "m.onnx"), providers=["CPUExecutionProvider"]
    )
    np.testing.assert_allclose(
        session.run(["logits"], {"image": images})[0], snapshot.run(images)[0], 1e-4, 1e-5
    )
