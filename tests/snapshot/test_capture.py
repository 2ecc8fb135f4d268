"""Capturing: what is recorded, what folds, what is refused."""

from __future__ import annotations

import numpy as np
import pytest

import hodu
from hodu.errors import ArgumentError, CaptureError, DTypeError, ShapeError


def affine():
    w = hodu.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    with hodu.capture("affine") as board:
        x = board.input("x", ("N", 3))
        board.target("y", x @ w + 1)
    return board.snapshot


def test_records_and_runs():
    snapshot = affine()
    assert [n.op for n in snapshot.nodes] == ["matmul", "add"]
    (y,) = snapshot.run(np.ones((2, 3), np.float32))
    np.testing.assert_array_equal(y, [[10, 13], [10, 13]])


def test_node_knows_the_users_line():
    assert snapshot_loc(affine()).startswith(__file__)


def snapshot_loc(snapshot):
    return snapshot.nodes[0].loc


def test_known_tensors_fold():
    with hodu.capture() as board:
        x = board.input("x", (2,))
        k = hodu.tensor([1.0, 2.0]) * 3 + 1
        board.target("y", x + k)
    assert [n.op for n in board.snapshot.nodes] == ["add"]


def test_large_fills_are_nodes_not_data():
    with hodu.capture() as board:
        x = board.input("x", (1,))
        board.target("y", (x + hodu.zeros(2000, 2000)).sum())
        board.target("huge", hodu.ones(10**6, 10**6)[0, :1] + x)
    assert sum(c.nbytes for c in board.snapshot.constants.values()) < 100
    assert board.snapshot.nodes[0].op == "full"


def test_dead_code_is_dropped_and_inputs_stay():
    with hodu.capture() as board:
        x, _unused = board.input("x", (2,)), board.input("unused", (3,))
        _ = x * 5
        board.target("y", x + 1)
    assert [n.op for n in board.snapshot.nodes] == ["add"]
    assert [v.name for v in board.snapshot.inputs] == ["x", "unused"]
    assert len(board.snapshot.constants) == 1


def test_equal_scalars_and_same_arrays_are_one_constant():
    w = hodu.tensor(np.ones((3, 3), np.float32))
    with hodu.capture() as board:
        x = board.input("x", (3, 3))
        board.target("y", (x @ w + 2.0) @ w + 2.0)
    assert len(board.snapshot.constants) == 2


def test_snapshot_does_not_change_with_its_source():
    w = hodu.tensor([1.0, 2.0])
    with hodu.capture() as board:
        board.target("y", board.input("x", (2,)) + w)
    w += 10
    np.testing.assert_array_equal(board.snapshot.run(np.zeros(2, np.float32))[0], [1, 2])


def test_constant_written_during_capture_is_taken_anew():
    w = hodu.tensor([1.0, 2.0])
    with hodu.capture() as board:
        x = board.input("x", (2,))
        a = x + w
        w += 10
        board.targets(a=a, b=x + w)
    a, b = board.snapshot.run(np.zeros(2, np.float32))
    assert a.tolist() == [1, 2]
    assert b.tolist() == [11, 12]


def test_read_only_constants_are_shared():
    data = np.arange(6, dtype=np.float32)
    data.flags.writeable = False
    with hodu.capture() as board:
        board.target("y", board.input("x", (6,)) + hodu.from_numpy(data))
    (constant,) = board.snapshot.constants.values()
    assert np.shares_memory(constant, data)


def test_in_place_write_is_captured():
    with hodu.capture() as board:
        x = board.input("x", (2,))
        x += 1
        x *= 2
        board.target("y", x)
    assert board.snapshot.run(np.zeros(2, np.float32))[0].tolist() == [2, 2]


def test_eager_tensor_written_in_capture_gets_its_data_back():
    total = hodu.tensor([0.0, 0.0])
    with hodu.capture() as board:
        total += board.input("x", (2,))
        board.target("y", total)
    assert total.tolist() == [0, 0]
    assert board.snapshot.run(np.ones(2, np.float32))[0].tolist() == [1, 1]


def test_stale_view_is_refused():
    with hodu.capture() as board:
        x = board.input("x", (2, 3))
        view = x.permute(1, 0)
        x += 1
        with pytest.raises(CaptureError, match="before its tensor was written"):
            view + 1
        board.target("y", x)


def test_write_to_captured_view_is_refused():
    with hodu.capture() as board:
        x = board.input("x", (2, 3))
        view = x.permute(1, 0)
        with pytest.raises(CaptureError, match="in-place write to a view"):
            view += 1
        board.target("y", x)


@pytest.mark.parametrize("use", [bool, float, lambda t: t.numpy(), lambda t: t.tolist()])
def test_data_is_not_there_during_capture(use):
    with hodu.capture() as board:
        x = board.input("x", (1,))
        with pytest.raises(CaptureError):
            use(x)
        board.target("y", x)


def test_tensor_of_an_ended_capture_is_refused():
    with hodu.capture() as board:
        x = board.input("x", (2,))
        board.target("y", x)
    with pytest.raises(CaptureError, match="has ended"):
        x + 1
    with hodu.capture() as other:
        z = other.input("z", (2,))
        with pytest.raises(CaptureError, match="another capture"):
            x + z
        other.target("z", z)


def test_errors_of_the_board():
    with pytest.raises(CaptureError, match="no targets"), hodu.capture() as board:
        board.input("x", (2,))
    board = hodu.capture()
    with pytest.raises(CaptureError, match="not under way"):
        board.input("x", (2,))
    with board:
        x = board.input("x", (2,))
        with pytest.raises(CaptureError, match="already used"):
            board.input("x", (2,))
        board.target("y", x)
        with pytest.raises(CaptureError, match="named twice"):
            board.target("y", x)
        with pytest.raises(CaptureError, match="has not ended"):
            _ = board.snapshot
    with pytest.raises(CaptureError, match="used once"), board:
        pass


def test_shape_errors_carry_the_users_line():
    with hodu.capture() as board:
        x = board.input("x", (2, 3))
        with pytest.raises(ShapeError, match="do not broadcast") as info:
            x + board.input("z", (4, 3))
        assert __file__ in str(info.value)
        board.target("y", x)


def test_failed_capture_restores_eager_tensors():
    total = hodu.tensor([0.0])
    with pytest.raises(ZeroDivisionError), hodu.capture() as board:
        total += board.input("x", (1,))
        raise ZeroDivisionError
    assert total.tolist() == [0]


def test_module_lists_all_missing_and_unknown_inputs():
    module = hodu.compile(affine())
    with pytest.raises(ArgumentError, match=r"missing inputs: x: f32\[N, 3\]; unknown inputs: q"):
        module.execute({"q": np.ones(3)})
    with pytest.raises(DTypeError, match="'x' is f64, the model expects f32"):
        module.execute({"x": np.ones((2, 3))})
    with pytest.raises(ShapeError, match=r"\[2, 4\], the model expects \[2, 3\]"):
        module.execute({"x": np.ones((2, 4), np.float32)})


def test_compiled_function_is_captured_once_for_each_kind_of_call():
    calls = []

    @hodu.compile
    def f(x, scale, *, bias=None):
        calls.append(x.shape)
        y = x * scale
        return {"y": y if bias is None else y + bias, "parts": (y, [y + 1])}

    a = hodu.tensor([1.0, 2.0])
    assert f(a, 3)["y"].tolist() == [3, 6]
    assert f(a, 3)["parts"][1][0].tolist() == [4, 7]
    assert f(a, 4)["y"].tolist() == [4, 8]
    assert f(a, 3, bias=a)["y"].tolist() == [4, 8]
    assert f(np.ones(3, np.float32), 3)["y"].tolist() == [3, 3, 3]
    assert len(calls) == 4
    with pytest.raises(ArgumentError, match="hashable"):
        f(a, {1, 2})


def test_compile_checks_its_options():
    with pytest.raises(ArgumentError, match="opt=7"):
        hodu.compile(affine(), opt=7)
    with pytest.raises(ArgumentError, match="threads=0"):
        hodu.compile(affine(), threads=0)
    with pytest.raises(hodu.HoduError, match="no compiler plugin for cuda:0"):
        hodu.compile(affine(), device="cuda")
    with pytest.raises(hodu.HoduError, match="no compiler plugin 'nope'"):
        hodu.compile(affine(), compiler="nope")


def write_parts(x):
    x[0] += 1
    row = x[1:]
    row *= 2
    row[0, 1:] -= 5
    x[None, :, 2].fill_(9)
    x[:, 0] += x[:, 1]
    return x * 1


@pytest.mark.parametrize("shape", [(3, 4), ("N", 4)])
def test_writes_to_parts_of_a_captured_tensor(shape):
    array = np.arange(12.0, dtype=np.float32).reshape(3, 4)
    with hodu.capture() as board:
        board.target("y", write_parts(board.input("x", shape)))
    (got,) = board.snapshot.run(array.copy())
    np.testing.assert_array_equal(got, write_parts(hodu.tensor(array)).numpy())


def test_adding_to_a_row_writes_it_once():
    with hodu.capture() as board:
        x = board.input("x", (3, 4))
        x[0] += 1
        board.target("y", x)
    assert [n.op for n in board.snapshot.nodes].count("slice_put") == 1


def test_a_view_is_stale_after_another_write_to_its_tensor():
    with hodu.capture() as board:
        x = board.input("x", (3, 4))
        first, second = x[0], x[1]
        first += 1
        first += 1  # its own writes keep a view fresh
        with pytest.raises(CaptureError, match="before its tensor was written"):
            second += 1
        board.target("y", x)


def test_writes_to_other_views_name_the_remedy():
    with hodu.capture() as board:
        x = board.input("x", (3, 4))
        for view in (x.T, x.reshape(-1), x.view(4, 3)[0]):
            with pytest.raises(CaptureError, match="view") as caught:
                view += 1
            assert "x[0] = x[0] + 1" in (caught.value.hint or "")
        board.target("y", x)


def test_captured_writes_to_eager_views_are_refused():
    whole = hodu.zeros(3)
    view = whole[1:]
    with hodu.capture() as board:
        x = board.input("x", (2,))
        with pytest.raises(CaptureError, match="to an eager view"):
            view += x
        whole[1:] = x
        board.target("y", whole)
    assert board.snapshot.run(np.ones(2, np.float32))[0].tolist() == [0, 1, 1]
