"""Eager overhead against PyTorch: small ops, interleaved, on one core.

    python benchmarks/eager_overhead.py [--rounds 40]

Needs `pip install torch==2.13.0`. Prints the minimum and median of many rounds and their ratios;
the bar is `a + b` on ten elements at no more than 1.5 times PyTorch's time.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable

os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np

import hodu

try:
    import torch
except ImportError:
    sys.exit("this benchmark compares with PyTorch: pip install torch==2.13.0")

BAR = 1.5
CALLS = 2000


def cases() -> dict[str, tuple[Callable[[], object], Callable[[], object]]]:
    """Name -> (Hodu's call, PyTorch's call)."""
    torch.set_num_threads(1)
    data = np.linspace(0.1, 1.0, 10, dtype=np.float32)
    ha, hb = hodu.tensor(data), hodu.tensor(data[::-1].copy())
    ta, tb = torch.tensor(data), torch.tensor(data[::-1].copy())
    hm, tm = hodu.tensor(np.ones((8, 8), np.float32)), torch.ones(8, 8)
    return {
        "a + b": (lambda: ha + hb, lambda: ta + tb),
        "a * 2.0": (lambda: ha * 2.0, lambda: ta * 2.0),
        "exp(a)": (lambda: hodu.exp(ha), lambda: torch.exp(ta)),
        "a.sum()": (lambda: ha.sum(), lambda: ta.sum()),
        "relu(a)": (lambda: hodu.relu(ha), lambda: torch.relu(ta)),
        "m @ m": (lambda: hm @ hm, lambda: tm @ tm),
        "m.reshape(4, 16)": (lambda: hm.reshape(4, 16), lambda: tm.reshape(4, 16)),
        "m[1:3]": (lambda: hm[1:3], lambda: tm[1:3]),
        "softmax(m, -1)": (lambda: hodu.softmax(hm, -1), lambda: torch.softmax(tm, -1)),
    }


def microseconds(call: Callable[[], object]) -> float:
    """CPU time of one call, averaged over a batch."""
    start = time.process_time()
    for _ in range(CALLS):
        call()
    return (time.process_time() - start) / CALLS * 1e6


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=40)
    rounds = parser.parse_args().rounds
    print(f"{'case':18} {'hodu min':>9} {'median':>7} {'torch min':>10} {'median':>7} {'ratio':>6}")
    first = 0.0
    for name, (ours, theirs) in cases().items():
        pairs = [(microseconds(ours), microseconds(theirs)) for _ in range(rounds)]
        a, b = [p[0] for p in pairs], [p[1] for p in pairs]
        ratio = statistics.median(x / y for x, y in pairs)
        first = first or ratio
        print(
            f"{name:18} {min(a):9.2f} {statistics.median(a):7.2f} {min(b):10.2f} "
            f"{statistics.median(b):7.2f} {ratio:6.2f}"
        )
    print(f"bar: a + b at most {BAR} times PyTorch: {'met' if first <= BAR else 'MISSED'}")
    return 0 if first <= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
