"""Train a character-level transformer on three chapters of "Alice's Adventures in Wonderland".

    python examples/char_transformer.py [--steps N] [--out FOLDER]

The whole step is one native function. The trained model goes out as ONNX, and writes some text.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from plot import plot_loss

import hodu
from hodu import nn, optim

TEXT = Path(__file__).parent / "data" / "alice.txt"
CONTEXT, BATCH, WIDTH, HEADS, LAYERS = 64, 16, 64, 4, 2


class Corpus:
    """A text as numbers of its characters."""

    def __init__(self, text: str) -> None:
        self.letters = sorted(set(text))
        self.codes = np.array([self.letters.index(c) for c in text], np.int64)

    def batch(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Pieces of the text and the same one character on, i64 [BATCH, CONTEXT] each."""
        starts = rng.integers(0, len(self.codes) - CONTEXT, BATCH)
        pieces = np.stack([self.codes[s : s + CONTEXT + 1] for s in starts])
        return pieces[:, :-1].copy(), pieces[:, 1:].copy()


class CharTransformer(nn.Module):
    """Embeddings of characters and places, encoder layers under a causal mask, and a classifier."""

    def __init__(self, letters: int) -> None:
        super().__init__()
        self.letter = nn.Embedding(letters, WIDTH)
        self.place = nn.Embedding(CONTEXT, WIDTH)
        layer = nn.TransformerEncoderLayer(
            WIDTH, HEADS, 4 * WIDTH, dropout=0.0, activation="gelu", batch_first=True,
            norm_first=True,
        )  # fmt: skip
        self.layers = nn.TransformerEncoder(layer, LAYERS, enable_nested_tensor=False)
        self.norm = nn.LayerNorm(WIDTH)
        self.head = nn.Linear(WIDTH, letters)
        self.register_buffer("mask", hodu.triu(hodu.ones(CONTEXT, CONTEXT), 1) > 0, False)

    def forward(self, codes: hodu.Tensor) -> hodu.Tensor:
        """The logits of the next character at every place, [batch, CONTEXT, letters]."""
        x = self.letter(codes) + self.place.weight
        return self.head(self.norm(self.layers(x, mask=self.mask)))


def train(model: CharTransformer, corpus: Corpus, steps: int) -> list[float]:
    """Fit the model with AdamW, the whole step as one program; returns the losses."""
    optimizer = optim.AdamW(model.parameters(), lr=2e-3)

    def step(x: hodu.Tensor, y: hodu.Tensor) -> hodu.Tensor:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x).flatten(0, 1), y.flatten())
        loss.backward()
        optimizer.step()
        return loss

    compiled = hodu.compile(step, state=(model, optimizer))
    rng = np.random.default_rng(1)
    return [compiled(*map(hodu.tensor, corpus.batch(rng))).item() for _ in range(steps)]


def export(model: CharTransformer, path: Path) -> None:
    """Write the model as ONNX, for one text."""
    with hodu.capture("char_transformer") as board, hodu.no_grad():
        board.target("logits", model(board.input("codes", (1, CONTEXT), "i64")))
    hodu.save(board.snapshot, path)


def write(path: Path, corpus: Corpus, count: int) -> str:
    """What the model in a file goes on with, character by character."""
    module = hodu.compile(hodu.load(path))
    rng, codes = np.random.default_rng(3), list(corpus.codes[:CONTEXT])
    for _ in range(count):
        window = np.array([codes[-CONTEXT:]], np.int64)
        logits = module.execute({"codes": window})["logits"].numpy()[0, -1] / 0.7
        chances = np.exp(logits - logits.max(), dtype=np.float64)
        codes.append(int(rng.choice(len(chances), p=chances / chances.sum())))
    return "".join(corpus.letters[c] for c in codes[CONTEXT:])


def main(argv: list[str] | None = None) -> list[float]:
    """Train, export, write some text; returns the losses."""
    parser = argparse.ArgumentParser(description="Train a character-level transformer.")
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--write", type=int, default=200, help="characters to write")
    parser.add_argument("--out", type=Path, default=Path())
    options = parser.parse_args(argv)
    options.out.mkdir(parents=True, exist_ok=True)

    hodu.manual_seed(0)
    corpus = Corpus(TEXT.read_text())
    model = CharTransformer(len(corpus.letters))
    losses = train(model, corpus, options.steps)
    path = options.out / "char_transformer.onnx"
    export(model.eval(), path)
    print(f"loss {losses[0]:.3f} -> {losses[-1]:.3f} in {len(losses)} steps")
    print(f"wrote {path}")
    plot_loss(losses, options.out / "char_transformer_loss.png")
    print(write(path, corpus, options.write))
    return losses


if __name__ == "__main__":
    main()
