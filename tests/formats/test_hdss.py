"""Snapshots in files: identical after a round trip, and hostile graphs are refused."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hodu
from hodu.errors import FormatError, HoduError, UnsupportedError, VerifyError
from hodu.plugins import manager
from hodu.plugins.interfaces import LoadOptions
from hodu.shapes import TensorType
from hodu.snapshot.ir import Snapshot, Value, make_node

from .files import entry, graph, hdss
from .models import affine, rich, text_of

_X = ["x", "f32", [2]]


@pytest.mark.parametrize("make", [affine, rich])
def test_round_trip_is_identical(tmp_path: Path, make: Any) -> None:
    snapshot = make()
    hodu.save(snapshot, tmp_path / "m.hdss")
    loaded = hodu.load(tmp_path / "m.hdss")
    assert text_of(loaded) == text_of(snapshot)
    hodu.save(loaded, tmp_path / "again.hdss")
    assert (tmp_path / "again.hdss").read_bytes() == (tmp_path / "m.hdss").read_bytes()


def test_a_loaded_model_runs(tmp_path: Path) -> None:
    hodu.save(affine(), tmp_path / "m.hdss")
    x = np.arange(6, dtype=np.float32).reshape(2, 3)
    module = hodu.compile(hodu.load(tmp_path / "m.hdss"))
    assert np.array_equal(module.execute({"x": x})["y"].numpy(), affine().run(x)[0])


def test_constants_are_mapped_and_tools_can_read_them(tmp_path: Path) -> None:
    path = tmp_path / "m.hdss"
    hodu.save(rich(), path)
    loaded = hodu.load(path)
    assert all(not a.flags.writeable and not a.flags.owndata for a in loaded.constants.values())
    weights = hodu.load(path, format="safetensors")
    assert list(weights) == ["w", "b", "k", "s", "3.then_branch.w", "3.else_branch.w"]


def test_attributes_of_every_type(tmp_path: Path) -> None:
    from hodu.formats._graph_read import GraphReader
    from hodu.formats._graph_write import GraphWriter

    attrs = {
        "none": None,
        "bool": True,
        "int": -(2**63),
        "large": 2**64 - 1,
        "float": 1.0,
        "tiny": 5e-324,
        "inf": -float("inf"),
        "text": 'quote " Ünï \0',
        "dtype": hodu.f8e4m3,
        "dim": hodu.dims.symbol("N", 2, 9) * 3
        - hodu.dims.symbol("M") * hodu.dims.symbol("N", 2, 9),
        "nested": ((1, 2.5, (hodu.bf16, None)), (), ("a", False)),
    }
    node = make_node("relu", [], attrs, [])
    writer = GraphWriter()
    record = writer.graph(Snapshot("s", (), {}, (node,)))
    import msgspec

    record = msgspec.json.decode(msgspec.json.encode(record), type=type(record))
    read = GraphReader(record, writer.tensors).snapshot().nodes[0].attrs
    assert dict(read) == attrs
    assert [type(v) for v in read.values()] == [type(v) for v in attrs.values()]
    nan = make_node("relu", [], {"nan": float("nan")}, [])
    record = GraphWriter().graph(Snapshot("s", (), {}, (nan,)))
    assert np.isnan(GraphReader(record, {}).snapshot().nodes[0].attrs["nan"])


def test_dims_are_bound_when_loading(tmp_path: Path) -> None:
    hodu.save(affine(), tmp_path / "m.hdss")
    loaded = hodu.load(tmp_path / "m.hdss", dims={"N": 4})
    assert loaded.outputs["y"].type == TensorType((4, 2), hodu.f32)


def test_progress_is_reported(tmp_path: Path) -> None:
    hodu.save(affine(), tmp_path / "m.hdss")
    calls: list[tuple[int, int]] = []
    options = LoadOptions(progress=lambda done, total: calls.append((done, total)))
    manager.get("format", "hdss").load_model(tmp_path / "m.hdss", options)
    assert calls == [(2, 2)]


def test_a_snapshot_that_is_not_well_formed_is_not_written(tmp_path: Path) -> None:
    stray = Value("stray", TensorType((2,), hodu.f32))
    with pytest.raises(VerifyError, match="not defined"):
        hodu.save(Snapshot("s", (), {"y": stray}), tmp_path / "m.hdss")
    assert not (tmp_path / "m.hdss").exists()
    with pytest.raises(FormatError, match="Unicode"):
        hodu.save(Snapshot("\ud800", (stray,), {"y": stray}), tmp_path / "m.hdss")
    with pytest.raises(UnsupportedError, match="holds models"):
        manager.get("format", "hdss").load_tensors(tmp_path / "m.hdss")


def _node(op: str, inputs: Any, outputs: Any, **more: Any) -> dict[str, Any]:
    return {"op": op, "inputs": inputs, "outputs": outputs, **more}


def _permute(dims: Any) -> dict[str, Any]:
    return graph(
        inputs=[_X], nodes=[_node("permute", [0], [["y", "f32", [2]]], attrs={"dims": dims})]
    )


def _shape(*shape: Any) -> dict[str, Any]:
    return graph(symbols=[["N", 1, None]], inputs=[["x", "f32", list(shape)]])


def _nested(depth: int) -> dict[str, Any]:
    inner = graph()
    for _ in range(depth):
        inner = graph(nodes=[_node("f", [], [], attrs={"body": {"snapshot": inner}})])
    return inner


def _deep_dim(depth: int) -> Any:
    dim: Any = "N"
    for _ in range(depth):
        dim = [[1, ["//", dim, 2]]]
    return dim


def _deep_list(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


HOSTILE: dict[str, tuple[Any, str]] = {
    "no graph": (7, "damaged"),
    "missing fields": ({"name": "g"}, "damaged"),
    "unknown op": (graph(inputs=[_X], nodes=[_node("frobnicate", [0], [_X])]), "unknown op"),
    "undefined value": (graph(nodes=[_node("relu", [3], [_X])]), "value 3"),
    "a use before": (graph(nodes=[_node("add", [0, 0], [_X])]), "value 0"),
    "negative value": (graph(inputs=[_X], outputs=[["y", -1]]), "value -1"),
    "huge value": (graph(inputs=[_X], outputs=[["y", 10**30]]), "value 1000"),
    "name twice": (graph(inputs=[_X, _X]), "defined twice"),
    "output twice": (graph(inputs=[_X], outputs=[["y", 0], ["y", 0]]), "same name"),
    "constant twice": (graph(constants=[["c", "t"], ["c", "t"]]), "same name"),
    "no such tensor": (graph(constants=[["c", "nope"]]), "'nope' is missing"),
    "no such state": (graph(states={"x": "t"}), "state 'x' is not an input"),
    "state of another type": (graph(inputs=[_X], states={"x": "t"}), "is not f32[2]"),
    "dtype": (graph(inputs=[["x", "c64", []]]), "'c64' is not a dtype"),
    "negative size": (_shape(-1), "negative size"),
    "size beyond 64 bits": (_shape(10**40), "is not a dimension"),
    "rank mismatch": (_permute([0, 1]), "permute"),
    "attribute of another type": (_permute("zero"), "is no int[]"),
    "attribute of none": (_permute(None), "is no int[]"),
    "bool for an int": (_permute([True]), "is no int[]"),
    "huge int": (_permute([10**300]), "node permute"),
    "attribute nested deep": (_permute(_deep_list(40)), "not an attribute"),
    "attribute of no kind": (_permute({"a": 1, "b": 2}), "not an attribute"),
    "attribute of unknown kind": (_permute({"complex": 1}), "unknown kind"),
    "dtype is no text": (_permute({"dtype": ["f32"]}), "not a dtype"),
    "float is no text": (_permute({"float": [1]}), "not one of"),
    "region is no graph": (_permute({"snapshot": 3}), "body of a node is damaged"),
    "unknown attribute": (
        graph(inputs=[_X], nodes=[_node("add", [0, 0], [["y", "f32", [2]]], attrs={"q": 1})]),
        "attributes ['q']",
    ),
    "inputs missing": (
        graph(inputs=[_X], nodes=[_node("add", [0], [["y", "f32", [2]]])]),
        "takes 2",
    ),
    "input is none": (
        graph(inputs=[_X], nodes=[_node("add", [0, None], [["y", "f32", [2]]])]),
        "is none",
    ),
    "wrong type": (
        graph(inputs=[_X], nodes=[_node("add", [0, 0], [["y", "f32", [3]]])]),
        "declared f32[3]",
    ),
    "wrong number of results": (graph(inputs=[_X], nodes=[_node("add", [0, 0], [])]), "declared"),
    "alias to nothing": (graph(inputs=[_X], aliases={"a": "b"}), "names no output"),
    "symbol name": (graph(symbols=[["1 + x", 0, 1]]), "not the name"),
    "symbol bounds": (graph(symbols=[["N", 5, 1]]), "the bounds 5 and 1"),
    "symbol below zero": (graph(symbols=[["N", -5, 1]]), "the bounds -5 and 1"),
    "symbol not declared": (_shape("M"), "not declared"),
    "division by zero": (_shape([[1, ["//", "N", 0]]]), "not a dimension"),
    "unknown operation": (_shape([[1, ["**", "N", 2]]]), "not a dimension"),
    "deep dimension": (_shape(_deep_dim(200)), "not a dimension"),
    "high degree": (_shape([[1, *["N"] * 5000]]), "not a dimension"),
    "term without factor": (_shape([["N"]]), "not a dimension"),
    "empty term": (_shape([[]]), "not a dimension"),
    "deep bodies": (_nested(60), "nested more than"),
    "very deep bodies": (_nested(150), "e"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_graphs_are_refused(tmp_path: Path, case: str) -> None:
    record, message = HOSTILE[case]
    path = tmp_path / "m.hdss"
    path.write_bytes(hdss(record, {"t": entry("F64", [1], 0, 8)}, b"\0" * 8))
    with pytest.raises((FormatError, VerifyError), match=re.escape(message)):
        hodu.load(path)


def test_text_that_is_nested_beyond_all_bounds(tmp_path: Path) -> None:
    path = tmp_path / "m.hdss"
    for text in (
        "[" * 300_000,
        '{"graph":' * 100_000,
        '{"format":"hdss","version":[1,0],"graph":' + "[" * 10**5,
    ):
        from .files import safetensors

        path.write_bytes(safetensors({"__metadata__": {"hodu": text}}))
        with pytest.raises(FormatError, match="damaged"):
            hodu.load(path)


def test_versions(tmp_path: Path) -> None:
    path = tmp_path / "m.hdss"
    path.write_bytes(hdss({"a new form": True}, version=[2, 3], by="hodu 9.9"))
    with pytest.raises(FormatError, match=r"version 2\.3: written by a newer Hodu \(hodu 9\.9\)"):
        hodu.load(path)
    record = graph(inputs=[[*_X, "more"]], outputs=[["y", 0]], news=1)
    path.write_bytes(hdss(record, version=[1, 9], more={"a": []}))
    assert hodu.load(path).outputs["y"].name == "x"
    path.write_bytes(hdss(record, format="hdt"))
    with pytest.raises(FormatError, match=r"this is a \.hdt file"):
        hodu.load(path)


def test_a_polynomial_cannot_grow(tmp_path: Path) -> None:
    atoms = [["max", "N", [[1, ["//", "N", i]]]] for i in range(2, 10)]
    path = tmp_path / "m.hdss"
    path.write_bytes(hdss(_shape([[i + 1, *atoms, *["N"] * (i % 8)] for i in range(250)])))
    assert len(hodu.load(path).inputs[0].type.shape[0].terms) == 8
    path.write_bytes(hdss(_shape([[1, "N"]] * 2000)))
    with pytest.raises(FormatError, match="not a dimension"):
        hodu.load(path)


def test_five_thousand_nodes_load_fast(tmp_path: Path) -> None:
    with hodu.capture("long") as board:
        x = board.input("x", ("N", 8))
        w = hodu.tensor(np.eye(8, dtype=np.float32))
        y = x
        for _ in range(1250):
            y = hodu.permute((y @ w) * x + 1.0, 0, 1)
        board.target("y", y)
    snapshot = board.snapshot
    assert len(snapshot.nodes) == 5000
    hodu.save(snapshot, tmp_path / "m.hdss")
    start = time.process_time()
    loaded = hodu.load(tmp_path / "m.hdss")
    assert time.process_time() - start < 2
    assert text_of(loaded) == text_of(snapshot)


def test_a_broken_rule_of_an_op_is_an_error_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hodu.save(affine(), tmp_path / "m.hdss")
    from hodu.snapshot import verify

    def fail(*args: Any) -> Any:
        raise ZeroDivisionError("in a rule")

    monkeypatch.setattr(verify, "infer_types", fail)
    with pytest.raises(HoduError, match="ZeroDivisionError: in a rule"):
        hodu.load(tmp_path / "m.hdss")
