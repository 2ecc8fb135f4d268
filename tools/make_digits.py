# mypy: disable-error-code="import-not-found, import-untyped"
"""Train the digit classifier of `hodu demo` and write its ONNX file and its held-out images.

    python tools/make_digits.py            # needs torch, scikit-learn, onnx, onnxruntime

The data are the 1797 handwritten digits of 8 by 8 pixels that come with scikit-learn. A fixed
seed holds out 360 of them, stratified by class: training never sees these, and no choice (epochs,
width, augmentation) is made on them while the script runs. The 100 images that are kept beside
the model are drawn from those 360 by the same seed. On one machine, running it again
writes the same bytes.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import NodeProto, TensorProto, helper, numpy_helper
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import Tensor, nn

ASSETS = Path(__file__).resolve().parents[1] / "src" / "hodu" / "assets"
SEED = 0
HELD_OUT, KEPT = 360, 100
EPOCHS, BATCH, LEARNING_RATE, WEIGHT_DECAY = 120, 64, 3e-3, 1e-2

DATA = "Optical Recognition of Handwritten Digits (UCI), as shipped with scikit-learn"
CITATION = "E. Alpaydin, C. Kaynak, https://doi.org/10.24432/C50P49"

Array = np.ndarray


class Split(NamedTuple):
    """Images f32 [n, 1, 8, 8] in 0..1 and labels i64 [n], for training and held out."""

    train_images: Array
    test_images: Array
    train_labels: Array
    test_labels: Array


def load_split() -> Split:
    """The stratified split that the seed decides."""
    digits = load_digits()
    images = (digits.images / 16).astype(np.float32)[:, None]
    labels = digits.target.astype(np.int64)
    return Split(
        *train_test_split(images, labels, test_size=HELD_OUT, stratify=labels, random_state=SEED)
    )


def network() -> nn.Sequential:
    """8914 parameters: three 3 by 3 convolutions, two poolings, one linear classifier."""
    return nn.Sequential(
        *(nn.Conv2d(1, 12, 3, padding=1), nn.ReLU()),
        *(nn.Conv2d(12, 24, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(24, 24, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Dropout(0.2), nn.Linear(24 * 2 * 2, 10)),
    )


def shifted(images: Tensor) -> Tensor:
    """The images moved by at most one pixel along each axis; zeros come in at the edge."""
    dy, dx = torch.randint(0, 3, (2,)).tolist()
    return nn.functional.pad(images, (1, 1, 1, 1))[:, :, dy : dy + 8, dx : dx + 8]


def batches(images: Tensor, labels: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """One epoch in random order, augmented."""
    for index in torch.split(torch.randperm(len(images)), BATCH):
        yield shifted(images[index]), labels[index]


def train(images: Array, labels: Array) -> nn.Sequential:
    """Fit the network with AdamW under a cosine schedule, for a fixed number of epochs."""
    torch.manual_seed(SEED)
    model = network()
    optimizer = torch.optim.AdamW(model.parameters(), LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, EPOCHS)
    loss_of = nn.CrossEntropyLoss(label_smoothing=0.05)
    for _ in range(EPOCHS):
        for x, y in batches(torch.from_numpy(images), torch.from_numpy(labels)):
            optimizer.zero_grad()
            loss_of(model(x), y).backward()
            optimizer.step()
        schedule.step()
    return model.eval()


def conv(name: str, x: str) -> NodeProto:
    """A 3 by 3 convolution that keeps the size."""
    inputs = [x, f"{name}.weight", f"{name}.bias"]
    return helper.make_node("Conv", inputs, [name], name, kernel_shape=[3, 3], pads=[1, 1, 1, 1])


def relu(name: str, x: str) -> NodeProto:
    """max(x, 0)."""
    return helper.make_node("Relu", [x], [name], name)


def pool(name: str, x: str) -> NodeProto:
    """The maximum of each 2 by 2 block: halves the size."""
    return helper.make_node("MaxPool", [x], [name], name, kernel_shape=[2, 2], strides=[2, 2])


def nodes() -> list[NodeProto]:
    """The graph, node by node; each node and its value carry the same name."""
    classifier = ["flatten", "classifier.weight", "classifier.bias"]
    return [
        *(conv("conv1", "image"), relu("relu1", "conv1")),
        *(conv("conv2", "relu1"), relu("relu2", "conv2"), pool("pool2", "relu2")),
        *(conv("conv3", "pool2"), relu("relu3", "conv3"), pool("pool3", "relu3")),
        helper.make_node("Flatten", ["pool3"], ["flatten"], "flatten", axis=1),
        helper.make_node("Gemm", classifier, ["logits"], "classifier", transB=1),
        helper.make_node("Softmax", ["logits"], ["probabilities"], "softmax", axis=1),
    ]


def weights(model: nn.Sequential) -> list[TensorProto]:
    """The initializers: conv1.weight, conv1.bias, ... classifier.bias."""
    layers = [layer for layer in model if isinstance(layer, nn.Conv2d | nn.Linear)]
    return [
        numpy_helper.from_array(value.detach().numpy(), f"{name}.{kind}")
        for name, layer in zip(("conv1", "conv2", "conv3", "classifier"), layers, strict=True)
        for kind, value in layer.named_parameters()
    ]


def to_onnx(model: nn.Sequential) -> onnx.ModelProto:
    """The trained network as a checked ONNX model with a named, dynamic batch dimension."""
    f32, value = TensorProto.FLOAT, helper.make_tensor_value_info
    image = value("image", f32, ["batch", 1, 8, 8], "Grey levels in 0..1, white on black.")
    outputs = [value(name, f32, ["batch", 10]) for name in ("logits", "probabilities")]
    doc = "A small convolutional network that reads handwritten digits of 8 by 8 pixels."
    graph = helper.make_graph(nodes(), "digits", [image], outputs, weights(model), doc)
    opset = [helper.make_opsetid("", 18)]
    proto = helper.make_model(graph, opset_imports=opset, ir_version=8, producer_name="hodu")
    onnx.checker.check_model(proto, full_check=True)
    return proto


def describe(proto: onnx.ModelProto, accuracy: float) -> None:
    """Say in the file itself what it was trained on, how good it is and under what licence."""
    properties = {
        "held_out_accuracy": f"{accuracy:.4f}",
        "held_out_images": str(HELD_OUT),
        "data": DATA,
        "data_citation": CITATION,
        "data_licence": "CC BY 4.0",
    }
    helper.set_model_props(proto, properties)


def accuracy_of(proto: onnx.ModelProto, images: Array, labels: Array) -> float:
    """The share of images that ONNX Runtime classifies correctly."""
    session = onnxruntime.InferenceSession(
        proto.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    (logits,) = session.run(["logits"], {"image": images})
    return float(np.mean(logits.argmax(1) == labels))


def write(proto: onnx.ModelProto, images: Array, labels: Array) -> None:
    """Write the model and the kept images and labels, and report their sizes."""
    ASSETS.mkdir(exist_ok=True)
    kept = np.random.default_rng(SEED).choice(len(images), KEPT, replace=False)
    onnx.save(proto, ASSETS / "digits.onnx")
    np.save(ASSETS / "digits_images.npy", images[kept])
    np.save(ASSETS / "digits_labels.npy", labels[kept])
    print(f"kept images: {accuracy_of(proto, images[kept], labels[kept]):.2%} of {KEPT} correct")
    for path in sorted(ASSETS.glob("digits*")):
        print(f"{path.name}: {path.stat().st_size} bytes")


def main() -> None:
    """Train, measure and write."""
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    data = load_split()
    proto = to_onnx(train(data.train_images, data.train_labels))
    accuracy = accuracy_of(proto, data.test_images, data.test_labels)
    describe(proto, accuracy)
    print(f"held-out accuracy: {accuracy:.2%} of {HELD_OUT} images")
    write(proto, data.test_images, data.test_labels)


if __name__ == "__main__":
    main()
