"""`hodu diff`: what differs between models and between back ends."""

from __future__ import annotations

import json
from pathlib import Path

import ml_dtypes
import numpy as np
import pytest

import hodu
from hodu.snapshot.parse import parse_snapshot
from hodu_cli.closeness import distance, tolerance_of
from tests.cli.conftest import AFFINE, Cli

SIZE = ("--dim", "N=3", "-q")
CHANGED = AFFINE.replace("add(%product, %product)", "mul(%product, %product)")
RENAMED = CHANGED.replace("%1", "%doubled").replace("%product", "%p").replace("%x", "%data")


@pytest.fixture
def other(affine: str, tmp_path: Path) -> str:
    hodu.save(parse_snapshot(CHANGED), tmp_path / "changed.hdss")
    return "changed.hdss"


def test_a_model_agrees_with_itself_in_other_formats_and_back_ends(
    cli: Cli, affine: str, tmp_path: Path
) -> None:
    hodu.save(hodu.load(tmp_path / affine), tmp_path / "affine.onnx")
    for rest in (
        [],
        ["affine.onnx"],
        ["--backend-b", "cpu"],
        ["affine.onnx", "--backend-a", "cpu"],
    ):
        result = cli("diff", affine, *rest, *SIZE)
        assert (result.code, result.err) == (0, "")
        assert "3 tensors compared by" in result.out and ", all agree" in result.out


def test_the_first_difference(cli: Cli, affine: str, other: str) -> None:
    given = ("-i", "x=[[1, 2], [3, 4]]", "-i", "bias=3", "-q")
    result = cli("diff", affine, other, *given)
    assert result.code == 1
    lines = result.out.splitlines()
    assert lines[2] == "3 tensors compared by name, 1 beyond the tolerance"
    assert lines[3] == "first difference: 1 = add"
    assert lines[4] == "  6 elements beyond the tolerance, worst at [1, 2]: 66.0 and 1089.0"
    assert lines[5] == "  its inputs agree: product (max abs 0)"


def test_json(cli: Cli, affine: str, other: str) -> None:
    result = cli("diff", affine, other, *SIZE, "-f", "json", "--seed", "7")
    assert result.code == 1
    found = json.loads(result.out)
    assert (found["agrees"], found["first"]["name"]) == (False, "1")
    assert [t["agrees"] for t in found["tensors"]] == [True, False, True]
    assert [(o["name"], o["agrees"]) for o in found["outputs"]] == [("y", False), ("twice", True)]
    again = cli("diff", affine, other, *SIZE, "-f", "json", "--seed", "7")
    assert json.loads(again.out) == found
    assert json.loads(cli("diff", affine, other, *SIZE, "-f", "json").out) != found


def test_matching_by_position(cli: Cli, affine: str, tmp_path: Path) -> None:
    hodu.save(parse_snapshot(RENAMED), tmp_path / "renamed.hdss")
    result = cli("diff", affine, "renamed.hdss", *SIZE, "--match", "position")
    assert result.code == 1
    assert "2 tensors compared by position, 1 only in a, 1 only in b" in result.out
    by_name = cli("diff", affine, "renamed.hdss", *SIZE, "--match", "name")
    assert "1 tensor compared by name" in by_name.out


def test_the_tolerance(cli: Cli, affine: str, tmp_path: Path) -> None:
    near = AFFINE.replace("[[1.0, 2.0, 3.0]", "[[1.001, 2.0, 3.0]")
    hodu.save(parse_snapshot(near), tmp_path / "near.hdss")
    assert cli("diff", affine, "near.hdss", *SIZE).code == 1
    assert cli("diff", affine, "near.hdss", *SIZE, "--tolerance", "1e-2").code == 0


def test_a_model_with_a_state(cli: Cli, counter: str) -> None:
    result = cli("diff", counter, "--backend-b", "cpu", "-i", "step=2", "-q")
    assert result.code == 0


def test_models_that_cannot_be_compared(cli: Cli, affine: str, counter: str) -> None:
    result = cli("diff", affine, counter, "-i", "x=x.npy", "-q")
    assert result.code == 1 and "the models have other inputs: x, bias and step" in result.err
    assert cli("diff", affine, "--backend-b", "nothing").code == 1


def test_a_difference_that_only_joined_kernels_have(
    cli: Cli, affine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(self: object, inputs: dict[str, object]) -> dict[str, hodu.Tensor]:
        found = run(self, inputs)
        return found if "product" in found else {n: t + 1 for n, t in found.items()}

    from hodu.runtime.module import NativeModule

    run = NativeModule.execute
    monkeypatch.setattr(NativeModule, "execute", wrong)
    result = cli("diff", affine, "--backend-b", "cpu", *SIZE)
    assert result.code == 1
    assert "2 outputs beyond the tolerance\nno tensor of a node differs" in result.out


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, ml_dtypes.bfloat16])
def test_distances_of_floats(dtype: type) -> None:
    one = np.ones(3, dtype)
    next_ = one.copy()
    next_.view(f"u{next_.itemsize}")[1] += 3
    found = distance(next_, one, 0.0)
    assert (found.ulp, found.beyond, found.place) == (3, 1, (1,))
    assert found.absolute == found.relative == float(next_[1]) - 1
    assert distance(np.array([0.0], dtype), np.array([-0.0], dtype), 0.0).ulp == 0


def test_distances_of_what_is_not_finite() -> None:
    a = np.array([np.nan, np.inf, -np.inf, 1.0])
    assert distance(a, a.copy(), 0.0).beyond == 0
    for other in ([1, np.inf, -np.inf, 1], [np.nan, 1, -np.inf, 1], [np.nan, np.inf, np.inf, 1]):
        found = distance(a, np.array(other), 0.5)
        assert (found.beyond, found.absolute) == (1, np.inf)


def test_distances_of_integers() -> None:
    a, b = np.array([1 << 60, 5]), np.array([(1 << 60) + 1, 5])
    found = distance(a, b, 0.0)
    assert (found.beyond, found.place, found.ulp) == (1, (0,), None)
    assert distance(np.array([5]), np.array([7]), 2.0).beyond == 0
    assert distance(np.array([True]), np.array([False]), 0.0).absolute == 1
    assert distance(np.zeros((0, 2)), np.zeros((0, 2)), 0.0).beyond == 0


def test_default_tolerances() -> None:
    assert [tolerance_of(t, None) for t in (hodu.f32, hodu.i64, hodu.f8e4m3)] == [1e-4, 0, 0.25]
    assert tolerance_of(hodu.i8, 1.0) == 1.0
