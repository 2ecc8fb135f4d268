"""Meanings of the normalisations, one group at a time."""

import numpy as np


def _standard(group, eps):
    mean = group.sum() / group.size
    return (group - mean) / (((group - mean) ** 2).sum() / group.size + eps) ** 0.5


def _rows(x, count, one):
    """`one` applied to each block of the last `count` dimensions."""
    result = np.empty_like(x)
    for index in np.ndindex(*x.shape[: x.ndim - count]):
        result[index] = one(x[index])
    return result


def layer_norm(x, weight, bias, normalized_shape, eps):
    result = _rows(x, len(normalized_shape), lambda v: _standard(v, eps))
    return result * (1 if weight is None else weight) + (0 if bias is None else bias)


def rms_norm(x, weight, normalized_shape, eps):
    eps = eps or np.finfo(np.float32).eps
    result = _rows(x, len(normalized_shape), lambda v: v / ((v**2).sum() / v.size + eps) ** 0.5)
    return result * (1 if weight is None else weight)


def group_norm(x, weight, bias, num_groups, eps):
    result = np.empty_like(x)
    size = x.shape[1] // num_groups
    for n in range(len(x)):
        for c in range(0, x.shape[1], size):
            result[n, c : c + size] = _standard(x[n, c : c + size], eps)
    for c in range(x.shape[1]):
        result[:, c] *= 1 if weight is None else weight[c]
        result[:, c] += 0 if bias is None else bias[c]
    return result


def local_response_norm(x, size, alpha, beta, k):
    result = np.empty_like(x)
    for c in range(x.shape[1]):
        near = x[:, max(0, c - size // 2) : c + (size - 1) // 2 + 1]
        result[:, c] = x[:, c] / (k + alpha * (near**2).sum(1) / size) ** beta
    return result


def normalize(x, p, dim, eps):
    size = np.abs(x)
    if p == np.inf:
        length = size.max(dim, keepdims=True)
    else:
        length = (size**p).sum(dim, keepdims=True) ** (1 / p)
    return x / np.maximum(length, eps)


ORACLES = {
    "layer_norm": layer_norm,
    "rms_norm": rms_norm,
    "group_norm": group_norm,
    "local_response_norm": local_response_norm,
    "normalize": normalize,
}
