"""Threads: eager ops share nothing that matters, and each thread has its own capture."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import hodu

THREADS, ROUNDS = 4, 50


def run_together(work):
    """`work(number)` in every thread at once; the results, or the first error."""
    barrier = threading.Barrier(THREADS)

    def start(number):
        barrier.wait()
        return work(number)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(start, range(THREADS)))


def test_eager_ops():
    def work(number):
        rng = np.random.default_rng(number)
        for _ in range(ROUNDS):
            a = rng.standard_normal((8, 8)).astype(np.float32)
            t = hodu.tensor(a)
            np.testing.assert_allclose((t @ t + 1).sum().item(), (a @ a + 1).sum(), rtol=1e-3)
            t[number] += 1
            t.half().softmax(-1).sort()
            1 / hodu.zeros(2)  # no floating-point warning in any thread
        return True

    assert run_together(work) == [True] * THREADS


def test_captures_belong_to_their_thread():
    def work(number):
        outputs = []
        for _ in range(ROUNDS):
            with hodu.capture(f"thread{number}") as board:
                x = board.input("x", (3,))
                x[0] += number
                board.target("y", hodu.relu(x * number))
            (output,) = board.snapshot.run(np.ones(3, np.float32))[:1]
            outputs.append(output.tolist())
        return outputs

    for number, outputs in enumerate(run_together(work)):
        assert outputs == [[(1.0 + number) * number, number, number]] * ROUNDS


def test_a_capture_does_not_reach_another_thread():
    with hodu.capture() as board:
        x = board.input("x", (2,))
        board.target("y", x + 1)
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(lambda: (hodu.ones(2) + 1).tolist()).result() == [2.0, 2.0]
            with pytest.raises(hodu.HoduError, match="capture"):
                pool.submit(lambda: x + 1).result()


def test_a_capture_that_draws_leaves_the_generator_to_other_threads():
    with hodu.capture() as board:
        board.target("y", hodu.rand(2))
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(lambda: hodu.rand(3).shape).result() == (3,)
        board.target("z", hodu.rand(2))
    y, z, *_ = board.snapshot.run(hodu.get_rng_state().numpy())
    assert y.tolist() != z.tolist()


def test_draws_of_one_generator_do_not_repeat():
    generator = hodu.Generator(3)
    drawn = run_together(
        lambda _: [hodu.rand(4, generator=generator).numpy().tobytes() for _ in range(ROUNDS)]
    )
    assert len({d for part in drawn for d in part}) == THREADS * ROUNDS
