"""PyTorch's meanings of the linear algebra ops; small floats, which it refuses, go through f32."""

import torch

SMALL = (torch.float16, torch.bfloat16, torch.float8_e4m3fn, torch.float8_e5m2)


def in_f32(call):
    """`call` on small floats in f32, its float results rounded."""

    def wide(*args, **attrs):
        small = args[0].dtype
        if small not in SMALL:
            return call(*args, **attrs)
        result = call(*(a if a is None else a.to(torch.float32) for a in args), **attrs)
        parts = result if isinstance(result, tuple) else (result,)
        return tuple(p.to(small) if p.is_floating_point() else p for p in parts)

    return wide


def lstsq(a, b, rcond):
    """With the driver that gives singular values, which does not broadcast batches."""
    batch = torch.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    spread = a.expand(*batch, *a.shape[-2:]), b.expand(*batch, *b.shape[-2:])
    x, _, _, _ = torch.linalg.lstsq(*spread, rcond=rcond, driver="gelsd")
    _, _, rank, values = torch.linalg.lstsq(a, a, rcond=rcond, driver="gelsd")
    residuals = ((a @ x - b) ** 2).sum(-2)
    return x, residuals if a.shape[-2] > a.shape[-1] else a.new_zeros(0), rank, values


def pivoted(call):
    """`call`, which on a CPU has no other way."""

    def only(x, pivot):
        if not pivot:
            raise NotImplementedError("not supported on a CPU: no pivoting")
        return call(x)

    return only


def matrix_rank(x, tol=None, hermitian=False, atol=None, rtol=None):
    return torch.linalg.matrix_rank(x, atol=tol or atol, rtol=rtol, hermitian=hermitian)


def einsum(operands, equation):
    """Integers as i64, since PyTorch's diagonals sum in it."""
    own = operands[0].dtype
    if own.is_floating_point:
        return torch.einsum(equation, *operands)
    return torch.einsum(equation, *(x.to(torch.int64) for x in operands)).to(own)


def cross(x, y, dim):
    """With as many dimensions in each operand."""
    rank = max(x.ndim, y.ndim)
    return torch.linalg.cross(x[(None,) * (rank - x.ndim)], y[(None,) * (rank - y.ndim)], dim=dim)


def linear(x, weight, bias):
    """A vector of weights, which PyTorch documents but refuses with a bias, as a matrix."""
    if weight.ndim == 2:
        return torch.nn.functional.linear(x, weight, bias)
    return torch.nn.functional.linear(x, weight[None], bias[None])[..., 0]


LIKE = ("cholesky", "qr", "svd", "eigh", "det", "slogdet", "matrix_exp", "pinv")
TORCH = {name: in_f32(getattr(torch.linalg, name)) for name in LIKE} | {
    "inverse": in_f32(torch.linalg.inv),
    "solve": in_f32(torch.linalg.solve),
    "solve_triangular": in_f32(torch.linalg.solve_triangular),
    "lstsq": in_f32(lstsq),
    "lu": in_f32(pivoted(torch.linalg.lu)),
    "lu_factor": in_f32(pivoted(torch.linalg.lu_factor)),
    "matrix_power": in_f32(torch.linalg.matrix_power),
    "matrix_rank": in_f32(matrix_rank),
    "einsum": einsum,
    "cross": cross,
    "linear": linear,
}
