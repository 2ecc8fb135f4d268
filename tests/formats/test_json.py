"""Tensors as JSON: exact numbers, and what is refused."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hodu
from hodu.dispatch.base import wrap
from hodu.dtypes import FLOATS, DType
from hodu.errors import FormatError

from .models import same


def _tensor(dtype: Any, shape: Any, data: Any, **more: Any) -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data": data, **more}


def test_the_form(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    values = hodu.tensor([[0.1, -0.0], [float("nan"), float("-inf")]])
    hodu.save(values, path)
    assert path.read_text() == (
        '{"dtype":"f32","shape":[2,2],"data":[[0.1,-0.0],["nan","-inf"]]}\n'
    )
    hodu.save({"a": hodu.tensor([1, 2]), "b": hodu.tensor(True)}, path)
    assert json.loads(path.read_text()) == {
        "a": _tensor("i64", [2], [1, 2]),
        "b": _tensor("bool", [], True),
    }


@pytest.mark.parametrize("dtype", sorted(FLOATS, key=str), ids=str)
def test_floats_are_short_and_exact(tmp_path: Path, dtype: DType) -> None:
    path = tmp_path / "x.json"
    if dtype.bits <= 16:
        array = np.arange(1 << dtype.bits).astype(f"u{dtype.itemsize}").view(dtype.numpy)
    else:
        words = np.random.default_rng(1).integers(0, 2**63, 5000).astype(np.uint64)
        array = (words * np.uint64(2)).view(np.uint64).view(dtype.numpy)
    hodu.save(wrap(array), path)
    assert same(hodu.load(path), wrap(array))
    hodu.save(wrap(np.array([0.1, 3.0, 0.25]).astype(dtype.numpy)), path)
    digits = {"f8e4m3": "0.1", "f8e5m2": "0.09"}.get(dtype.name, "0.1")
    assert f'"data":[{digits},3.0,0.25]' in path.read_text()


def test_a_tensor_called_dtype(tmp_path: Path) -> None:
    hodu.save({"dtype": hodu.tensor([1]), "": hodu.tensor(2)}, tmp_path / "x.json")
    assert list(hodu.load(tmp_path / "x.json")) == ["dtype", ""]


def test_integers_stand_for_floats(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(json.dumps(_tensor("f16", [2], [1, -2])))
    assert hodu.load(tmp_path / "x.json").tolist() == [1.0, -2.0]


DAMAGED: dict[str, tuple[Any, str]] = {
    "no JSON": ("{", "damaged"),
    "a list": ("[1, 2]", "damaged"),
    "deep": ("[" * 500_000, "damaged"),
    "deep data": ('{"dtype": "f32", "shape": [], "data": ' + "[" * 500_000, "damaged"),
    "not UTF-8": (b'{"a\xff": 1}', "damaged"),
    "key missing": ({"dtype": "f32", "shape": []}, "damaged"),
    "key unknown": (_tensor("f32", [], 1, extra=2), "extra"),
    "dtype": (_tensor("c64", [], 1), "unknown dtype 'c64'"),
    "negative": (_tensor("f32", [-1], []), "negative size"),
    "float size": (_tensor("f32", [1.0], [1]), "damaged"),
    "rank": (_tensor("f32", [1] * 65, 1), "65 dimensions"),
    "huge": (_tensor("f32", [10**18], [1]), "needs a list of 1000000000000000000"),
    "overflow": (_tensor("f32", [2**62, 2**62], [1]), "no memory"),
    "huge and empty": (_tensor("f32", [0, 2**62, 4], []), "no memory"),
    "too few": (
        _tensor("f32", [2, 2], [[1, 2], [3]]),
        "a list of 1 where its shape needs a list of 2",
    ),
    "too deep": (_tensor("f32", [1], [[1]]), "nested deeper"),
    "too flat": (_tensor("f32", [1, 1], [1]), "has 1 where its shape needs a list"),
    "object": (_tensor("f32", [], {"a": 1}), "nested deeper"),
    "text": (_tensor("f32", [1], ["NaN"]), "'NaN' where a float"),
    "bool in floats": (_tensor("f32", [1], [True]), "'True' where a float"),
    "null": (_tensor("f32", [1], [None]), "'None' where a float"),
    "float in integers": (_tensor("i32", [1], [1.0]), "is i32 but has 1.0"),
    "bool in integers": (_tensor("i32", [1], [True]), "is i32 but has True"),
    "integer in bools": (_tensor("bool", [1], [1]), "is bool but has 1"),
    "range": (_tensor("u8", [1], [256]), "256, which u8 cannot hold"),
    "below": (_tensor("u64", [1], [-1]), "-1, which u64 cannot hold"),
    "large": (_tensor("i64", [1], [2**63]), "9223372036854775808, which i64 cannot hold"),
    "larger": (_tensor("i64", [1], [10**400]), "cannot hold"),
    "float range": (_tensor("f32", [1], [1e39]), "1e+39, which f32 cannot hold"),
    "f8 range": (_tensor("f8e4m3", [1], [1000]), "1000.0, which f8e4m3 cannot hold"),
    "f64 range": ('{"dtype": "f64", "shape": [], "data": 1e999}', "damaged"),
    "integer as float": (_tensor("f64", [], 10**400), "where a float is needed"),
    "5000 digits": ('{"dtype": "i64", "shape": [], "data": %s}' % ("9" * 5000), "damaged"),
    "not a tensor": ({"a": 1}, "'a' is damaged"),
}


@pytest.mark.parametrize("case", DAMAGED)
def test_damaged_files_are_refused(tmp_path: Path, case: str) -> None:
    content, message = DAMAGED[case]
    path = tmp_path / "x.json"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content if isinstance(content, str) else json.dumps(content))
    with pytest.raises(FormatError, match=re.escape(message)) as info:
        hodu.load(path)
    assert info.value.where == str(path)
