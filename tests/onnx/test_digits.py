"""The model of the demo, end to end."""

from __future__ import annotations

from importlib.resources import files

import numpy as np

import hodu

ASSETS = files("hodu") / "assets"


def test_the_digits_model_reads_its_images() -> None:
    snapshot = hodu.load(str(ASSETS / "digits.onnx"))
    images = np.load(str(ASSETS / "digits_images.npy"))
    labels = np.load(str(ASSETS / "digits_labels.npy"))
    outputs = hodu.compile(snapshot).execute({"image": images})
    guesses = outputs["probabilities"].numpy().argmax(1)
    assert (guesses == labels).mean() >= 0.98
    np.testing.assert_array_equal(guesses, outputs["logits"].numpy().argmax(1))


def test_its_batch_can_be_bound() -> None:
    snapshot = hodu.load(str(ASSETS / "digits.onnx"), dims={"batch": 3})
    assert snapshot.inputs[0].type.shape == (3, 1, 8, 8)
    assert snapshot.outputs["logits"].type.shape == (3, 10)
