"""The cpu compiler's modules: parts left to the interpreter, named sizes, states, the cache."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import hodu
from hodu.backends.cpu import stored
from hodu.backends.cpu.fingerprint import fingerprint, program_key
from hodu.backends.cpu.hybrid import HybridModule
from hodu.backends.cpu.partition import partition
from hodu.backends.cpu.specialize import CAPACITY, SpecializingModule
from hodu.errors import ArgumentError, DTypeError, ShapeError, UnsupportedError
from hodu.ops._rules import same_as
from hodu.ops._samples import S
from hodu.ops._table import REGISTRY, op
from hodu.plan.target import host, named
from hodu.plugins.interfaces import CompileOptions
from hodu.runtime.module import NativeModule
from hodu.snapshot.ir import Snapshot
from hodu.snapshot.parse import parse_snapshot
from hodu.toolchain.compiler import Toolchain

COUNTER = """
snapshot "counter" {
  input %step: i64[N]
  state %count: i64[] = 5
  %0: i64[N] = add(%step, %count)
  %1: i64[] = add(%count, %count)
  output "now" = %0
  output "next" = %1
  alias "next" -> "count"
}
"""
CUT = """
snapshot "cut" {
  input %x: f32[2, 3]
  state %seen: f32[2, 3] = [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
  const %two: f32[] = 2.0
  %0: f32[2, 3] = mul(%x, %two)
  %1: f32[2, 3] = only_eager(%0)
  %2: f32[2, 3] = add(%0, %x)
  %3: f32[2, 3] = add(%1, %2)
  %4: f32[2, 3] = add(%seen, %3)
  output "y" = %3
  output "same" = %x
  output "next" = %4
  alias "next" -> "seen"
}
"""


@pytest.fixture(scope="module", autouse=True)
def only_eager():
    """An op for which the compiler has no code."""

    @op("only_eager(Tensor input) -> Tensor")
    class OnlyEager:
        """input + 100"""

        infer = same_as(0)
        samples = [S((2, 3))]

        def eager(x):
            return x + x.dtype.type(100)

    yield
    del REGISTRY["only_eager"]


def warned(snapshot: Snapshot):
    with pytest.warns(UserWarning, match="the cpu compiler does not take the whole") as caught:
        module = hodu.compile(snapshot)
    assert len(caught) == 1
    return module, str(caught[0].message)


def test_what_has_no_code_is_interpreted_and_named_once():
    module, notice = warned(parse_snapshot(CUT))
    assert isinstance(module, HybridModule)
    assert notice.endswith("it has no code for only_eager, which the interpreter runs")
    x = np.arange(6, dtype=np.float32).reshape(2, 3)
    for turn in (1, 2):
        results = module.execute({"x": x})
        np.testing.assert_array_equal(results["y"].numpy(), 5 * x + 100)
        np.testing.assert_array_equal(module.states["seen"], turn * (5 * x + 100))
    results["same"] += 1
    assert x[0, 0] == 0


def test_parts_are_as_large_as_can_be():
    parts = partition(parse_snapshot(CUT), lambda node: node.op != "only_eager")
    found = [(p.native, [n.op for n in p.snapshot.nodes]) for p in parts]
    assert found == [(True, ["mul", "add"]), (False, ["only_eager"]), (True, ["add", "add"])]


def test_sizes_that_depend_on_the_data_are_not_cut():
    with hodu.capture() as board:
        board.target("y", hodu.nonzero(board.input("x", (4,), "f32")) * 2)
    assert partition(board.snapshot, lambda node: node.op != "nonzero") is None


def test_build_lists_all_that_has_no_code(tmp_path: Path):
    from hodu.backends.cpu.build import build

    snapshot = parse_snapshot(CUT.replace("add(%seen, %3)", "only_eager(%3)"))
    with pytest.raises(UnsupportedError, match=r"no code for:\n  only_eager.*\n  only_eager"):
        build(snapshot, hodu.artifact.OutputFormat.OBJECT, tmp_path / "x.o", CompileOptions())
    assert not list(tmp_path.iterdir())


def test_hybrid_modules_check_their_inputs_as_the_interpreter_does():
    module, _ = warned(parse_snapshot(CUT))
    reference = hodu.compile(parse_snapshot(CUT), compiler="interp")
    for inputs in ({}, {"x": np.ones((2, 3))}, {"x": np.ones((3, 2), np.float32)}):
        with pytest.raises((ArgumentError, DTypeError, ShapeError)) as wanted:
            reference.execute(inputs)
        with pytest.raises(wanted.type) as got:
            module.execute(inputs)
        assert str(got.value) == str(wanted.value)


def test_named_sizes_are_compiled_for_and_share_states():
    module = hodu.compile(parse_snapshot(COUNTER))
    assert isinstance(module, SpecializingModule)
    reference = hodu.compile(parse_snapshot(COUNTER), compiler="interp")
    for size in (2, 3, 2, 5):
        given = {"step": np.arange(size)}
        assert module.execute(given)["now"].tolist() == reference.execute(given)["now"].tolist()
        assert module.states["count"] == reference.states["count"]


def test_named_sizes_have_the_interpreters_errors():
    with hodu.capture() as board:
        x, y = board.input("x", ("N", 2), "f32"), board.input("y", ("N", "M"), "f32")
        board.target("z", x + y[:, :1])
    module, reference = (hodu.compile(board.snapshot, compiler=c) for c in ("cpu", "interp"))
    one, two = np.ones((1, 2), np.float32), np.ones((2, 3), np.float32)
    for inputs in ({"x": one}, {"x": one, "y": two}, {"x": one, "y": one.astype("f8")}):
        with pytest.raises((ArgumentError, DTypeError, ShapeError)) as wanted:
            reference.execute(inputs)
        with pytest.raises(wanted.type) as got:
            module.execute(inputs)
        assert str(got.value) == str(wanted.value)


def test_only_the_sizes_used_last_are_kept():
    with hodu.capture() as board:
        board.target("y", board.input("x", ("N",), "f32") + 1)
    opened: list[Snapshot] = []

    def open(snapshot: Snapshot) -> HybridModule:
        opened.append(snapshot)
        return hodu.compile(snapshot, compiler="interp")

    module = SpecializingModule(board.snapshot, open)
    for size in (*range(1, CAPACITY + 2), CAPACITY + 1, 1):
        assert module.execute({"x": np.zeros(size, np.float32)})["y"].shape == (size,)
    assert [s.inputs[0].type.shape[0] for s in opened] == [*range(1, CAPACITY + 2), 1]


def test_the_key_changes_with_everything_that_matters(monkeypatch):
    with hodu.capture() as board:
        board.target("y", board.input("x", (4,), "f32") * hodu.tensor([1.0, 2.0, 3.0, 4.0]))
    text = str(board.snapshot)
    options, tools, target = CompileOptions(), Toolchain(), host()
    keys = {
        program_key(parse_snapshot(text), target, options, tools),
        program_key(parse_snapshot(text.replace("4.0]", "5.0]")), target, options, tools),
        program_key(parse_snapshot(text.replace("mul", "add")), target, options, tools),
        program_key(parse_snapshot(text), named("scalar"), options, tools),
        program_key(parse_snapshot(text), target, CompileOptions(exact=True), tools),
        program_key(parse_snapshot(text), target, CompileOptions(opt=0), tools),
    }
    assert len(keys) == 6
    assert fingerprint(parse_snapshot(text)) == fingerprint(parse_snapshot(text))
    before = program_key(parse_snapshot(text), target, options, tools)
    monkeypatch.setattr("hodu.backends.cpu.fingerprint.compiler_version", lambda: "another")
    assert program_key(parse_snapshot(text), target, options, tools) != before


WARM = """
import sys
import numpy as np
import hodu
module = hodu.compile(hodu.load({path!r}))
print(module.execute({{"x": np.ones(4, np.float32)}})["y"].tolist())
print([n for n in sys.modules if n.startswith(("hodu.passes", "hodu.lower.", "hodu.render"))])
"""


def test_a_second_process_neither_compiles_nor_imports_the_compiler(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("HODU_CACHE_DIR", str(tmp_path / "cache"))
    with hodu.capture() as board:
        board.target("y", board.input("x", (4,), "f32") * hodu.tensor([1.0, 2.0, 3.0, 4.0]))
    path = tmp_path / "model.hdss"
    hodu.save(board.snapshot, path)
    hodu.compile(hodu.load(path))
    script = WARM.format(path=str(path))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout == "[1.0, 2.0, 3.0, 4.0]\n[]\n", done.stderr


def test_a_damaged_entry_is_compiled_again(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("HODU_CACHE_DIR", str(tmp_path / "cache"))
    with hodu.capture() as board:
        board.target("y", board.input("x", (2,), "f32") * hodu.tensor([3.0, 4.0]))
    options = CompileOptions()
    program = stored.stored_program(board.snapshot, host(), options)
    (program.folder / "weights").write_bytes(b"\0" * 64)
    again = stored.stored_program(board.snapshot, host(), options)
    assert again.weights is not None and again.weights[:8].view(np.float32).tolist() == [3, 4]


def test_states_are_restored():
    text = COUNTER.replace("N]", "2]")
    module, other = hodu.compile(parse_snapshot(text)), hodu.compile(parse_snapshot(text))
    assert isinstance(module, NativeModule) and isinstance(other, NativeModule)
    module.execute({"step": np.zeros(2, np.int64)})
    other.restore(module.states)
    assert other.execute({"step": np.zeros(2, np.int64)})["now"].tolist() == [10, 10]
