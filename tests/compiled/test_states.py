"""States of compiled programs: what they become, where it is computed, and failing runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import hodu
from hodu.backends.cpu.prepare import Prepared, prepare
from hodu.dispatch.base import recorder
from hodu.errors import HoduError
from hodu.kernel.verify import verify_kernel
from hodu.plan.target import host, named
from hodu.snapshot.parse import parse_snapshot
from tests.compiled.interpret import Interpreted

MOMENTUM = """
snapshot "momentum" {
  input %g: f32[5, 7]
  state %w: f32[5, 7] = [W]
  state %m: f32[5, 7] = [W]
  const %beta: f32[] = 0.9
  const %rate: f32[] = 0.1
  %0: f32[5, 7] = mul(%m, %beta)
  %1: f32[5, 7] = add(%0, %g)
  %2: f32[5, 7] = mul(%1, %rate)
  %3: f32[5, 7] = sub(%w, %2)
  output "w.next" = %3
  output "m.next" = %1
  alias "w.next" -> "w"
  alias "m.next" -> "m"
}
""".replace("[W]", str([[0.5 * i - j for j in range(7)] for i in range(5)]))
SWAP = """
snapshot "swap" {
  input %x: f32[3]
  state %a: f32[3] = [1.0, 2.0, 3.0]
  state %b: f32[3] = [4.0, 5.0, 6.0]
  %0: f32[3] = add(%x, %a)
  output "y" = %0
  output "a.next" = %b
  output "b.next" = %a
  alias "a.next" -> "a"
  alias "b.next" -> "b"
}
"""
RING = """
snapshot "ring" {
  state %a: i64[2] = [1, 2]
  state %b: i64[2] = [3, 4]
  state %c: i64[2] = [5, 6]
  %0: i64[2] = add(%a, %b)
  output "a.next" = %b
  output "b.next" = %c
  output "c.next" = %0
  alias "a.next" -> "a"
  alias "b.next" -> "b"
  alias "c.next" -> "c"
}
"""
RETURNED = """
snapshot "returned" {
  input %x: f32[3]
  state %s: f32[3] = [1.0, 2.0, 3.0]
  %0: f32[3] = mul(%s, %x)
  output "old" = %s
  output "new" = %0
  output "s.next" = %0
  alias "s.next" -> "s"
}
"""
SHIFTED = """
snapshot "shifted" {
  input %x: f32[1, 4]
  state %rows: f32[3, 4] = [[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0], [9.0, 8.0, 7.0, 6.0]]
  %0: f32[2, 4] = slice(%rows) {start=[1, 0], size=[2, 4], step=[1, 1]}
  %1: f32[3, 4] = cat(%0, %x) {dim=0}
  output "next" = %1
  alias "next" -> "rows"
}
"""
READ_LATER = """
snapshot "read_later" {
  input %x: f32[4, 4]
  state %s: f32[4, 4] = [S]
  %0: f32[4, 4] = add(%s, %x)
  %1: f32[4, 4] = matmul(%0, %s)
  %2: f32[4, 4] = permute(%0) {dims=[1, 0]}
  output "y" = %1
  output "next" = %2
  alias "next" -> "s"
}
""".replace("[S]", str([[float(3 * i - j) for j in range(4)] for i in range(4)]))
UNCHANGED = """
snapshot "unchanged" {
  input %x: f32[2]
  state %s: f32[2] = [1.0, 2.0]
  %0: f32[2] = add(%s, %x)
  output "y" = %0
  output "next" = %s
  alias "next" -> "s"
}
"""
SHAPES = {"g": (5, 7), "x": (3,)}


def _ready(snapshot: hodu.Snapshot, level: int = 2, target: str = "native") -> Prepared:
    ready = prepare(snapshot, host() if target == "native" else named(target), level=level)
    for launch in ready.program.launches():
        verify_kernel(launch.kernel)
    return ready


def check_runs(snapshot: hodu.Snapshot, calls: Sequence[Mapping[str, Any]]) -> None:
    """Outputs and states after each call, compiled and in the interpreter of kernels."""
    reference = hodu.compile(snapshot, compiler="interp")
    modules = [hodu.compile(snapshot, opt=level) for level in (0, 2)]
    kernels = [Interpreted(_ready(snapshot, level)) for level in (0, 2)]
    for given in calls:
        wanted = {n: t.numpy() for n, t in reference.execute(given).items()}
        for module in modules:
            found = {n: t.numpy() for n, t in module.execute(given).items()}
            _assert_same(found, wanted)
            _assert_same(module.states, reference.states)
        for interpreted in kernels:
            found = interpreted.execute(list(given.values()))
            _assert_same(dict(zip(wanted, found, strict=True)), wanted)
            _assert_same(interpreted.states, reference.states)


def _assert_same(found: Mapping[str, np.ndarray], wanted: Mapping[str, np.ndarray]) -> None:
    assert found.keys() == wanted.keys()
    for name, array in wanted.items():
        assert found[name].dtype == array.dtype
        np.testing.assert_allclose(found[name], array, rtol=1e-5, atol=1e-6, err_msg=name)


def _calls(snapshot: hodu.Snapshot, count: int = 3) -> list[dict[str, np.ndarray]]:
    rng = np.random.default_rng(0)
    inputs = [v for v in snapshot.inputs if v.name not in snapshot.states]
    return [
        {v.name: rng.normal(size=v.type.shape).astype(v.type.dtype.numpy) for v in inputs}
        for _ in range(count)
    ]


def _copies(snapshot: hodu.Snapshot) -> int:
    return sum(launch.label == "copy" for launch in _ready(snapshot).program.launches())


@pytest.mark.parametrize(
    ("text", "copies"),
    [
        (MOMENTUM, 0),
        (SWAP, 3),
        (RING, 3),
        (RETURNED, 2),
        (SHIFTED, 1),
        (READ_LATER, 0),
        (UNCHANGED, 0),
    ],
    ids=lambda x: x.split('"')[1] if isinstance(x, str) else "",
)
def test_states_become_what_the_interpreter_says(text: str, copies: int) -> None:
    snapshot = parse_snapshot(text)
    check_runs(snapshot, _calls(snapshot))
    assert _copies(snapshot) == copies


@pytest.mark.parametrize(
    "text",
    [MOMENTUM, SWAP, RING, RETURNED, SHIFTED, READ_LATER, UNCHANGED],
    ids=lambda x: x.split('"')[1],
)
def test_updated_inputs_become_what_states_become(text: str) -> None:
    """Without data of their own, states are inputs that each run writes in place."""
    snapshot = parse_snapshot(text)
    bare = replace(snapshot, states={})
    reference = hodu.compile(snapshot, compiler="interp")
    modules = [hodu.compile(bare, opt=0), hodu.compile(bare), hodu.compile(bare, compiler="interp")]
    held = [{n: a.copy() for n, a in snapshot.states.items()} for _ in modules]
    kernels = Interpreted(_ready(bare))
    kept = {n: a.copy() for n, a in snapshot.states.items()}
    for given in _calls(snapshot):
        wanted = {n: t.numpy() for n, t in reference.execute(given).items()}
        for module, states in zip(modules, held, strict=True):
            found = {n: t.numpy() for n, t in module.execute({**given, **states}).items()}
            _assert_same(found, wanted)
            _assert_same(states, reference.states)
        arrays = given | kept
        outputs = kernels.execute([arrays[v.name] for v in bare.inputs])
        _assert_same(dict(zip(wanted, outputs, strict=True)), wanted)
        kept = kernels.updated
        _assert_same(kept, reference.states)


def _state(data: np.ndarray) -> Any:
    """A tensor that is a state of the capture under way, as a generator's is."""
    active = recorder()
    assert active is not None
    return active.lift_state(hodu.tensor(data), "total")


def test_a_loop_updates_a_state_without_copies() -> None:
    with hodu.capture("loop") as board:
        x, n = board.input("x", (4,), "f32"), board.input("n", (), "i64")
        total = _state(np.ones(4, np.float32))

        def step(t: hodu.Tensor, n: hodu.Tensor) -> tuple[hodu.Tensor, ...]:
            return t * 0.5 + x, n - 1

        result, _ = hodu.while_loop(lambda t, n: n > 0, step, (total + 0, n))
        board.target("y", result * 2)
        total.copy_(result)
    calls = [{"x": np.arange(4, dtype=np.float32), "n": np.array(n)} for n in (3, 0, 1)]
    check_runs(board.snapshot, calls)
    assert _copies(board.snapshot) == 1  # the input n to what the loop carries


FAILING = """
snapshot "failing" {
  input %i: i64[2]
  state %first: f32[2] = [1.0, 2.0]
  state %second: f32[2] = [3.0, 4.0]
  %0: f32[2] = mul(%first, %first)
  %1: f32[2] = index_select(%second, %i) {dim=0}
  %2: f32[2] = add(%1, %0)
  output "y" = %2
  output "first.next" = %0
  output "second.next" = %1
  alias "first.next" -> "first"
  alias "second.next" -> "second"
}
"""


def test_a_run_that_fails_leaves_all_states_as_they_were() -> None:
    snapshot = parse_snapshot(FAILING)
    good, bad = ({"i": np.array(i)} for i in ([1, 0], [0, 7]))
    check_runs(snapshot, [good, good])
    for module in (hodu.compile(snapshot), hodu.compile(snapshot, compiler="interp")):
        module.execute(good)
        before = {name: array.copy() for name, array in module.states.items()}
        with pytest.raises(HoduError, match="7"):
            module.execute(bad)
        _assert_same(module.states, before)
        assert module.execute(good)["y"].tolist() == [4.0, 20.0]


def decoder(dtype: str, heads: int = 2, keys: int = 40, width: int = 24) -> hodu.Snapshot:
    """A step of decoding: a row into each cache, then attention over what has been filled."""
    caches = [hodu.zeros((1, heads, keys, width), dtype=dtype) for _ in range(2)]
    with hodu.capture("decode") as board:
        query, key, value = (board.input(n, (1, heads, 1, width), dtype) for n in "qkv")
        position = board.input("position", (), "i64")
        for cache, row in zip(caches, (key, value), strict=True):
            board.hold(cache)
            cache[:, :, position] = row[:, :, 0]
        mask = hodu.arange(keys) <= position
        attend = hodu.nn.functional.scaled_dot_product_attention
        board.target("y", attend(query, *caches, mask))
    return board.snapshot


@pytest.mark.parametrize("dtype", ["f32", "f64", "bf16", "f16"])
def test_a_step_of_decoding_writes_its_row_in_place(dtype: str) -> None:
    snapshot = decoder(dtype)
    rng = np.random.default_rng(0)
    kind = hodu.zeros((), dtype=dtype).numpy().dtype

    def call(position: int) -> dict[str, np.ndarray]:
        rows = {n: rng.normal(size=(1, 2, 1, 24)).astype(kind) for n in "qkv"}
        return {**rows, "position": np.array(position)}

    calls = [call(i) for i in (0, 1, 2, 39, -2)]
    reference = hodu.compile(snapshot, compiler="interp")
    module, kernels = hodu.compile(snapshot), Interpreted(_ready(snapshot))
    rounding = {"f32": 1e-5, "f64": 1e-12, "bf16": 2e-2, "f16": 2e-3}[dtype]
    for given in calls:
        wanted = reference.execute(given)["y"].numpy().astype(np.float64)
        found = [module.execute(given)["y"].numpy(), kernels.execute(list(given.values()))[0]]
        for array in found:
            assert np.allclose(array.astype(np.float64), wanted, rounding, rounding)
        for name, state in reference.states.items():
            assert (module.states[name] == state).all()
            assert (kernels.states[name] == state).all()
    before = {name: state.copy() for name, state in module.states.items()}
    with pytest.raises(HoduError, match="40"):
        module.execute(call(40))
    assert all((module.states[name] == state).all() for name, state in before.items())


def test_decoding_copies_no_cache() -> None:
    ready = _ready(decoder("f32", 12, 512, 64))
    cache = 12 * 512 * 64 * 4
    labels = [launch.label for launch in ready.program.launches()]
    assert "copy" not in labels
    assert "pack" not in labels
    slots = {a.place.slot for x in ready.program.launches() for a in x.arguments}
    assert sum(slot.bytes for slot in slots if slot.kind == "arena") < cache / 100
    assert ready.plan.size < 2.1 * cache
