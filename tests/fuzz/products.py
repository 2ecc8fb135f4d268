"""Random calls of products of matrices and of linear algebra."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tests.fuzz.draw import FLOATS, Arr, Call, Draw


def _two(d: Draw) -> tuple[str, str]:
    dtype = d.dtype()
    return dtype, dtype if d.chance(0.9) else d.dtype()


def _near(d: Draw, n: int) -> int:
    return n if d.chance(0.95) else n + 1


def matmul(name: str, d: Draw) -> Call:
    batch = d.pair(2)
    n, k, m = (d.pick(0, 1, 2, 3) if d.chance(0.2) else d.int(1, 3) for _ in range(3))
    first = d.pick((k,), (n, k), (*batch[0], n, k), ())
    second = d.pick((_near(d, k),), (k, m), (*batch[1], k, m))
    a, b = _two(d)
    return Call(name, (d.tensor(first, a, 0), d.tensor(second, b, 0)), slack=128)


def sized(first: str, second: str) -> Callable[[str, Draw], Call]:
    """Calls with two tensors whose sizes are named by letters."""

    def make(name: str, d: Draw) -> Call:
        sizes = {c: d.int(0 if d.chance(0.1) else 1, 4) for c in first + second}
        a, b = _two(d)
        one = tuple(sizes[c] for c in first)
        other = tuple(_near(d, sizes[c]) for c in second)
        return Call(name, (d.tensor(one, a, 0), d.tensor(other, b, 0)), slack=128)

    return make


def added(name: str, d: Draw) -> Call:
    n, k, m, b = (d.int(0 if d.chance(0.1) else 1, 3) for _ in range(4))
    batch = (b,) if "baddbmm" in name else ()
    dtype = d.dtype()
    bias = d.pick((m,), (1, m), (n, m), (), (*batch, n, m))
    parts = [d.tensor(s, dtype, 0) for s in (bias, (*batch, n, k), (*batch, k, m))]
    return Call(name, tuple(parts), d.maybe(beta=d.pick(0, 2, 0.5), alpha=d.pick(0, -1, 0.5)), 128)


def linear(name: str, d: Draw) -> Call:
    n, m, dtype = d.int(1, 4), d.int(1, 4), d.dtype()
    args = [d.tensor((*d.shape(0, 3), n), dtype, 0), d.tensor((m, n), dtype, 0)]
    if d.chance(0.1):
        args[1] = d.tensor((n,), dtype, 0)
    bias = [d.tensor((m,), dtype, 0)] if d.chance(0.5) else []
    return Call(name, (*args, *bias), slack=128)


EQUATIONS = """ij,jk->ik|ij,jk|bij,bjk->bik|ii->i|ii|ij->ji|ij->|i,j->ij|...ij,...jk->...ik
    |...i->i...|ij,ij->i|i,i|b...,b...->...|ij,k->kji|ijk,k|ij,jk,kl->il|ii,ij->j|i...->...|ij->k|ij,jk->iik"""


def einsum(name: str, d: Draw) -> Call:
    equation = d.pick(*EQUATIONS.split("|")).strip()
    sizes = {c: d.pick(0, 1, 2, 3) if d.chance(0.1) else d.int(1, 3) for c in "ijklb"}
    dots, dtype = d.shape(0, 2), d.dtype()
    parts = []
    for term in equation.partition("->")[0].split(","):
        shape: list[int] = []
        for c in term.replace("...", "."):
            shape += dots if c == "." else [sizes[c] if d.chance(0.97) else 1]
        parts.append(d.tensor(tuple(shape), dtype, 0))
    return Call(name, (equation, *parts), slack=256)


def tensordot(name: str, d: Draw) -> Call:
    k, dtype = d.int(1, 3), d.dtype()
    a, b = d.tensor((2, 3, k), dtype, 0), d.tensor((k, 2, 3), dtype, 0)
    return Call(
        name, (a, b, d.pick(0, 1, ([2], [0]), ([0, 1], [1, 2]), ([2, 0], [0, 1]), 4)), {}, 256
    )


def cross(name: str, d: Draw) -> Call:
    shape = (*d.shape(0, 2), 3)
    a, b = _two(d)
    first, second = d.tensor(shape, a, 0), d.tensor(d.pick(shape, (3,)), b, 0)
    return Call(name, (first, second), {"dim": -1}, slack=32)


def _square(d: Draw, kind: str = "any") -> Arr:
    """Matrices that are well conditioned: strong on the diagonal."""
    n, batch = d.int(0 if d.chance(0.1) else 1, 4), d.shape(0, 2)
    x = d.rng.integers(-8, 9, (*batch, n, n)) / 8 + 6 * np.eye(n)
    if kind == "symmetric":
        x = x + x.swapaxes(-1, -2)
    return Arr(x.astype(d.pick("float32", "float64")), d.pick("plain", "plain"))


def square(name: str, d: Draw) -> Call:
    x = _square(d) if d.chance(0.9) else d.tensor(special=0, dtype=d.pick("float32", "float64"))
    return Call(name, (x,), slack=1e5 if "exp" in name else 2000)


def symmetric(name: str, d: Draw) -> Call:
    return Call(name, (_square(d, "symmetric"),), slack=2000)


def power(name: str, d: Draw) -> Call:
    x = d.tensor((*d.shape(0, 1), 2, 2), d.dtype(), 0)
    return Call(name, (x, d.int(0, 4)), slack=2000)


def solve(name: str, d: Draw) -> Call:
    a = _square(d)
    *batch, n, _ = a.array.shape
    b = d.tensor(d.pick((*batch, n, d.int(1, 3)), (n,), (*batch, n)), str(a.array.dtype), 0)
    kwargs = {"upper": d.chance(0.5)} if "triangular" in name else {}
    return Call(name, (a, b), kwargs | d.maybe(left=True), slack=2000)


def rectangle(name: str, d: Draw) -> Call:
    x = d.tensor(d.shape(2, 3), d.pick("float32", "float64"), 0)
    return Call(name, (x,), slack=2000)


def matrix_norm(name: str, d: Draw) -> Call:
    x = d.tensor(d.shape(2, 3), d.dtype(*FLOATS), 0)
    order = d.pick("fro", "nuc", 1, -1, 2, -2, float("inf"), float("-inf"))
    return Call(name, (x, order), d.maybe(keepdim=True), slack=2000)


FAMILY: dict[str, Callable[[str, Draw], Call]] = {
    "torch.matmul": matmul,
    "torch.mm": sized("nk", "km"),
    "torch.bmm": sized("bnk", "bkm"),
    "torch.mv": sized("nk", "k"),
    "torch.dot": sized("k", "k"),
    "torch.vdot": sized("k", "k"),
    "torch.outer": sized("n", "m"),
    "torch.inner": sized("nk", "mk"),
    "torch.kron": sized("ab", "cd"),
    "linalg.vecdot": sized("ak", "ak"),
    **{f"torch.{n}": added for n in ("addmm", "baddbmm")},
    "F.linear": linear,
    "torch.einsum": einsum,
    "torch.tensordot": tensordot,
    **dict.fromkeys(("torch.cross", "linalg.cross"), cross),
    **{f"linalg.{n}": square for n in ("det", "inv", "slogdet", "matrix_exp", "cond")},
    "torch.logdet": square,
    **{f"linalg.{n}": symmetric for n in ("cholesky", "eigvalsh")},
    "linalg.matrix_power": power,
    **{f"linalg.{n}": solve for n in ("solve", "solve_triangular")},
    **{f"linalg.{n}": rectangle for n in ("svdvals", "matrix_rank", "pinv")},
    "linalg.matrix_norm": matrix_norm,
}
