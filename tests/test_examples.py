"""The examples run, at a small size, learn, and write models that ONNX Runtime takes."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

FOLDER = Path(__file__).parents[1] / "examples"


@pytest.fixture
def example(monkeypatch):
    """Imports an example by name."""
    monkeypatch.syspath_prepend(FOLDER)
    yield importlib.import_module
    for path in FOLDER.glob("*.py"):
        sys.modules.pop(path.stem, None)


def run_ort(path, **inputs):
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return session.run(None, inputs)


def test_digits(example, tmp_path, capsys):
    digits = example("digits_cnn")
    accuracy = digits.main(["--epochs", "6", "--out", str(tmp_path / "new")])
    assert accuracy > 0.75
    assert "s of CPU time" in capsys.readouterr().out
    _, _, images, labels = digits.load_split()
    logits, _ = run_ort(tmp_path / "new" / "digits.onnx", image=images)
    assert float(np.mean(logits.argmax(1) == labels)) == accuracy


def test_transformer(example, tmp_path, monkeypatch):
    chars = example("char_transformer")
    for name, size in {"CONTEXT": 32, "BATCH": 8, "WIDTH": 32, "HEADS": 2, "LAYERS": 1}.items():
        monkeypatch.setattr(chars, name, size)
    losses = chars.main(["--steps", "6", "--write", "3", "--out", str(tmp_path / "new")])
    assert losses[-1] < losses[0]
    codes = chars.Corpus(chars.TEXT.read_text()).codes[None, : chars.CONTEXT]
    (logits,) = run_ort(tmp_path / "new" / "char_transformer.onnx", codes=codes)
    assert logits.shape[:2] == (1, chars.CONTEXT)


def test_series(example, tmp_path):
    series = example("series_lstm")
    assert series.main(["--steps", "60", "--out", str(tmp_path / "new")]) < 1.5
    data = series.series(2, np.random.default_rng(0))[:, :-1, None]
    (found,) = run_ort(tmp_path / "new" / "forecaster.onnx", series=data)
    assert found.shape == (2, series.LENGTH, 1)


def test_no_plot_without_matplotlib(example, tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    assert not example("plot").plot_loss([1.0, 0.5], tmp_path / "loss.png")
    assert capsys.readouterr().out == "no plot: matplotlib is not installed\n"


@pytest.mark.parametrize(
    ("name", "arguments", "plot"),
    [
        ("digits_cnn", ["--epochs", "1"], "digits_loss.png"),
        ("char_transformer", ["--steps", "2", "--write", "1"], "char_transformer_loss.png"),
        ("series_lstm", ["--steps", "2"], "forecaster_loss.png"),
    ],
)
def test_the_examples_draw_their_loss(example, name, arguments, plot, tmp_path):
    pytest.importorskip("matplotlib", reason="the plots need it: pip install hodu[plot]")
    example(name).main([*arguments, "--out", str(tmp_path)])
    assert (tmp_path / plot).read_bytes().startswith(b"\x89PNG")


@pytest.mark.torch
def test_the_transformer_follows_its_twin(example):
    torch = pytest.importorskip("torch")
    chars = example("char_transformer")
    import hodu

    hodu.manual_seed(0)
    corpus = chars.Corpus(chars.TEXT.read_text())
    model = chars.CharTransformer(len(corpus.letters))
    twin = torch_twin(torch, chars, len(corpus.letters))
    twin.load_state_dict({k: torch.tensor(v.numpy()) for k, v in model.state_dict().items()})
    optimizer = torch.optim.AdamW(twin.parameters(), lr=2e-3)
    rng, wanted = np.random.default_rng(1), []
    for _ in range(20):
        x, y = map(torch.from_numpy, corpus.batch(rng))
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(twin(x).flatten(0, 1), y.flatten())
        loss.backward()
        optimizer.step()
        wanted.append(loss.item())
    np.testing.assert_allclose(chars.train(model, corpus, 20), wanted, 1e-4)


def torch_twin(torch, chars, letters):
    """The same network in PyTorch."""
    nn = torch.nn

    class Twin(nn.Module):
        def __init__(self):
            super().__init__()
            self.letter = nn.Embedding(letters, chars.WIDTH)
            self.place = nn.Embedding(chars.CONTEXT, chars.WIDTH)
            layer = nn.TransformerEncoderLayer(
                chars.WIDTH, chars.HEADS, 4 * chars.WIDTH, 0.0, "gelu", 1e-5, True, True
            )
            self.layers = nn.TransformerEncoder(layer, chars.LAYERS, enable_nested_tensor=False)
            self.norm = nn.LayerNorm(chars.WIDTH)
            self.head = nn.Linear(chars.WIDTH, letters)

        def forward(self, codes):
            mask = torch.triu(torch.ones(chars.CONTEXT, chars.CONTEXT), 1) > 0
            x = self.letter(codes) + self.place.weight
            return self.head(self.norm(self.layers(x, mask=mask)))

    return Twin()
