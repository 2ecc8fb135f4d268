"""Single kernels as a share of what the machine can do.

    python benchmarks/kernels.py [GROUP ...] [--threads 1] [--seconds 0.5]

The limits are measured first: f32 multiply-adds in registers, and bytes read and copied in each
level of cache. A case is then bound by the greater of two times: of its operations at the first
rate, and of its bytes (inputs, weights and result once each) at that of the level in which all of
them together fit. Where bytes count, that share stands in the column of the level, and beside it
under "code" the share of the time that the vector instructions of the case need, were they never
to wait (`instructions.py`); the greater share is that of the limit which binds, and is marked. The
time is that of the kernels of a call, without the call itself.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

import hodu
from hodu import Tensor
from hodu.backends.cpu.limits import Limits, machine_limits
from hodu.backends.cpu.prepare import prepare
from hodu.plan.target import host
from instructions import Count

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Case:
    """A function of tensors of some shapes and the f32 operations that count (0: its bytes do)."""

    name: str
    function: Callable[..., Tensor]
    shapes: tuple[Shape, ...]
    operations: float = 0.0
    weights: int = 0

    def snapshot(self) -> Any:
        """The case as a Snapshot."""
        with hodu.capture("case") as board:
            inputs = [board.input(f"x{i}", shape, "f32") for i, shape in enumerate(self.shapes)]
            board.target("y", self.function(*inputs))
        return board.snapshot

    def module(self, threads: int) -> Any:
        """The case compiled."""
        return hodu.compile(self.snapshot(), device="cpu", threads=threads)

    def code_seconds(self, limits: Limits) -> float:
        """The least time of the vector instructions of the case; 0 where they are not known."""
        count = Count(host().lanes(32))
        launches = prepare(self.snapshot(), host()).program.launches()
        return count.seconds(limits) if all(count.add(launch.kernel) for launch in launches) else 0

    def bytes(self, module: Any) -> tuple[int, int]:
        """How many are read and how many are written at least."""
        read = 4 * (self.weights + sum(math.prod(shape) for shape in self.shapes))
        return read, 4 * sum(math.prod(out.shape) for out in module.outputs)


def random(*shape: int) -> NDArray[np.float32]:
    """Normal numbers, the same ones each time."""
    return np.random.default_rng(0).standard_normal(shape, np.float32)


def linear(rows: int, depth: int, columns: int) -> Case:
    """A product with a constant matrix."""
    weight = hodu.tensor(random(depth, columns) / math.sqrt(depth))
    name = f"{rows} x {depth} x {columns}, constant"
    shapes = ((rows, depth),)
    return Case(name, lambda x: x @ weight, shapes, 2.0 * rows * depth * columns, depth * columns)


def matmul(*batch_and_sizes: int) -> Case:
    """A product, or a batch of them, of two matrices that are both given."""
    *batch, rows, depth, columns = batch_and_sizes
    name = f"{'x'.join(map(str, batch))} of " if batch else ""
    shapes = (*batch, rows, depth), (*batch, depth, columns)
    work = 2.0 * math.prod(batch) * rows * depth * columns
    return Case(f"{name}{rows} x {depth} x {columns}", lambda a, b: a @ b, shapes, work)


def attention(heads: int, queries: int, keys: int, width: int, *, causal: bool = False) -> Case:
    """Scaled dot product attention; only what a causal mask leaves counts."""
    shapes = ((1, heads, queries, width), *[(1, heads, keys, width)] * 2)
    share = (keys + 1) / (2 * keys) if causal else 1.0
    attend = hodu.nn.functional.scaled_dot_product_attention
    return Case(
        f"{heads} heads, {queries} x {keys} x {width}{', causal' if causal else ''}",
        lambda q, k, v: attend(q, k, v, is_causal=causal),
        shapes,
        4.0 * heads * queries * keys * width * share,
    )


def rows(name: str, function: Callable[[Tensor], Tensor], *shape: int) -> Case:
    """Something that is bound by bytes."""
    return Case(f"{name} {'x'.join(map(str, shape))}", function, (shape,))


def conv(channels: int, size: int, filters: int, kernel: int, stride: int = 1) -> Case:
    """A convolution with constant weights and padding that keeps the size."""
    weight = hodu.tensor(random(filters, channels, kernel, kernel))
    out = -(-size // stride)
    padding = kernel // 2
    return Case(
        f"{channels} x {size}x{size} to {filters}, {kernel}x{kernel}/{stride}",
        lambda x: hodu.nn.functional.conv2d(x, weight, stride=stride, padding=padding),
        ((1, channels, size, size),),
        2.0 * filters * channels * kernel * kernel * out * out,
        filters * channels * kernel * kernel,
    )


def chain(x: Tensor) -> Tensor:
    """Ten elementwise operations."""
    for factor in (0.9, 0.8, 0.7, 0.6, 0.5):
        x = x * factor + 0.1
    return x


def normalized(x: Tensor) -> Tensor:
    """Layer normalisation over the last axis, with weight and bias."""
    size = int(x.shape[-1])
    weight, bias = hodu.tensor(random(size)), hodu.tensor(random(size))
    return hodu.nn.functional.layer_norm(x, (size,), weight, bias)


def root_normalized(x: Tensor) -> Tensor:
    """RMS normalisation over the last axis, with weight."""
    size = int(x.shape[-1])
    return hodu.nn.functional.rms_norm(x, (size,), hodu.tensor(random(size)))


GROUPS: dict[str, Callable[[], list[Case]]] = {
    "gemm": lambda: [
        matmul(1024, 1024, 1024),
        *(linear(m, k, n) for m, k, n in (
            (1024, 1024, 1024), (128, 384, 384), (128, 384, 1536), (128, 1536, 384),
            (128, 768, 3072), (64, 512, 512), (64, 4096, 4096), (64, 64, 4096), (1024, 64, 64),
            (1024, 4096, 16), (100, 100, 100),
        )),
    ],
    "batched": lambda: [
        matmul(12, 128, 64, 128), matmul(12, 128, 128, 64), matmul(64, 32, 32, 32),
    ],
    "gemv": lambda: [linear(m, k, n) for m in (1, 2, 4, 8) for k, n in (
        (256, 1024), (1024, 1024), (4096, 4096), (64, 16))],
    "attention": lambda: [
        attention(12, 128, 128, 32), attention(12, 128, 128, 64), attention(12, 512, 512, 64),
        attention(12, 512, 512, 64, causal=True), attention(4, 2048, 2048, 64),
        attention(4, 2048, 2048, 64, causal=True), attention(12, 1, 512, 64),
    ],
    "softmax": lambda: [
        rows("softmax", lambda x: hodu.softmax(x, -1), *shape)
        for shape in ((64, 64), (12, 128, 128), (1024, 1024), (64, 32000))
    ],
    "norm": lambda: [
        rows("layer_norm", normalized, *shape)
        for shape in ((16, 384), (128, 384), (128, 768), (2048, 1024))
    ] + [rows("rms_norm", root_normalized, 128, 768)],
    "elementwise": lambda: [
        *(
            rows(name, function, size)
            for size in (1 << 11, 1 << 16, 1 << 20)
            for name, function in (
                ("ten operations", chain),
                ("gelu", hodu.nn.functional.gelu),
            )
        ),
        *(
            rows(name, function, 1 << 16)
            for name, function in (
                ("relu", hodu.relu), ("exp", hodu.exp), ("sigmoid", hodu.sigmoid),
                ("silu", hodu.nn.functional.silu), ("tanh", hodu.tanh),
            )
        ),
        Case("a * b + c 4194304", lambda a, b, c: a * b + c, ((1 << 22,),) * 3),
    ],
    "reduction": lambda: [
        rows("sum of rows", lambda x: x.sum(-1), 64, 1024),
        rows("sum of rows", lambda x: x.sum(-1), 1024, 1024),
        rows("sum of columns", lambda x: x.sum(0), 1024, 1024),
        rows("sum of all", lambda x: x.sum(), 1 << 20),
        rows("argmax of rows", lambda x: x.argmax(-1).float(), 1024, 1024),
    ],
    "conv": lambda: [
        conv(64, 56, 64, 3), conv(256, 14, 256, 3), conv(64, 56, 256, 1), conv(3, 224, 64, 7, 2),
    ],
}  # fmt: skip


def least_seconds(module: Any, case: Case, options: argparse.Namespace) -> float:
    """The sum of the least time of each kernel over at least 10 calls.

    On one thread the CPU time of a call, where that is less: another program was in between.
    """
    inputs = {f"x{i}": random(*shape) for i, shape in enumerate(case.shapes)}
    chosen = module.at(inputs) if hasattr(module, "at") else module
    found, spent = [chosen.step_times(inputs)], [math.inf]
    end = time.monotonic() + options.seconds
    while len(found) < 10 or time.monotonic() < end:
        start = time.process_time_ns()
        found.append(chosen.step_times(inputs))
        spent.append(time.process_time_ns() - start)
    least = float(np.min(np.array(found), axis=0).sum())
    return (min(least, *spent) if options.threads == 1 else least) / 1e9


def bound_seconds(limits: Limits, operations: float, read: int, written: int) -> tuple[float, str]:
    """The least time that the machine allows, and what bounds it."""
    level = limits.level_of(read + written)
    number = limits.caches.index(level)
    place = "memory" if math.isinf(level.size) else f"L{number + 1}"
    copied = 2 * min(read, written)
    moving = copied / level.copied + (read + written - copied) / level.read
    arithmetic = operations / limits.operations
    return (arithmetic, "FMA") if arithmetic >= moving else (moving, place)


def measure(case: Case, limits: Limits, options: argparse.Namespace) -> str:
    """A row of the table."""
    module = case.module(options.threads)
    taken = least_seconds(module, case, options)
    read, written = case.bytes(module)
    least, place = bound_seconds(limits, case.operations, read, written)
    row = f"  {case.name:<36}{taken * 1e6:>10.1f} us "
    if place == "FMA":
        return f"{row}{case.operations / taken / 1e9:>7.1f} GFLOP/s {place:<7}{least / taken:>5.0%}"
    code = case.code_seconds(limits)
    marks = ("*", " ") if least >= code else (" ", "*")
    needed = f" code {code / taken:>5.0%}{marks[1]}" if code else ""
    return (
        f"{row}{(read + written) / taken / 1e9:>7.1f} GB/s    {place:<7}"
        f"{least / taken:>5.0%}{marks[0]}{needed}"
    ).rstrip()


def main() -> None:
    """Measure, print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("groups", nargs="*", metavar="group", help=f"of {', '.join(GROUPS)}")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=0.5, help="of each case")
    options = parser.parse_args()
    if unknown := set(options.groups) - set(GROUPS):
        parser.error(f"no group {', '.join(sorted(unknown))}; there are {', '.join(GROUPS)}")
    limits = machine_limits(options.threads)
    print(f"limits with {options.threads} threads: {limits.operations / 1e9:.0f} GFLOP/s;", end="")
    for number, level in enumerate(limits.caches, 1):
        name = "memory" if math.isinf(level.size) else f"L{number}"
        print(f" {name} {level.read / 1e9:.0f} read, {level.copied / 1e9:.0f} copied;", end="")
    print(" GB/s")
    for group in options.groups or GROUPS:
        print(group)
        for case in GROUPS[group]():
            print(measure(case, limits, options), flush=True)


if __name__ == "__main__":
    main()
