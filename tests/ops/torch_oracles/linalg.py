"""PyTorch's meanings of the linear algebra ops."""

import torch

from tests.ops.torch_oracles._lacking import Lacking


def rounded_once(call):
    """`call` in f32 for small floats, of which PyTorch rounds every step."""

    def wide(x, **attrs):
        return call(x.float() if x.dtype.itemsize < 4 else x, **attrs).to(x.dtype)

    return wide


def lstsq(a, b, rcond):
    """With the driver that gives singular values, which does not broadcast batches."""
    batch = torch.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    spread = a.expand(*batch, *a.shape[-2:]), b.expand(*batch, *b.shape[-2:])
    x, _, _, _ = torch.linalg.lstsq(*spread, rcond=rcond, driver="gelsd")
    rank = torch.linalg.lstsq(a.detach(), a.detach(), rcond=rcond, driver="gelsd").rank
    values = torch.linalg.svdvals(a)
    residuals = ((a @ x - b) ** 2).sum(-2)
    return x, residuals if a.shape[-2] > a.shape[-1] else a.new_zeros(0), rank, values


def pivoted(call):
    """`call`, which on a CPU has no other way."""

    def only(x, pivot):
        if not pivot:
            raise Lacking("factors without pivoting on a CPU")
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


LINALG = ("cholesky", "qr", "svd", "solve", "pinv")  # torch.NAME is an older function
TORCH = {name: getattr(torch.linalg, name) for name in LINALG} | {
    "inverse": torch.linalg.inv,
    "matrix_power": rounded_once(torch.linalg.matrix_power),
    "matrix_exp": rounded_once(torch.linalg.matrix_exp),
    "lstsq": lstsq,
    "lu": pivoted(torch.linalg.lu),
    "lu_factor": pivoted(torch.linalg.lu_factor),
    "matrix_rank": matrix_rank,
    "einsum": einsum,
    "cross": cross,
    "linear": linear,
}
