"""Reading pictures, which takes Pillow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from hodu.errors import FormatError, UnsupportedError
from hodu.ops._table import Array

EXTENSIONS = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm")
CHANNELS = {"rgb": 3, "gray": 1}


def read_pixels(path: Path, mode: str, size: tuple[int, int] | None) -> Array:
    """A picture as [height, width, channels] of u8, upright; resized to `size` if it is given.

    `mode` is "rgb" or "gray". Raises FormatError, and UnsupportedError without Pillow.
    """
    image: Any
    try:
        from PIL import Image, ImageOps, UnidentifiedImageError
    except ImportError:
        raise UnsupportedError(
            f"{str(path)!r} is an image, which takes Pillow to read",
            hint="pip install 'hodu[image]'",
        ) from None
    try:
        with Image.open(path) as opened:
            image = ImageOps.exif_transpose(opened).convert("RGB" if mode == "rgb" else "L")
    except (UnidentifiedImageError, Image.DecompressionBombError, SyntaxError) as error:
        raise FormatError(f"{str(path)!r} is not a readable image: {error}") from None
    if size is not None:
        image = image.resize((size[1], size[0]), Image.Resampling.BILINEAR)
    return np.asarray(image).reshape(image.height, image.width, CHANNELS[mode])
