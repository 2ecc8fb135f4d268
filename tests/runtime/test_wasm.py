"""Models as WebAssembly, run by the loader in Node."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

import hodu
from hodu.errors import ArgumentError
from hodu.snapshot.parse import parse_snapshot
from tests.runtime.test_wheel import COUNTING

node = shutil.which("node")
needs_node = pytest.mark.skipif(node is None, reason="needs node, which runs WebAssembly")
X = np.array([[3, 0, -1], [0, 2, 5]], np.float32)
START = """
import { readFileSync } from "node:fs";
import { loadModel } from "./hodu.mjs";
const load = (name) => loadModel(readFileSync(name));
const plain = (results) => Object.fromEntries(Object.entries(results).map(
  ([name, { data, shape }]) => [name, { data: Array.from(data, Number), shape }]));
const said = (act) => {
  try { act(); return "nothing"; } catch (e) { return `${e.name}: ${e.message}`; }
};
const x = Float32Array.of(3, 0, -1, 0, 2, 5), i = BigInt64Array.of(2n);
"""
RUN = """
const results = [];
for (const file of ["gate.wasm", "mvp.wasm"]) {
  const model = await load(file);
  results.push(plain(model.run({ x, i })));
  results.push(plain(model.run({ x: { data: x, shape: [2, 3] }, i: { data: i, shape: [] } })));
}
console.log(JSON.stringify(results));
"""
MISTAKES = """
const model = await load("gate.wasm");
console.log(JSON.stringify([
  said(() => model.run({ x })),
  said(() => model.run({ x, i, z: x })),
  said(() => model.run({ x: Float64Array.from(x), i })),
  said(() => model.run({ x: x.slice(1), i })),
  said(() => model.run({ x: { data: x, shape: [3, 2] }, i })),
  said(() => model.run({ x, i: BigInt64Array.of(3n) })),
]));
"""
WRITES = """
const model = await load("counting.wasm"), other = await load("counting.wasm");
const total = Float32Array.of(1, 1, 1), four = total.map(() => 4), none = new Float32Array(3);
const twice = [[model, four], [model, none], [other, none]].map(
  ([m, x]) => m.run({ total, x }).twice.data[0]);
console.log(JSON.stringify([...total, ...twice]));
"""


@pytest.fixture(scope="module")
def snapshot() -> hodu.Snapshot:
    with hodu.capture("gate") as board:
        x = board.input("x", (2, 3), "f32")
        board.target("y", x @ hodu.tensor(np.arange(6, dtype=np.float32).reshape(3, 2)))
        board.target("column", x[:, board.input("i", (), "i64")])
        board.target("places", x.nonzero())
    return board.snapshot


@pytest.fixture(scope="module")
def folder(snapshot: hodu.Snapshot, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wasm")
    hodu.build(snapshot, folder / "gate.wasm")
    hodu.build(snapshot, folder / "mvp.wasm", cpu="mvp")
    return folder


def said_by(folder: Path, script: str) -> list:
    """What a script prints as JSON."""
    (folder / "script.mjs").write_text(START + script)
    done = subprocess.run([node, "script.mjs"], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@needs_node
def test_results(snapshot: hodu.Snapshot, folder: Path) -> None:
    wanted = hodu.compile(snapshot).execute({"x": X, "i": np.array(2, np.int64)})
    for results in said_by(folder, RUN):
        assert list(results) == list(wanted)
        for name, value in wanted.items():
            found = np.array(results[name]["data"]).reshape(results[name]["shape"])
            np.testing.assert_array_equal(found, value.numpy())


@needs_node
def test_mistakes(folder: Path) -> None:
    missing, unknown, dtype, length, shape, index = said_by(folder, MISTAKES)
    assert missing == "TypeError: input 'i' is missing; the model takes i64[]"
    assert unknown == "TypeError: gate has no input z"
    assert dtype.startswith("TypeError: input 'x' is not a Float32Array but Float64Array;")
    assert length == "RangeError: input 'x' has 5 elements; the model takes f32[2, 3]"
    assert shape == "RangeError: input 'x' has shape [3, 2]; the model takes f32[2, 3]"
    assert index.startswith("RangeError: ") and "3" in index


@needs_node
def test_what_a_run_writes(tmp_path: Path) -> None:
    hodu.build(parse_snapshot(COUNTING), tmp_path / "counting.wasm")
    assert said_by(tmp_path, WRITES) == [5, 5, 5, 10, 11, 10]


def test_weights_are_inside(snapshot: hodu.Snapshot, tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=r"a \.wasm file holds its weights itself"):
        hodu.build(snapshot, tmp_path / "gate.wasm", external_weights=True)
    assert not list(tmp_path.iterdir())
