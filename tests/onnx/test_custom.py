"""Operators that users register: imported, captured, differentiated, compiled, exported."""

from __future__ import annotations

import importlib.metadata
import sys
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import onnx
import pytest

import hodu
from hodu.errors import ArgumentError, GradientError, UnsupportedError, VerifyError
from hodu.formats import onnx as hodu_onnx
from hodu.formats.onnx import registry
from hodu.formats.onnx.backend import Compiled, Eager
from hodu.formats.onnx.export.registry import EXPORTS
from hodu.formats.onnx.export.writing import model_proto
from hodu.formats.onnx.importer import import_model
from hodu.lower.rules import SCALAR
from hodu.ops._table import REGISTRY
from hodu.plugins import manager
from hodu.runtime.module import NativeModule
from hodu.shapes import TensorType
from hodu.snapshot.parse import parse_snapshot
from tests.onnx.graphs import info, node

DOMAIN = "my.tests"
X = np.array([[-1.0, 0.0, 2.0], [3.0, -4.0, 0.5]], np.float32)


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a test registers is gone after it."""
    monkeypatch.setattr(registry, "_HANDLERS", dict(registry._HANDLERS))
    before = [dict(table) for table in (REGISTRY, EXPORTS, SCALAR)]
    yield
    for table, kept in zip((REGISTRY, EXPORTS, SCALAR), before, strict=True):
        for name in set(table) - set(kept):
            if name.startswith(DOMAIN):
                del table[name]


def model(nodes: list[Any], version: int = 1, inputs: tuple[str, ...] = ("x",)) -> onnx.ModelProto:
    imports = [onnx.helper.make_opsetid("", 21), onnx.helper.make_opsetid(DOMAIN, version)]
    infos = [info(name, [2, 3]) for name in inputs]
    graph = onnx.helper.make_graph(nodes, "g", infos, [info("y", [2, 3])])
    return onnx.helper.make_model(graph, opset_imports=imports, ir_version=10)


def one(op: str = "Swoosh", version: int = 1, **attrs: Any) -> onnx.ModelProto:
    return model([node(op, ["x"], ["y"], "it", domain=DOMAIN, **attrs)], version)


def swoosh(x: Any, *, alpha: float = 1.0) -> Any:
    """x * sigmoid(alpha * x)."""
    return x * hodu.sigmoid(x * alpha)


def wanted(alpha: float = 1.0) -> Any:
    return X / (1 + np.exp(-alpha * X))


def test_a_composition_runs_everywhere():
    hodu_onnx.op(DOMAIN, "Swoosh")(swoosh)
    made = one(alpha=2.0)
    for backend in (Eager, Compiled):
        (found,) = backend.run_model(made, [X])
        np.testing.assert_allclose(found, wanted(2.0), rtol=1e-6)
    snapshot = import_model(made)
    assert [n.op for n in snapshot.nodes] == ["my.tests.Swoosh"]
    assert dict(snapshot.nodes[0].attrs) == {"alpha": 2.0}
    assert isinstance(hodu.compile(snapshot), NativeModule)


def test_it_goes_out_as_it_came_in(tmp_path):
    hodu_onnx.op(DOMAIN, "Swoosh", since=3)(swoosh)
    snapshot = import_model(one(version=3, alpha=2.0))
    exported = model_proto(snapshot)
    assert [(n.domain, n.op_type) for n in exported.graph.node] == [(DOMAIN, "Swoosh")]
    assert {o.domain: o.version for o in exported.opset_import}[DOMAIN] == 3
    assert str(import_model(exported)).splitlines()[:3] == str(snapshot).splitlines()[:3]
    assert str(parse_snapshot(str(snapshot))) == str(snapshot)
    hodu.save(snapshot, tmp_path / "m.hdss")
    assert str(hodu.load(tmp_path / "m.hdss")) == str(snapshot)


def test_it_has_the_gradient_of_what_it_is_written_in():
    call = hodu_onnx.op(DOMAIN, "Swoosh")(swoosh)
    x = hodu.tensor(X, requires_grad=True)
    call(x, alpha=2.0).sum().backward()
    s = 1 / (1 + np.exp(-2 * X))
    np.testing.assert_allclose(x.grad.numpy(), s + 2 * X * s * (1 - s), rtol=1e-5)


def test_versions_of_an_operator():
    hodu_onnx.op(DOMAIN, "Swoosh", since=1)(lambda x: x + 1)
    hodu_onnx.op(DOMAIN, "Swoosh", since=3)(lambda x: x + 3)
    for version, added in ((1, 1), (2, 1), (3, 3), (7, 3)):
        np.testing.assert_array_equal(Eager.run_model(one(version=version), [X])[0], X + added)
    old = import_model(one(version=1))
    assert {o.domain: o.version for o in model_proto(old).opset_import}[DOMAIN] == 1


def test_versions_that_cannot_stand_in_one_model():
    first = hodu_onnx.op(DOMAIN, "Swoosh", since=1)(lambda x: x + 1)
    second = hodu_onnx.op(DOMAIN, "Swoosh", since=3)(lambda x: x + 3)
    other = hodu_onnx.op(DOMAIN, "Other", since=3)(lambda x: x * 3)
    with hodu.capture("m") as board:
        x = board.input("x", (2,))
        board.target("y", first(x) + other(x))
        board.target("z", second(x))
    with pytest.raises(UnsupportedError, match=r"my\.tests\.Swoosh of version 1"):
        hodu_onnx.op(DOMAIN, "Third", since=5)(lambda x: x)
        with hodu.capture("m") as board:
            x = board.input("x", (2,))
            board.target("y", first(x) + other(x))
        model_proto(board.snapshot)


def absolute(x: Any) -> Any:
    return np.abs(x)


def test_a_kernel_with_a_gradient_and_a_lowering():
    call = hodu_onnx.op(
        DOMAIN,
        "Swoosh",
        infer=lambda x: x,
        gradient={"x": lambda ct, x: ct * hodu.sign(x)},
        lowering=lambda c, x: x.max(-x),
    )(absolute)
    x = hodu.tensor(X, requires_grad=True)
    call(x).sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), np.sign(X))
    module = hodu.compile(import_model(one()))
    assert isinstance(module, NativeModule)
    np.testing.assert_array_equal(module.execute({"x": X})["y"].numpy(), np.abs(X))


def test_a_kernel_alone_is_interpreted_and_has_no_gradient():
    call = hodu_onnx.op(DOMAIN, "Swoosh", infer=lambda x: TensorType(x.shape, x.dtype))(absolute)
    with pytest.warns(UserWarning, match=r"no code for my\.tests\.Swoosh"):
        module = hodu.compile(import_model(one()))
    np.testing.assert_array_equal(module.execute({"x": X})["y"].numpy(), np.abs(X))
    with pytest.raises(GradientError, match="without a gradient"):
        call(hodu.tensor(X, requires_grad=True)).sum().backward()


def test_registering_again_replaces_and_compiles_anew():
    for added in (1.0, 2.0):
        hodu_onnx.op(DOMAIN, "Swoosh")(lambda x, added=None, *, by=added: x + by)
        made = one()
        for backend in (Eager, Compiled):
            np.testing.assert_array_equal(backend.run_model(made, [X])[0], X + added)
        hodu_onnx.op(
            DOMAIN, "Other", infer=lambda x: x, lowering=lambda c, x, a=added: x + a
        )(lambda x: x)  # fmt: skip
        found = hodu.compile(import_model(one("Other"))).execute({"x": X})["y"].numpy()
        np.testing.assert_array_equal(found, X + added)


def test_optional_inputs_lists_and_several_outputs():
    @hodu_onnx.op(DOMAIN, "Join", outputs=2)
    def join(x: Any, bias: Any = None, *rest: Any, axes: list[int] = [0], label: str = "") -> Any:  # noqa: B006
        total = x if bias is None else x + bias
        for r in rest:
            total = total + r
        return total, hodu.sum(total, axes)

    nodes = [
        node("Join", ["x", "", "w", "w"], ["a", "s"], "one", domain=DOMAIN, axes=[1]),
        node("Join", ["a", "w"], ["y", ""], "two", domain=DOMAIN, label="late"),
    ]
    made = model(nodes, inputs=("x", "w"))
    for backend in (Eager, Compiled):
        np.testing.assert_array_equal(backend.run_model(made, [X, X + 1])[0], X + 3 * (X + 1))
    snapshot = import_model(made)
    assert [dict(n.attrs) for n in snapshot.nodes] == [
        {"axes": (1,), "label": ""}, {"axes": (0,), "label": "late"}]  # fmt: skip
    again = import_model(model_proto(snapshot))
    assert [(n.op, dict(n.attrs)) for n in again.nodes] == [
        (n.op, dict(n.attrs)) for n in snapshot.nodes]  # fmt: skip


def test_what_does_not_fit_the_function_is_named():
    hodu_onnx.op(DOMAIN, "Swoosh")(swoosh)
    with pytest.raises(UnsupportedError, match="attribute 'beta'"):
        Eager.run_model(one(beta=1.0), [X])
    with pytest.raises(ArgumentError, match="attribute 'alpha' is no float"):
        Eager.run_model(one(alpha="much"), [X])
    many = model([node("Swoosh", ["x", "x"], ["y"], domain=DOMAIN)])
    with pytest.raises(UnsupportedError, match="2 inputs for a function of 1"):
        Eager.run_model(many, [X])
    with pytest.raises(UnsupportedError, match="input 'x' is missing"):
        Eager.run_model(model([node("Swoosh", [], ["y"], domain=DOMAIN)]), [X])
    for function in (lambda x, y=3: x, lambda x, **more: x, lambda x, *, a=None: x):
        with pytest.raises(ArgumentError, match="keyword-only"):
            hodu_onnx.op(DOMAIN, "Wrong")(function)


def test_an_unknown_operator_says_how_to_register_it():
    made = model([node("GreatOp2D", ["x", "", "x"], ["y"], domain=DOMAIN, alpha=0.5, axes=[1])])
    with pytest.raises(UnsupportedError) as caught:
        import_model(made)
    snippet = caught.value.hint.partition("\n")[2]
    assert '@onnx.op("my.tests", "GreatOp2D")' in snippet
    assert (
        "def great_op2d(x0, x1=None, x2=None, *, alpha: float = 0.5, axes: list[int] = [1]"
        in snippet
    )
    exec(snippet.replace("return ...", "return x0 + x2 * alpha"))
    np.testing.assert_array_equal(Eager.run_model(made, [X])[0], X * 1.5)


def test_a_file_with_an_operator_that_is_not_registered(tmp_path):
    hodu_onnx.op(DOMAIN, "Swoosh")(swoosh)
    hodu.save(import_model(one()), tmp_path / "m.hdss")
    del REGISTRY["my.tests.Swoosh"]
    with pytest.raises(VerifyError, match=r"register it with hodu\.formats\.onnx\.op"):
        hodu.load(tmp_path / "m.hdss")


def test_a_package_announces_the_operators_of_a_domain(monkeypatch, tmp_path):
    (tmp_path / "my_operators.py").write_text(
        "from hodu.formats import onnx\n\n\n"
        "@onnx.op('my.tests', 'Swoosh')\ndef swoosh(x):\n    return x + 7\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    point = importlib.metadata.EntryPoint(DOMAIN, "my_operators", "hodu.onnx_operators")
    found = SimpleNamespace(name=DOMAIN, value=point.value, dist=None)
    monkeypatch.setattr(manager.importlib.metadata, "entry_points", lambda group: [found])
    manager.entries.cache_clear()
    registry._import_announced.cache_clear()
    try:
        np.testing.assert_array_equal(Eager.run_model(one(), [X])[0], X + 7)
    finally:
        sys.modules.pop("my_operators", None)
        manager.entries.cache_clear()
        registry._import_announced.cache_clear()
        manager._import.cache_clear()
