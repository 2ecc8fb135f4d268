"""`hodu convert` and `hodu inspect`."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import hodu
from hodu.dispatch.base import wrap

from .conftest import Cli

FORMATS = ["safetensors", "hdt", "npz", "json"]


@pytest.mark.parametrize("source", FORMATS)
@pytest.mark.parametrize("target", FORMATS)
def test_tensors_survive_every_conversion(
    cli: Cli, tmp_path: Path, source: str, target: str
) -> None:
    tensors = {
        "a": wrap(np.array([[1.5, np.nan], [np.inf, -0.0]], np.float32)),
        "b": wrap(np.array(2**60 + 1, np.int64)),
    }
    hodu.save(tensors, tmp_path / f"in.{source}")
    assert cli("convert", f"in.{source}", "-o", f"out.{target}").code == 0
    loaded = hodu.load(tmp_path / f"out.{target}")
    assert loaded.keys() == tensors.keys()
    for name, tensor in tensors.items():
        np.testing.assert_array_equal(loaded[name].numpy(), tensor.numpy())
        assert loaded[name].dtype is tensor.dtype


def test_a_model_stays_the_same(cli: Cli, affine: str, tmp_path: Path) -> None:
    assert cli("convert", affine, "-o", "copy.hdss").code == 0
    assert str(hodu.load(tmp_path / "copy.hdss")) == str(hodu.load(tmp_path / affine))


def test_a_model_becomes_onnx(cli: Cli, affine: str, tmp_path: Path) -> None:
    assert cli("convert", affine, "-o", "out.onnx", "--opset", "19").code == 0
    loaded, wanted = hodu.load(tmp_path / "out.onnx"), hodu.load(tmp_path / affine)
    assert loaded.metadata["onnx.opset"] == "ai.onnx 19"
    assert [v.type for v in loaded.inputs] == [v.type for v in wanted.inputs]


def test_models_are_simplified_on_request(cli: Cli, tmp_path: Path) -> None:
    with hodu.capture("twice") as board:
        board.target("y", board.input("x", (2,)).neg().neg() * 1)
    hodu.save(board.snapshot, tmp_path / "twice.hdss")
    assert cli("convert", "twice.hdss", "-o", "less.hdss", "-O2", "--dump", "stages").code == 0
    assert (tmp_path / "stages" / "00-captured.txt").read_text().startswith("snapshot")
    assert not hodu.load(tmp_path / "less.hdss").nodes
    hodu.save(hodu.ones(2), tmp_path / "x.npy")
    refused = cli("convert", "x.npy", "-o", "x.npz", "-O1")
    assert refused.code == 2
    assert "-O is for models" in refused.err


def test_dims_are_bound(cli: Cli, affine: str, tmp_path: Path) -> None:
    assert cli("convert", affine, "-o", "four.hdss", "--dim", "N=4").code == 0
    assert hodu.load(tmp_path / "four.hdss").inputs[0].type.shape == (4, 2)


@pytest.mark.parametrize("target", FORMATS)
def test_constants_of_a_model(cli: Cli, affine: str, tmp_path: Path, target: str) -> None:
    result = cli("convert", affine, "-o", f"weights.{target}", "-v")
    assert result.code == 0 and "Tensor weight: f32[2, 3]" in result.err
    weight = hodu.load(tmp_path / f"weights.{target}")["weight"]
    assert weight.numpy().tolist() == [[1, 2, 3], [4, 5, 6]]


def test_pipes(cli: Cli, affine: str, tmp_path: Path) -> None:
    data = (tmp_path / "x.npy").read_bytes()
    result = cli("convert", "-", "-o", "-", "--from", "npy", "--to", "json", "-q", stdin=data)
    assert json.loads(result.out)["data"] == [[1, 2], [3, 4]]
    assert cli("convert", "-", "-o", "-", stdin=data).code == 2


def test_the_longest_extension_says_the_format(cli: Cli, tmp_path: Path) -> None:
    hodu.save({"a": hodu.ones(2)}, tmp_path / "in.npz")
    assert cli("convert", "in.npz", "-o", "out.safetensors.index.json").code == 0
    assert hodu.load(tmp_path / "out.safetensors.index.json")["a"].tolist() == [1, 1]


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        (("affine.hdss", "-o", "a.onnx", "--opset", "3"), 1, "opset 3 cannot be written"),
        (("affine.hdss", "-o", "a.json", "--opset", "18"), 1, "no option 'opset'"),
        (("affine.hdss", "-o", "a.xyz"), 1, "no extension of a known format"),
        (("x.npy", "-o", "a.hdss"), 1, "the format hdss cannot save tensors"),
        (("absent.npy", "-o", "a.json"), 1, "no such file: 'absent.npy'"),
        (("x.npy", "-o", "a.json", "--dim", "N=1"), 2, "--dim is for models"),
        (("x.npy", "-o", "a.json", "--from", "nope"), 1, "no format plugin 'nope'"),
        (("x.npy",), 2, "missing option"),
    ],
)
def test_what_cannot_be_converted(
    cli: Cli, affine: str, args: tuple[str, ...], code: int, message: str
) -> None:
    result = cli("convert", *args)
    assert result.code == code and message in result.err


def test_inspect_a_model(cli: Cli, affine: str) -> None:
    report = json.loads(cli("inspect", affine, "-f", "json").out)
    assert report["inputs"][0] == {"name": "x", "dtype": "f32", "shape": ["N", 2]}
    assert report["dims"] == {"N": {"min": 1, "max": 8}}
    assert report["ops"] == {"add": 2, "matmul": 1}
    assert report["constants"]["bytes"] == 24 and report["parameters"] == 6
    assert report["macs"] == "6*N"
    assert report["metadata"]["author"] == "nobody"


def test_inspect_with_sizes(cli: Cli, affine: str) -> None:
    report = json.loads(cli("inspect", affine, "--dim", "N=4", "-f", "json").out)
    assert report["macs"] == 24
    assert report["peak_memory"] == {"bytes": 2 * 4 * 3 * 4, "dims": {}}


def test_inspect_for_people(cli: Cli, affine: str) -> None:
    out = cli("info", affine, "-v").out
    assert "  N  1 to 8\n" in out and "  multiply-accumulates  6*N\n" in out
    assert "%product: f32[N, 3] = matmul(%x, %weight)" in out


def test_states_are_neither_inputs_nor_outputs(cli: Cli, counter: str) -> None:
    report = json.loads(cli("inspect", counter, "-f", "json").out)
    names = {key: [e["name"] for e in report[key]] for key in ("inputs", "outputs", "states")}
    assert names == {"inputs": ["step"], "outputs": ["total"], "states": ["count"]}


def test_inspect_tensors(cli: Cli, tmp_path: Path) -> None:
    values = wrap(np.array([1, 2, np.nan, 6], np.float32))
    hodu.save({"v": values, "empty": wrap(np.zeros((0, 3)))}, tmp_path / "t.safetensors")
    result = cli("inspect", "t.safetensors", "-v", "-f", "json")
    by_name = {t["name"]: t for t in json.loads(result.out)["tensors"]}
    assert by_name["v"] == {
        "name": "v", "dtype": "f32", "shape": [4], "bytes": 16,
        "not_finite": 1, "min": 1.0, "max": 6.0, "mean": 3.0,
    }  # fmt: skip
    assert by_name["empty"]["bytes"] == 0
    assert "1 to 6, mean 3, 1 not finite" in cli("inspect", "t.safetensors", "-v").out


def test_inspect_a_damaged_file(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "bad.hdss").write_bytes(b"\xff" * 40)
    result = cli("inspect", "bad.hdss")
    assert result.code == 1 and result.err.startswith("error: ") and "Traceback" not in result.err
