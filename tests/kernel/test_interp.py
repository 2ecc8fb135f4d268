"""The kernel interpreter finds what no kernel may do, and the verifier what no kernel may be."""

from __future__ import annotations

import numpy as np
import pytest

from hodu.dtypes import bool_, f32, i32, u8
from hodu.errors import VerifyError
from hodu.kernel.buffer import Buf
from hodu.kernel.builder import KernelBuilder
from hodu.kernel.expr import INDEX, Binary, Const, Load, Var, select
from hodu.kernel.interp import KernelFailure, KernelFault, run_kernel
from hodu.kernel.ir import Fail, For, Kernel, Let, Store
from hodu.kernel.text import print_kernel
from hodu.kernel.verify import verify_kernel

ZERO = Const(0, INDEX)


def one(dtype=f32, size: int = 4) -> tuple[KernelBuilder, Buf, Buf]:
    """A builder with an input and an output."""
    k = KernelBuilder("test")
    return k, k.param("x", dtype, size, "in"), k.param("y", dtype, size, "out")


@pytest.mark.parametrize("at", [-1, 4, 100])
def test_a_load_outside_is_a_fault(at):
    k, x, y = one()
    k.store(y, 0, k.load(x, at))
    with pytest.raises(KernelFault, match=r"x\["):
        run_kernel(k.finish(), [np.zeros(4, np.float32), np.zeros(4, np.float32)])


def test_a_store_outside_is_a_fault():
    k, x, y = one()
    k.store(y, 2, k.load(x, 0, 4))
    with pytest.raises(KernelFault, match=r"y\[2:6\] of 4"):
        run_kernel(k.finish(), [np.zeros(4, np.float32), np.zeros(4, np.float32)])


@pytest.mark.parametrize("at", [-1, 4])
def test_a_store_of_one_element_outside_is_a_fault(at):
    k, x, y = one()
    k.store(y, at, k.load(x, 0))
    with pytest.raises(KernelFault, match=r"y\["):
        run_kernel(k.finish(), [np.zeros(4, np.float32), np.zeros(4, np.float32)])


@pytest.mark.parametrize("at", [-1, 1])
def test_a_load_of_several_elements_outside_is_a_fault(at):
    k, x, y = one()
    k.store(y, 0, k.load(x, at, 4))
    with pytest.raises(KernelFault, match=r"x\["):
        run_kernel(k.finish(), [np.zeros(4, np.float32), np.zeros(4, np.float32)])


def test_a_read_of_what_was_never_written_is_a_fault():
    k, _, y = one()
    local = k.local("total", f32)
    k.store(y, 0, k.load(local))
    with pytest.raises(KernelFault, match="read before"):
        run_kernel(k.finish(), [np.zeros(4, np.float32), np.zeros(4, np.float32)])


def test_a_read_of_a_few_elements_of_which_one_was_never_written_is_a_fault():
    k, x, y = one()
    k.store(y, 0, k.load(x, 0, 3))
    k.store(y, 0, k.load(y, 0, 4))
    with pytest.raises(KernelFault, match="read before"):
        run_kernel(k.finish(), [np.zeros(4, np.float32), np.zeros(4, np.float32)])


def test_both_sides_of_a_choice_are_read():
    k, x, y = one()
    k.store(y, 0, select(k.load(x, 0) > 0, k.load(x, 0), k.load(x, 4)))
    with pytest.raises(KernelFault, match=r"x\[4"):
        run_kernel(k.finish(), [np.ones(4, np.float32), np.zeros(4, np.float32)])


def test_what_was_loaded_stays_when_its_place_is_written():
    k, x, y = one()
    vector = k.local("vector", f32, lanes=4)
    k.store(vector, 0, k.load(x, 0, 4))
    before = k.let(k.load(vector))
    k.store(vector, 0, k.load(vector) + before)
    k.store(y, 0, before)
    out = np.zeros(4, np.float32)
    run_kernel(k.finish(), [np.arange(4, dtype=np.float32), out])
    assert out.tolist() == [0, 1, 2, 3]


def test_a_division_by_zero_is_an_error():
    k, x, y = one(i32)
    k.store(y, 0, k.load(x, 0) // k.load(x, 1))
    with pytest.raises(ZeroDivisionError):
        run_kernel(k.finish(), [np.zeros(4, np.int32), np.zeros(4, np.int32)])


def test_a_float_that_does_not_fit_is_a_fault():
    k = KernelBuilder("cast")
    x, y = k.param("x", f32, 1, "in"), k.param("y", u8, 1, "out")
    k.store(y, 0, k.load(x).cast(u8))
    kernel = k.finish()
    out = np.zeros(1, np.uint8)
    run_kernel(kernel, [np.array([255.9], np.float32)[:1] * np.float32(0.99), out])
    assert out[0] == 253
    with pytest.raises(KernelFault, match="does not fit"):
        run_kernel(kernel, [np.array([300.0], np.float32), out])


def test_fail_leaves_the_kernel():
    k, x, y = one(i32)
    with k.loop(4) as i:
        k.fail(k.load(x, i) < 0, 1, 7, k.load(x, i), i)
        k.store(y, i, k.load(x, i))
    out = np.zeros(4, np.int32)
    with pytest.raises(KernelFailure) as caught:
        run_kernel(k.finish(), [np.array([5, 6, -3, 8], np.int32), out])
    assert (caught.value.status, caught.value.site, caught.value.values) == (1, 7, (-3, 2))
    assert out.tolist() == [5, 6, 0, 0]


def problems(*body, params=()) -> str:
    """What the verifier says."""
    with pytest.raises(VerifyError) as caught:
        verify_kernel(Kernel("bad", tuple(params), tuple(body)))
    return str(caught.value)


def test_the_verifier_lists_everything():
    x, y = Buf("x", f32, 4, "in"), Buf("y", f32, 4, "out")
    v, w = Var("v", f32), Var("w", i32)
    text = problems(
        Store(x, ZERO, Const(0.0, f32)),
        Store(y, ZERO, Const(0, i32)),
        Store(y, ZERO, v),
        Let(w, Load(x, ZERO)),
        Store(y, ZERO, Binary("add", Load(x, ZERO), Const(1, i32))),
        Fail(Const(1, i32), 1, 0),
        params=(x, y),
    )
    for part in (
        "a store in in x",
        "i32x1 stored",
        "v is used",
        "w is declared",
        "add of f32",
        "no",
    ):
        assert part in text


def test_parallel_loops_do_not_nest():
    y = Buf("y", f32, 4, "out")
    i, j = Var("i", INDEX), Var("j", INDEX)
    inner = For(j, ZERO, Const(2, INDEX), (Store(y, j, Const(0.0, f32)),), "parallel")
    assert "inside another" in problems(
        For(i, ZERO, Const(2, INDEX), (inner,), "parallel"), params=(y,)
    )


def test_a_parallel_loop_can_go_backward():
    k = KernelBuilder("turns")
    y = k.param("y", f32, 6, "inout")
    with k.loop(2, name="t") as t, k.loop(3, kind="parallel", backward=t.ne(0)) as i:
        k.store(y, t * 3, k.load(y, t * 3) * 10 + i.cast(f32))
    kernel = k.finish()
    verify_kernel(kernel)
    data = np.zeros(6, np.float32)
    run_kernel(kernel, [data])
    assert (data[0], data[3]) == (12, 210)
    assert "parallel i in 0..3 backward if" in print_kernel(kernel)


def test_names_end_with_their_block():
    y = Buf("y", f32, 4, "out")
    i, v = Var("i", INDEX), Var("v", f32)
    loop = For(i, ZERO, Const(2, INDEX), (Let(v, Const(0.0, f32)),))
    assert "v is used" in problems(loop, Store(y, ZERO, v), params=(y,))


def test_parameters_have_names_of_their_own():
    twice = Buf("y", bool_, 4, "out"), Buf("y", bool_, 4, "in")
    assert "two parameters" in problems(params=twice)
