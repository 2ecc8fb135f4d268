"""Meanings of the normalisations by channel, one channel at a time."""

import numpy as np


def _channels(x, mean, var, weight, bias, eps):
    result = np.empty_like(x)
    for c in range(x.shape[1]):
        value = (x[:, c] - mean[c]) / (var[c] + eps) ** 0.5
        value = value * (1 if weight is None else weight[c])
        result[:, c] = value + (0 if bias is None else bias[c])
    return result


def batch_norm_inference(x, mean, var, weight, bias, eps):
    return _channels(x, mean, var, weight, bias, eps)


def batch_norm_training(x, weight, bias, eps):
    mean = np.array([np.average(x[:, c]) for c in range(x.shape[1])])
    var = np.array([np.average((x[:, c] - mean[c]) ** 2) for c in range(x.shape[1])])
    return _channels(x, mean, var, weight, bias, eps), mean, var


def instance_norm(x, weight, bias, eps):
    parts = [batch_norm_training(x[n : n + 1], weight, bias, eps)[0] for n in range(len(x))]
    return np.concatenate(parts) if parts else np.empty_like(x)


ORACLES = {
    "batch_norm_inference": batch_norm_inference,
    "batch_norm_training": batch_norm_training,
    "instance_norm": instance_norm,
}
