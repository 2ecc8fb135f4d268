"""What `training.py` measures: steps of training in one system, in a process of its own.

    python benchmarks/training_systems.py SYSTEM NETWORK THREADS

Trains NETWORK of `training_zoo.py` and writes a line of JSON: the `losses` of the first steps, the
`seconds` to the first one, `megabytes` at most in memory. Then, for each number that it reads,
trains on for so many steps and writes `wall` and `cpu`, lists of milliseconds.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

START = time.perf_counter()

import training_zoo as zoo
from systems import peak_megabytes

STEPS = 6
Step = Callable[[], float]


def _steps_of(lib: Any, network: Any, forward: Any, optimizer: Any) -> Callable[..., Any]:
    """A step as users of either library write it."""

    def step(x: Any, labels: Any) -> Any:
        loss = lib.nn.functional.cross_entropy(forward(x), labels)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        return loss

    return step


def _hodu(name: str, threads: int) -> Step:
    """One native function."""
    import hodu

    network = zoo.make(hodu, name)
    optimizer = hodu.optim.Adam(network.parameters(), lr=zoo.RATE)
    step = _steps_of(hodu, network, network, optimizer)
    compiled: Any = hodu.compile(step, state=(network, optimizer), threads=threads)
    x, labels = map(hodu.from_numpy, zoo.batch(name))
    return lambda: float(compiled(x, labels))


def _torch(name: str, threads: int, *, compiles: bool = False) -> Step:
    """PyTorch's own operators, with its fused Adam."""
    import torch

    torch.set_num_threads(threads)
    network = zoo.make(torch, name)
    optimizer = torch.optim.Adam(network.parameters(), lr=zoo.RATE, fused=True)
    forward = torch.compile(network) if compiles else network
    step = _steps_of(torch, network, forward, optimizer)
    x, labels = map(torch.from_numpy, zoo.batch(name))
    return lambda: float(step(x, labels))


def _torch_compile(name: str, threads: int) -> Step:
    """The same with forward and backward by `torch.compile`."""
    return _torch(name, threads, compiles=True)


def _jax(name: str, threads: int) -> Step:
    """`jax.jit` of the whole step, with the memory of the old parameters given to the new ones."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    import jax
    import jax.numpy as jnp

    network = zoo.make(_reference(), name)
    held = {k: jnp.asarray(p.detach().numpy().copy()) for k, p in network.named_parameters()}
    forward = zoo.forward(name)

    def loss_of(p: Mapping[str, Any], x: Any, labels: Any) -> Any:
        scores = jax.nn.log_softmax(forward(p, x))
        return -jnp.take_along_axis(scores, labels[:, None], 1).mean()

    def step(p: Any, m: Any, v: Any, count: Any, x: Any, labels: Any) -> Any:
        loss, g = jax.value_and_grad(loss_of)(p, x, labels)
        (b1, b2), count = zoo.BETAS, count + 1
        m = {k: b1 * m[k] + (1 - b1) * g[k] for k in p}
        v = {k: b2 * v[k] + (1 - b2) * g[k] * g[k] for k in p}
        rate, root = zoo.RATE / (1 - b1**count), jnp.sqrt(1 - b2**count)
        p = {k: p[k] - rate * m[k] / (jnp.sqrt(v[k]) / root + zoo.EPSILON) for k in p}
        return p, m, v, count, loss

    jitted = jax.jit(step, donate_argnums=(0, 1, 2))
    x, labels = map(jnp.asarray, zoo.batch(name))
    zeros = [{k: jnp.zeros_like(p) for k, p in held.items()} for _ in range(2)]
    state: list[Any] = [held, *zeros, jnp.float32(0)]

    def run() -> float:
        *state[:], loss = jitted(*state, x, labels)
        return float(loss)

    return run


def _reference() -> Any:
    """The library whose modules name the parameters."""
    import hodu

    return hodu


SYSTEMS: dict[str, Callable[[str, int], Step]] = {
    "hodu": _hodu,
    "torch": _torch,
    "torch.compile": _torch_compile,
    "jax": _jax,
}


def timed(step: Step, count: int) -> dict[str, list[float]]:
    """Milliseconds of some steps: by the clock, and of the CPUs."""
    wall, cpu = [], []
    step()  # other programs have had the caches
    for _ in range(count):
        spent, start = time.process_time_ns(), time.perf_counter_ns()
        step()
        wall.append((time.perf_counter_ns() - start) / 1e6)
        cpu.append((time.process_time_ns() - spent) / 1e6)
    return {"wall": wall, "cpu": cpu}


def main() -> None:
    """Train a little, report, and train on as often as asked."""
    system, name, threads = sys.argv[1:]
    step = SYSTEMS[system](name, int(threads))
    losses = [step()]
    seconds = time.perf_counter() - START
    losses += [step() for _ in range(STEPS - 1)]
    facts = {"losses": losses, "seconds": seconds, "megabytes": peak_megabytes()}
    print(json.dumps(facts), flush=True)
    for line in sys.stdin:
        print(json.dumps(timed(step, int(line))), flush=True)


if __name__ == "__main__":
    main()
