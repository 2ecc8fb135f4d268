"""The interpreter: buffers are freed, nodes observed, errors placed."""

from __future__ import annotations

import weakref

import numpy as np
import pytest

import hodu
from hodu.errors import HoduError
from hodu.snapshot.interp import Interpreter
from hodu.snapshot.prune import prune


def test_dead_buffers_are_dropped():
    with hodu.capture() as board:
        x = board.input("x", (1000,))
        for _ in range(5):
            x = x + 1
        board.target("y", x)
    alive: list[weakref.ref] = []
    most = 0

    def observe(node, results, seconds):
        nonlocal most
        alive.extend(weakref.ref(r) for r in results)
        most = max(most, sum(r() is not None for r in alive))

    Interpreter(board.snapshot).run([np.zeros(1000, np.float32)], observe)
    assert len(alive) == 5
    assert most == 2


def test_errors_name_the_node():
    with hodu.capture() as board:
        x = board.input("x", (2,), "i64")
        board.target("y", x // board.input("d", (2,), "i64"))
    with pytest.raises(HoduError, match="division by zero") as info:
        board.snapshot.run(np.array([1, 2]), np.array([1, 0]))
    assert __file__ in str(info.value)


def test_any_value_can_be_an_output():
    with hodu.capture() as board:
        x = board.input("x", (2,))
        y = x + 1
        board.target("z", y * 2)
    snapshot = board.snapshot
    part = prune(snapshot, {"0": snapshot.find("0")})
    assert [n.op for n in part.nodes] == ["add"]
    assert part.run(np.zeros(2, np.float32))[0].tolist() == [1, 1]


def test_state_is_kept_between_runs():
    hodu.manual_seed(5)
    expected = [hodu.rand(3).tolist() for _ in range(3)]
    hodu.manual_seed(5)
    with hodu.capture() as board:
        board.target("y", hodu.rand(3) + board.input("x", (3,)))
    module = hodu.compile(board.snapshot)
    assert [i.name for i in module.inputs] == ["x"]
    assert [o.name for o in module.outputs] == ["y"]
    zeros = np.zeros(3, np.float32)
    assert [module.execute({"x": zeros})["y"].tolist() for _ in range(3)] == expected
    assert hodu.rand(3).tolist() == expected[0], "capturing draws no numbers"


@pytest.mark.parametrize("wrong", [np.array([{}]), np.ones(2, complex), "text"])
def test_inputs_of_a_dtype_that_there_is_not(wrong: object) -> None:
    with hodu.capture("same") as board:
        board.target("y", board.input("x", (2,)))
    module = hodu.compile(board.snapshot)
    with pytest.raises(hodu.errors.DTypeError, match="which Hodu does not have"):
        module.execute({"x": wrong})
    with pytest.raises(hodu.errors.ArgumentError, match="by name, not as a list"):
        module.execute([1])
