"""The twelve benchmark models, in PyTorch, with seeded random weights.

Four convolutional networks, the four MLPerf Tiny shapes, two MLPs, an LSTM and MiniLM. Weights and
inputs come from seeds made of the model's name, so figures from different machines compare. Batch
normalisations are calibrated on random data, so that activations keep a sane range. The order in
which layers are created fixes which random numbers they get: keep it.
"""

import os
import zlib
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

Array = np.ndarray
MakeInput = Callable[[np.random.Generator], Array]
MODELS = Path(os.environ.get("HODU_MODELS") or Path(__file__).parent / "models")


def model_path(name: str) -> Path:
    """NAME.onnx in $HODU_MODELS, or in models/ beside this file."""
    return MODELS / f"{name}.onnx"


def npz_path(name: str) -> Path:
    """NAME.npz: the inputs (in__*) and what ONNX Runtime makes of them (out__*)."""
    return MODELS / f"{name}.npz"


# ---- convolutional networks


def conv_bn(
    i: int,
    o: int,
    kernel: int = 3,
    stride: int = 1,
    groups: int = 1,
    activation: type[nn.Module] | None = nn.ReLU,
) -> nn.Sequential:
    """Convolution with "same" padding, batch normalisation and, unless None, an activation."""
    conv = nn.Conv2d(i, o, kernel, stride, (kernel - 1) // 2, groups=groups, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(o), *([activation()] if activation else []))


def shortcut(i: int, o: int, stride: int) -> nn.Module:
    """The skip path of a residual block: the identity where shapes allow it."""
    return nn.Identity() if stride == 1 and i == o else conv_bn(i, o, 1, stride, activation=None)


class Residual(nn.Module):
    """relu(body(x) + shortcut(x))."""

    def __init__(self, body: nn.Sequential, skip: nn.Module) -> None:
        super().__init__()
        self.body, self.skip = body, skip

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.body(x) + self.skip(x))


def basic_block(i: int, o: int, stride: int) -> Residual:
    """The two-convolution block of ResNet-18."""
    body = nn.Sequential(conv_bn(i, o, 3, stride), conv_bn(o, o, activation=None))
    return Residual(body, shortcut(i, o, stride))


def bottleneck(i: int, o: int, stride: int) -> Residual:
    """The three-convolution block of ResNet-50, with a quarter of its width in the middle."""
    m = o // 4
    body = nn.Sequential(
        conv_bn(i, m, 1), conv_bn(m, m, 3, stride), conv_bn(m, o, 1, activation=None)
    )
    return Residual(body, shortcut(i, o, stride))


class InvertedResidual(nn.Module):
    """The block of MobileNetV2: expand, depthwise, project."""

    def __init__(self, i: int, o: int, stride: int, expand: int) -> None:
        super().__init__()
        h = i * expand
        widen = [] if expand == 1 else [conv_bn(i, h, 1, activation=nn.ReLU6)]
        depthwise = conv_bn(h, h, 3, stride, h, nn.ReLU6)
        self.body = nn.Sequential(*widen, depthwise, conv_bn(h, o, 1, activation=None))
        self.residual = stride == 1 and i == o

    def forward(self, x: Tensor) -> Tensor:
        return x + self.body(x) if self.residual else self.body(x)


class SpatialMean(nn.Module):
    """The mean over height and width: ONNX ReduceMean without kept dimensions."""

    def forward(self, x: Tensor) -> Tensor:
        return x.mean((2, 3))


def resnet(block: Callable[[int, int, int], Residual], depths: list[int], widen: int) -> nn.Module:
    """A ResNet for 224 by 224 images and 1000 classes."""
    layers, c = [], 64
    for stage, depth in enumerate(depths):
        o = (64 << stage) * widen
        for k in range(depth):
            layers.append(block(c, o, 2 if k == 0 and stage > 0 else 1))
            c = o
    stem = (conv_bn(3, 64, 7, 2), nn.MaxPool2d(3, 2, 1))
    return nn.Sequential(*stem, *layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(c, 1000))


# Per stage: expansion, output channels, blocks, stride of the first block.
MOBILENET_V2 = (
    *((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2)),
    *((6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)),
)


def mobilenet_v2() -> nn.Module:
    """MobileNetV2 for 224 by 224 images and 1000 classes."""
    layers: list[nn.Module] = [conv_bn(3, 32, 3, 2, activation=nn.ReLU6)]
    c = 32
    for expand, o, depth, stride in MOBILENET_V2:
        for k in range(depth):
            layers.append(InvertedResidual(c, o, stride if k == 0 else 1, expand))
            c = o
    last = conv_bn(c, 1280, 1, activation=nn.ReLU6)
    return nn.Sequential(*layers, last, SpatialMean(), nn.Linear(1280, 1000))


class UNet(nn.Module):
    """A three-level U-Net that upsamples in three ways: two transposed convolutions, a resize."""

    def __init__(self, b: int = 32) -> None:
        super().__init__()
        self.down1, self.down2, self.down3 = double(3, b), double(b, 2 * b), double(2 * b, 4 * b)
        self.middle = double(4 * b, 8 * b)
        self.grow3, self.up3 = nn.ConvTranspose2d(8 * b, 4 * b, 2, 2), double(8 * b, 4 * b)
        self.narrow2, self.up2 = conv_bn(4 * b, 2 * b, 1), double(4 * b, 2 * b)
        self.grow1, self.up1 = nn.ConvTranspose2d(2 * b, b, 4, 2, 1), double(2 * b, b)
        self.head = nn.Conv2d(b, 4, 1)

    def forward(self, x: Tensor) -> Tensor:
        a = self.down1(x)
        b = self.down2(F.max_pool2d(a, 2))
        c = self.down3(F.max_pool2d(b, 2))
        x = self.up3(torch.cat([self.grow3(self.middle(F.max_pool2d(c, 2))), c], 1))
        x = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
        x = self.up2(torch.cat([self.narrow2(x), b], 1))
        return torch.sigmoid(self.head(self.up1(torch.cat([self.grow1(x), a], 1))))


def double(i: int, o: int) -> nn.Sequential:
    """Two convolutions at one level of the U-Net."""
    return nn.Sequential(conv_bn(i, o), conv_bn(o, o))


# ---- MLPerf Tiny


def keyword_spotting() -> nn.Module:
    """DS-CNN on 49 by 10 cepstral features, 12 words."""
    conv = nn.Conv2d(1, 64, (10, 4), 2, (4, 1), bias=False)
    stem = (conv, nn.BatchNorm2d(64), nn.ReLU())
    blocks = [m for _ in range(4) for m in (conv_bn(64, 64, groups=64), conv_bn(64, 64, 1))]
    return nn.Sequential(*stem, *blocks, SpatialMean(), nn.Linear(64, 12), nn.Softmax(-1))


def image_classification() -> nn.Module:
    """ResNet-8 on 32 by 32 images, 10 classes."""
    stem = conv_bn(3, 16)
    blocks = (basic_block(16, 16, 1), basic_block(16, 32, 2), basic_block(32, 64, 2))
    head = (nn.AvgPool2d(8), nn.Flatten(), nn.Linear(64, 10), nn.Softmax(-1))
    return nn.Sequential(stem, *blocks, *head)


# Per block: output channels, stride.
WAKE_WORDS = (
    *((16, 1), (32, 2), (32, 1), (64, 2), (64, 1), (128, 2)),
    *((128, 1),) * 5,
    *((256, 2), (256, 1)),
)


def visual_wake_words() -> nn.Module:
    """MobileNetV1 of a quarter width on 96 by 96 images: a person or none."""
    layers, c = [conv_bn(3, 8, 3, 2)], 8
    for o, stride in WAKE_WORDS:
        layers += [conv_bn(c, c, 3, stride, c), conv_bn(c, o, 1)]
        c = o
    head = (nn.AvgPool2d(3), nn.Flatten(), nn.Linear(256, 2), nn.Softmax(-1))
    return nn.Sequential(*layers, *head)


def anomaly_detection() -> nn.Module:
    """The fully connected auto-encoder on 640 spectrogram features."""
    widths = [640, *[128] * 4, 8, *[128] * 4]
    layers: list[nn.Module] = []
    for i, o in pairwise(widths):
        layers += [nn.Linear(i, o), nn.BatchNorm1d(o), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(128, 640))


# ---- MLPs, an LSTM, a transformer


def mlp() -> nn.Module:
    """784 to 512 to 512 to 10."""
    hidden = (nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU())
    return nn.Sequential(*hidden, nn.Linear(512, 10))


class LSTM(nn.Module):
    """Two LSTM layers over [time, batch, feature]; the output sequence only."""

    def __init__(self, width: int = 256) -> None:
        super().__init__()
        self.lstm = nn.LSTM(width, width, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.lstm(x)[0]


class LastHiddenState(nn.Module):
    """A Hugging Face encoder as a function from token ids to its last hidden state."""

    def __init__(self, encoder: nn.Module) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, ids: Tensor) -> Tensor:
        return self.encoder(ids).last_hidden_state


def minilm() -> nn.Module:
    """A BERT encoder with MiniLM-L6's dimensions and a vocabulary of 8192."""
    from transformers import BertConfig, BertModel

    config = BertConfig(
        vocab_size=8192,
        hidden_size=384,
        num_hidden_layers=6,
        num_attention_heads=12,
        intermediate_size=1536,
    )
    return LastHiddenState(BertModel(config, add_pooling_layer=False))


# ---- the zoo


class Spec(NamedTuple):
    """How to make a model and its one input; `scaled` ones get He weights and calibrated norms."""

    build: Callable[[], nn.Module]
    name: str
    make: MakeInput
    scaled: bool = True


def normal(*shape: int) -> MakeInput:
    """Standard normal f32 values."""
    return lambda generator: generator.standard_normal(shape, dtype=np.float32)


def token_ids(vocabulary: int, *shape: int) -> MakeInput:
    """Uniform i64 token numbers."""
    return lambda generator: generator.integers(0, vocabulary, shape).astype(np.int64)


ZOO: dict[str, Spec] = {
    "resnet18": Spec(lambda: resnet(basic_block, [2, 2, 2, 2], 1), "x", normal(1, 3, 224, 224)),
    "resnet50": Spec(lambda: resnet(bottleneck, [3, 4, 6, 3], 4), "x", normal(1, 3, 224, 224)),
    "mobilenet_v2": Spec(mobilenet_v2, "x", normal(1, 3, 224, 224)),
    "unet128": Spec(UNet, "x", normal(1, 3, 128, 128)),
    "tiny_kws_dscnn": Spec(keyword_spotting, "x", normal(1, 1, 49, 10)),
    "tiny_ic_resnet8": Spec(image_classification, "x", normal(1, 3, 32, 32)),
    "tiny_vww_mbv1": Spec(visual_wake_words, "x", normal(1, 3, 96, 96)),
    "tiny_ad_autoenc": Spec(anomaly_detection, "x", normal(1, 640)),
    "mlp_b1": Spec(mlp, "x", normal(1, 784)),
    "mlp_b64": Spec(mlp, "x", normal(64, 784)),
    "lstm2_s64_h256": Spec(LSTM, "x", normal(64, 1, 256), scaled=False),
    "minilm_l6_s128": Spec(minilm, "ids", token_ids(8192, 1, 128), scaled=False),
}


def seed_of(name: str) -> int:
    """The seed of everything random about the model."""
    return zlib.crc32(name.encode()) & 0x7FFFFFFF


def load(name: str) -> tuple[nn.Module, dict[str, Array]]:
    """The module in inference mode, and its inputs by name; the same on every call."""
    spec = ZOO[name]
    torch.manual_seed(seed_of(name))
    module = spec.build().eval()
    value = spec.make(np.random.default_rng(seed_of(name)))
    if spec.scaled:
        scale(module, value.shape)
    return module.requires_grad_(False), {spec.name: value}


def scale(module: nn.Module, shape: tuple[int, ...]) -> None:
    """He-initialise convolutions and linear layers, then calibrate the normalisations."""
    for layer in module.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    norms = [m for m in module.modules() if isinstance(m, nn.BatchNorm1d | nn.BatchNorm2d)]
    for norm in norms:
        norm.momentum = None
        nn.init.uniform_(norm.weight, 0.7, 1.3)
        nn.init.normal_(norm.bias, 0, 0.1)
    if norms:
        calibrate(module, shape)


def calibrate(module: nn.Module, shape: tuple[int, ...]) -> None:
    """Let the normalisations take their statistics from two random batches of 8."""
    generator = torch.Generator().manual_seed(1)
    module.train()
    with torch.no_grad():
        for _ in range(2):
            module(torch.randn((8, *shape[1:]), generator=generator))
    module.eval()
