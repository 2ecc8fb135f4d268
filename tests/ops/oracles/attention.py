"""The meaning of attention: one query at a time, over the keys that it may attend to."""

import numpy as np


def attention(query, key, value, mask, is_causal=False, scale=None, enable_gqa=False):
    if enable_gqa:
        group = query.shape[-3] // key.shape[-3]
        heads = np.arange(query.shape[-3]) // group
        key, value = key[..., heads, :, :], value[..., heads, :, :]
    batch = query.shape[:-2]
    key = np.broadcast_to(key, (*batch, *key.shape[-2:]))
    value = np.broadcast_to(value, (*batch, *value.shape[-2:]))
    scale = query.shape[-1] ** -0.5 if scale is None else scale
    result = np.zeros((*query.shape[:-1], value.shape[-1]))
    for index in np.ndindex(*query.shape[:-1]):
        *head, row = index
        scores, values = [], []
        for column in range(key.shape[-2]):
            allowed = not is_causal or column <= row
            added = 0.0
            if mask is not None:
                cell = np.broadcast_to(mask, (*batch, query.shape[-2], key.shape[-2]))
                cell = cell[(*index, column)]
                allowed &= bool(cell) if mask.dtype == bool else cell > -np.inf
                added = 0.0 if mask.dtype == bool else cell
            if allowed:
                score = (query[index] * key[(*head, column)]).sum() * scale
                scores.append(np.exp(score + added))
                values.append(value[(*head, column)])
        if scores:
            result[index] = sum(s * v for s, v in zip(scores, values, strict=True)) / sum(scores)
    return result


ORACLES = {"scaled_dot_product_attention": attention}
