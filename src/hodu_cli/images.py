"""Pictures as model inputs: size, channels, layout and scaling of pixel values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hodu.artifact import ArtifactTensorInfo
from hodu.dims import Dim
from hodu.errors import DTypeError, ShapeError
from hodu.formats._pixels import EXTENSIONS as EXTENSIONS
from hodu.formats._pixels import read_pixels
from hodu.ops._table import Array
from hodu_cli.errors import UsageError


@dataclass(frozen=True, slots=True)
class ImageOptions:
    """How pictures become tensors; None takes what the input's type suggests.

    Pixels are multiplied by `scale` (1/255 for a float input, 1 for an integer one), then
    `mean` is subtracted and `std` divides, by channel.
    """

    size: tuple[int, int] | None = None
    mode: str | None = None
    layout: str | None = None
    scale: float | None = None
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()


def parse_options(
    size: str | None,
    mode: str | None,
    layout: str | None,
    scale: str | None,
    mean: str | None,
    std: str | None,
) -> ImageOptions:
    """The options as they are spelled on the command line; raises UsageError."""
    return ImageOptions(
        size=None if size is None else _size_of(size),
        mode=_one_of("--image-mode", mode, ("rgb", "gray")),
        layout=_one_of("--image-layout", layout, ("nchw", "nhwc")),
        scale=None if scale is None else _number("--image-scale", scale),
        mean=() if mean is None else _numbers("--mean", mean),
        std=() if std is None else _numbers("--std", std),
    )


def _size_of(text: str) -> tuple[int, int]:
    height, separator, width = text.lower().partition("x")
    if not separator or not (height.isdecimal() and width.isdecimal()):
        raise UsageError(f"--image-size {text!r} is not HEIGHTxWIDTH", hint="as in 224x224")
    if not int(height) or not int(width):
        raise UsageError(f"--image-size {text!r} has no pixels")
    return int(height), int(width)


def _one_of(option: str, text: str | None, allowed: tuple[str, ...]) -> str | None:
    if text is not None and text not in allowed:
        raise UsageError(f"{option} {text!r} is none of {', '.join(allowed)}")
    return text


def _numbers(option: str, text: str) -> tuple[float, ...]:
    return tuple(_number(option, part) for part in text.split(","))


def _number(option: str, text: str) -> float:
    top, separator, bottom = text.partition("/")
    try:
        return float(top) / float(bottom) if separator else float(top)
    except (ValueError, ZeroDivisionError):
        raise UsageError(f"{option}: {text!r} is not a number", hint="as in 0.5 or 1/255") from None


def read_image(path: Path, info: ArtifactTensorInfo, options: ImageOptions) -> tuple[Array, str]:
    """A picture as an array that fits `info`, and what was done to it, in words."""
    layout = options.layout or _layout(info)
    dims = _by_letter(layout, info)
    mode = options.mode or ("gray" if dims.get("C", 1) == 1 else "rgb")
    size = options.size or _size(dims)
    pixels = read_pixels(path, mode, size)
    scale = options.scale if options.scale is not None else _default_scale(info)
    values = _normalize(pixels, scale, options, info)
    array = _arrange(values, layout, len(info.shape))
    height, width = pixels.shape[:2]
    return array, f"{mode}, {height}x{width}, {layout}, pixels * {scale:.6g}"


def _layout(info: ArtifactTensorInfo) -> str:
    """nchw or nhwc, by where the input's type has 1 or 3 channels."""
    rank = len(info.shape)
    if rank == 2:
        return "nchw"
    if rank in (3, 4):
        if info.shape[-3] in (1, 3):
            return "nchw"
        if info.shape[-1] in (1, 3):
            return "nhwc"
        raise ShapeError(
            f"input {info}: it is not clear which dimension is the channels",
            hint="say it: --image-layout nchw or --image-layout nhwc",
        )
    raise ShapeError(f"input {info} does not take an image, which has 2 to 4 dimensions")


def _by_letter(layout: str, info: ArtifactTensorInfo) -> dict[str, Dim]:
    letters = layout.upper()[-3:] if len(info.shape) != 2 else "HW"
    return dict(zip(letters, info.shape[-len(letters) :], strict=True))


def _size(dims: dict[str, Dim]) -> tuple[int, int] | None:
    height, width = dims["H"], dims["W"]
    return (height, width) if isinstance(height, int) and isinstance(width, int) else None


def _default_scale(info: ArtifactTensorInfo) -> float:
    return 1 / 255 if info.dtype.is_float else 1.0


def _normalize(
    pixels: Array, scale: float, options: ImageOptions, info: ArtifactTensorInfo
) -> Array:
    mean = _per_channel("--mean", options.mean or (0.0,), pixels)
    std = _per_channel("--std", options.std or (1.0,), pixels)
    if not std.all():
        raise UsageError("--std holds a zero")
    values = (pixels.astype(np.float32) * np.float32(scale) - mean) / std
    if info.dtype.is_float:
        return values.astype(info.dtype.numpy)
    array = np.rint(values).astype(info.dtype.numpy)
    if not np.array_equal(array.astype(np.float32), values):
        raise DTypeError(
            f"input {info}: the scaled pixels are no {info.dtype}",
            hint="leave --image-scale, --mean and --std out for an integer input",
        )
    return array


def _per_channel(option: str, values: tuple[float, ...], pixels: Array) -> Array:
    if len(values) not in (1, pixels.shape[2]):
        raise UsageError(
            f"{option} has {len(values)} values for an image of {pixels.shape[2]} channels"
        )
    return np.array(values, np.float32)


def _arrange(values: Array, layout: str, rank: int) -> Array:
    """[height, width, channels] in the layout and rank of the input."""
    if rank == 2:
        return values[:, :, 0]
    array = values.transpose(2, 0, 1) if layout == "nchw" else values
    return np.ascontiguousarray(array[None] if rank == 4 else array)
