"""The networks whose training `training.py` times, each written once for PyTorch and for Hodu.

    make(lib, "mlp")    the network with `lib` (the package `torch` or `hodu`), seeded weights
    forward("mlp")      the same as a function of a dict of jax arrays with the same names
    batch("mlp")        inputs and labels, int64, as NumPy arrays

All are trained on the cross entropy of their outputs with Adam at `RATE`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

RATE, BETAS, EPSILON = 1e-4, (0.9, 0.999), 1e-8
BATCH, CLASSES = 64, 10
LAYERS, WIDTH, HEADS, LENGTH, SENTENCES, WORDS = 4, 256, 8, 128, 8, 96


def _mlp(lib: Any) -> Any:
    nn = lib.nn
    return nn.Sequential(
        nn.Linear(784, 512),
        nn.ReLU(),
        nn.Linear(512, 512),
        nn.ReLU(),
        nn.Linear(512, CLASSES),
    )


def _cnn(lib: Any) -> Any:
    nn = lib.nn
    return nn.Sequential(
        nn.Conv2d(1, 32, 5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(64 * 7 * 7, 512),
        nn.ReLU(),
        nn.Linear(512, CLASSES),
    )


def _transformer(lib: Any) -> Any:
    nn, functional = lib.nn, lib.nn.functional

    class Block(nn.Module):  # type: ignore[misc, name-defined]
        """Causal attention and a feed-forward network, each after a layer norm."""

        def __init__(self) -> None:
            super().__init__()
            self.norm1, self.norm2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
            self.qkv, self.out = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
            self.wide, self.narrow = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)

        def forward(self, x: Any) -> Any:
            """The stream with both added."""
            parts = self.qkv(self.norm1(x)).chunk(3, -1)
            q, k, v = (p.reshape(*p.shape[:2], HEADS, -1).transpose(1, 2) for p in parts)
            mixed = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
            x = x + self.out(mixed.transpose(1, 2).reshape(*x.shape))
            return x + self.narrow(functional.gelu(self.wide(self.norm2(x))))

    class Transformer(nn.Module):  # type: ignore[misc, name-defined]
        """Characters to the scores of the next ones."""

        def __init__(self) -> None:
            super().__init__()
            self.words, self.places = nn.Embedding(WORDS, WIDTH), nn.Embedding(LENGTH, WIDTH)
            self.blocks = nn.Sequential(*(Block() for _ in range(LAYERS)))
            self.norm, self.head = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, WORDS)

        def forward(self, x: Any) -> Any:
            """Scores of all positions, one after the other."""
            x = self.blocks(self.words(x) + self.places.weight)
            return self.head(self.norm(x)).flatten(0, 1)

    return Transformer()


NETWORKS: Mapping[str, Callable[[Any], Any]] = {
    "mlp": _mlp,
    "cnn": _cnn,
    "transformer": _transformer,
}
TITLES = {
    "mlp": "MLP 784-512-512-10, batch 64",
    "cnn": "CNN 32-64-512, batch 64",
    "transformer": "transformer 4 x 256, 8 x 128",
}


def make(lib: Any, name: str) -> Any:
    """The network with weights that are the same in each library."""
    network = NETWORKS[name](lib)
    with lib.no_grad():
        for label, parameter in network.named_parameters():
            parameter.copy_(lib.from_numpy(_weight(label, tuple(parameter.shape))))
    return network


def _weight(label: str, shape: tuple[int, ...]) -> NDArray[Any]:
    """Seeded by its name: normal with the variance 1 / inputs; norms and biases as they start."""
    if len(shape) == 1:
        is_gain = "norm" in label and label.endswith("weight")
        return np.full(shape, float(is_gain), np.float32)
    draw = np.random.default_rng(list(label.encode()))
    return draw.standard_normal(shape, np.float32) / np.float32(math.sqrt(math.prod(shape[1:])))


def batch(name: str) -> tuple[NDArray[Any], NDArray[Any]]:
    """Seeded inputs and labels."""
    draw = np.random.default_rng(0)
    if name == "transformer":
        words = draw.integers(0, WORDS, (SENTENCES, LENGTH + 1))
        return words[:, :-1].copy(), words[:, 1:].reshape(-1)
    shape = (BATCH, 1, 28, 28) if name == "cnn" else (BATCH, 784)
    return draw.standard_normal(shape, np.float32), draw.integers(0, CLASSES, BATCH)


# -- jax ----------------------------------------------------------------------------------------


def forward(name: str) -> Callable[[Mapping[str, Any], Any], Any]:
    """The network as a function of its parameters, by the names that they have elsewhere."""
    return {"mlp": _jax_mlp, "cnn": _jax_cnn, "transformer": _jax_transformer}[name]


def _dense(p: Mapping[str, Any], label: str, x: Any) -> Any:
    return x @ p[f"{label}.weight"].T + p[f"{label}.bias"]


def _jax_mlp(p: Mapping[str, Any], x: Any) -> Any:
    import jax

    x = jax.nn.relu(_dense(p, "0", x))
    return _dense(p, "4", jax.nn.relu(_dense(p, "2", x)))


def _jax_cnn(p: Mapping[str, Any], x: Any) -> Any:
    import jax

    for label in ("0", "3"):
        form = ("NCHW", "OIHW", "NCHW")
        x = jax.lax.conv_general_dilated(
            x, p[f"{label}.weight"], (1, 1), [(2, 2), (2, 2)], dimension_numbers=form
        )
        x = jax.nn.relu(x + p[f"{label}.bias"][:, None, None])
        window = (1, 1, 2, 2)
        x = jax.lax.reduce_window(x, -np.inf, jax.lax.max, window, window, "VALID")
    return _dense(p, "9", jax.nn.relu(_dense(p, "7", x.reshape(x.shape[0], -1))))


def _jax_transformer(p: Mapping[str, Any], x: Any) -> Any:
    x = p["words.weight"][x] + p["places.weight"]
    for i in range(LAYERS):
        x = _jax_block(p, f"blocks.{i}", x)
    return _dense(p, "head", _jax_norm(p, "norm", x)).reshape(-1, WORDS)


def _jax_block(p: Mapping[str, Any], label: str, x: Any) -> Any:
    import jax
    import jax.numpy as jnp

    parts = jnp.split(_dense(p, f"{label}.qkv", _jax_norm(p, f"{label}.norm1", x)), 3, -1)
    q, k, v = (part.reshape(*part.shape[:2], HEADS, -1) for part in parts)
    mixed = jax.nn.dot_product_attention(q, k, v, is_causal=True)
    x = x + _dense(p, f"{label}.out", mixed.reshape(x.shape))
    wide = _dense(p, f"{label}.wide", _jax_norm(p, f"{label}.norm2", x))
    return x + _dense(p, f"{label}.narrow", jax.nn.gelu(wide, approximate=False))


def _jax_norm(p: Mapping[str, Any], label: str, x: Any) -> Any:
    import jax

    centred = x - x.mean(-1, keepdims=True)
    scale = jax.lax.rsqrt((centred * centred).mean(-1, keepdims=True) + 1e-5)
    return centred * scale * p[f"{label}.weight"] + p[f"{label}.bias"]
