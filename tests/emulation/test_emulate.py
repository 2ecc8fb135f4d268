"""Models on other machines, in QEMU, against the interpreter on this one."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

import hodu
import hodu.nn.functional as F
from hodu.emulation import on_board
from hodu.emulation.boards import board_for
from hodu.emulation.emulate import emulate
from hodu.emulation.qemu import find_program
from hodu.errors import ToolchainError, UnsupportedError
from hodu.plan.target import baseline
from hodu.plugins.interfaces import CompileOptions
from hodu.snapshot.ir import Snapshot
from hodu.snapshot.parse import parse_snapshot
from tests.cli.conftest import COUNTER, Cli, cli  # noqa: F401

SYSTEM = "qemu-system-arm"
board = pytest.mark.skipif(shutil.which(SYSTEM) is None, reason=f"needs QEMU: {SYSTEM}")
X, COUNT = np.linspace(-1, 1, 128, dtype=np.float32).reshape(1, 2, 8, 8), np.array(7, np.int32)
GIVEN = {"x": X, "count": COUNT}


@pytest.fixture(scope="module")
def net() -> Snapshot:
    """A convolution, a root, a softmax, an integer, a result that nobody may call by its name."""
    weight = hodu.tensor(np.random.default_rng(0).standard_normal((4, 2, 3, 3), np.float32))
    with hodu.capture("net") as made:
        x = made.input("x", X.shape, "f32")
        means = F.relu(F.conv2d(x, weight)).mean((2, 3))
        made.target("y", F.softmax(hodu.sqrt(means), -1))
        made.target("a/b", made.input("count", (), "i32") * 3)
    return made.snapshot


def agrees(net: Snapshot, triple: str, cpu: str | None = None) -> int | None:
    """The instructions of a run whose results are those of the interpreter."""
    run = emulate(net, GIVEN, baseline(triple, cpu), CompileOptions())
    np.testing.assert_allclose(run.outputs["y"], net.run(X, COUNT)[0], rtol=1e-5)
    assert run.outputs["a/b"] == 21 and run.outputs["a/b"].dtype == np.int32
    if "firmware" in run.notes:
        computed, measured = run.notes["firmware"]["stack"], run.stack
        outside = set(run.notes["firmware"]["outside"]) - {"memcpy", "memset"}
        assert all(name.startswith("__") for name in outside), "only arithmetic, no libm"
        assert computed - 16 <= measured <= computed or outside
    return run.instructions


@board
@pytest.mark.parametrize(
    ("triple", "cpu"),
    [
        ("thumbv7em-none-eabihf", "cortex-m4"),
        ("thumbv7em-none-eabihf", "cortex-m7"),
        ("thumbv8m.main-none-eabihf", "cortex-m33"),
        ("thumbv6m-none-eabi", "cortex-m0"),
        ("aarch64-unknown-none", None),
    ],
)
def test_boards(net: Snapshot, triple: str, cpu: str | None) -> None:
    assert agrees(net, triple, cpu)


@pytest.mark.parametrize("triple", ["armv7a-none-eabi", "riscv32imac-unknown-none-elf"])
def test_boards_without_floats(triple: str) -> None:
    """Of integers, since it takes seconds to build the compiler's arithmetic of floats."""
    board = board_for(baseline(triple))
    assert board is not None
    if shutil.which(board.program) is None:
        pytest.skip(f"needs {board.program}: apt-get install {board.package}")
    with hodu.capture("sums") as made:
        made.target("y", (made.input("x", (3, 5), "i32") * 7).sum(1))
    given = {"x": np.arange(15, dtype=np.int32).reshape(3, 5)}
    run = emulate(made.snapshot, given, baseline(triple), CompileOptions())
    np.testing.assert_array_equal(run.outputs["y"], (given["x"] * 7).sum(1))
    assert run.instructions and run.stack is not None
    assert 0 <= run.notes["firmware"]["stack"] - run.stack < 16


@board
def test_instructions_are_counted_alike_without_a_plugin(
    net: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    exact = agrees(net, "thumbv7em-none-eabihf")
    monkeypatch.setattr(on_board, "counting_plugin", lambda program: Path("/nothing"))
    about = agrees(net, "thumbv7em-none-eabihf")
    assert exact is not None and about is not None and abs(exact - about) <= 80


@board
def test_a_model_that_stops() -> None:
    with hodu.capture("take") as made:
        made.target("y", F.embedding(made.input("at", (1,), "i32"), hodu.zeros(4, 2)))
    given = {"at": np.array([9], np.int32)}
    with pytest.raises(ToolchainError, match="status 1 on mps2-an386"):
        emulate(made.snapshot, given, baseline("thumbv7em-none-eabihf"), CompileOptions())


@pytest.mark.skipif(shutil.which("qemu-aarch64-static") is None, reason="needs QEMU's user mode")
def test_linux(net: Snapshot) -> None:
    assert agrees(net, "aarch64-linux-musl") is None


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node, which runs WebAssembly")
def test_node(net: Snapshot) -> None:
    assert agrees(net, "wasm32-freestanding") is None


@board
def test_states_begin_as_they_were_built_and_are_read_back() -> None:
    """What a model keeps is in its arena, and copied there when it begins."""
    run = emulate(
        parse_snapshot(COUNTER.replace("i64", "i32")),
        {"step": np.array(4, np.int32)},
        baseline("thumbv7em-none-eabihf"),
        CompileOptions(),
    )
    assert run.outputs["total"] == 9 and run.notes["firmware"]["zero"] == 8
    assert {name: state.tolist() for name, state in run.states.items()} == {"count": 9}


def test_what_is_missing_is_named(net: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnsupportedError, match="no emulator for aarch64-windows-gnu"):
        emulate(net, GIVEN, baseline("aarch64-windows-gnu"), CompileOptions())
    with hodu.capture("where") as made:
        made.target("at", made.input("x", (3,), "f32").nonzero())
    with pytest.raises(UnsupportedError, match="sizes of at depend on data"):
        emulate(made.snapshot, {}, baseline("thumbv7em-none-eabihf"), CompileOptions())
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(ToolchainError, match="no program 'qemu-some'") as raised:
        find_program(["qemu-some"], "qemu-package")
    assert "install qemu" in (raised.value.hint or "")


@board
def test_command(cli: Cli, net: Snapshot) -> None:  # noqa: F811
    hodu.save(net, "net.hdss")
    target = ("-t", "thumbv7em-none-eabihf", "-q")
    told = cli("test-target", "net.hdss", *target, "-i", "count=2", "--streaming")
    assert told.code == 0, told.err
    for line in ("agrees", "instructions", "  stack measured", "mps2-an386"):
        assert line in told.out
    refused = cli("test-target", "net.hdss", *target, "--tolerance", "0", "-f", "json")
    assert refused.code == 1 and '"agrees": false' in refused.out
