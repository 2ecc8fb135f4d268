"""Meanings of the recurrent layers: one sequence, one step, one unit at a time."""

import math

import numpy as np

ACTIVATIONS = {
    "sigmoid": lambda x, a, b: 1 / (1 + math.exp(-x)),
    "tanh": lambda x, a, b: math.tanh(x),
    "relu": lambda x, a, b: max(x, 0.0),
    "affine": lambda x, a, b: a * x + b,
    "leakyrelu": lambda x, a, b: x if x >= 0 else 0.01 * x,
    "thresholdedrelu": lambda x, a, b: x if x > a else 0.0,
    "scaledtanh": lambda x, a, b: a * math.tanh(b * x),
    "hardsigmoid": lambda x, a, b: min(max(0.2 * x + 0.5, 0.0), 1.0),
    "elu": lambda x, a, b: x if x >= 0 else math.exp(x) - 1,
    "softsign": lambda x, a, b: x / (1 + abs(x)),
    "softplus": lambda x, a, b: math.log(1 + math.exp(x)),
}


def _functions(names, alphas, betas, clip):
    def one(name, a, b):
        limit = math.inf if clip is None else clip
        f = ACTIVATIONS[name]
        return np.vectorize(lambda x: f(min(max(x, -limit), limit), a, b), otypes=[float])

    alphas, betas = iter(alphas or ()), iter(betas or ())
    takes = ("affine", "scaledtanh", "thresholdedrelu")
    return [
        one(
            n, next(alphas, None) if n in takes else None, next(betas, None) if n in takes else None
        )
        for n in names.split(",")
    ]


def _run(x, states, lengths, reverse, step):
    """Walk each sequence alone; returns the outputs and each of the last states."""
    steps, batch, _ = x.shape
    size = states[0].shape[1]
    output = np.zeros((steps, batch, size))
    last = [np.array(s) for s in states]
    for b in range(batch):
        count = steps if lengths is None else int(lengths[b])
        state = [s[b] for s in states]
        for t in reversed(range(count)) if reverse else range(count):
            state = step(x[t, b], *state)
            output[t, b] = state[0]
        for kept, value in zip(last, state, strict=True):
            kept[b] = value
    return (output, *last)


def _shares(w, b, count):
    """The weights and biases of each gate."""
    bias = np.zeros(len(w)) if b is None else b
    return list(zip(np.split(w, count), np.split(bias, count), strict=True))


def lstm_layer(
    x, w_ih, w_hh, b_ih, b_hh, h0, c0, lengths, peephole, reverse=False,
    activations="sigmoid,tanh,tanh", alphas=None, betas=None, clip=None, input_forget=False,
):  # fmt: skip
    f, g, h = _functions(activations, alphas, betas, clip)
    ours, theirs = _shares(w_ih, b_ih, 4), _shares(w_hh, b_hh, 4)
    look = np.split(np.zeros(3 * h0.shape[1]) if peephole is None else peephole, 3)

    def step(v, hidden, cell):
        i, forget, new, out = (
            w @ v + a + u @ hidden + b for (w, a), (u, b) in zip(ours, theirs, strict=True)
        )
        i = f(i + look[0] * cell)
        forget = 1 - i if input_forget else f(forget + look[1] * cell)
        cell = forget * cell + i * g(new)
        return f(out + look[2] * cell) * h(cell), cell

    return _run(x, (h0, c0), lengths, reverse, step)


def gru_layer(
    x, w_ih, w_hh, b_ih, b_hh, h0, lengths, reverse=False, linear_before_reset=True,
    activations="sigmoid,tanh", alphas=None, betas=None, clip=None,
):  # fmt: skip
    f, g = _functions(activations, alphas, betas, clip)
    ours, theirs = _shares(w_ih, b_ih, 3), _shares(w_hh, b_hh, 3)

    def step(v, hidden):
        (r, z, n), (ru, zu, nu) = (
            [w @ u + b for w, b in s] for s, u in ((ours, v), (theirs, hidden))
        )
        reset, update = f(r + ru), f(z + zu)
        w, b = theirs[2]
        new = g(n + (reset * nu if linear_before_reset else w @ (reset * hidden) + b))
        return ((1 - update) * new + update * hidden,)

    return _run(x, (h0,), lengths, reverse, step)


def rnn_layer(
    x, w_ih, w_hh, b_ih, b_hh, h0, lengths, reverse=False, activations="tanh",
    alphas=None, betas=None, clip=None,
):  # fmt: skip
    (f,) = _functions(activations, alphas, betas, clip)
    ((w, a),), ((u, b),) = _shares(w_ih, b_ih, 1), _shares(w_hh, b_hh, 1)
    return _run(x, (h0,), lengths, reverse, lambda v, hidden: (f(w @ v + a + u @ hidden + b),))


ORACLES = {"lstm_layer": lstm_layer, "gru_layer": gru_layer, "rnn_layer": rnn_layer}
