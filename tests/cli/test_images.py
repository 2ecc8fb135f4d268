"""Pictures as inputs of `hodu run`."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from hodu.artifact import ArtifactTensorInfo
from hodu.dims import symbol
from hodu.dtypes import as_dtype
from hodu.errors import FormatError, ShapeError, UnsupportedError
from hodu_cli.errors import UsageError
from hodu_cli.images import parse_options, read_image

Image = pytest.importorskip("PIL.Image")
PIXELS = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)


def info(*shape: int | str, dtype: str = "f32") -> ArtifactTensorInfo:
    dims = tuple(symbol(d) if isinstance(d, str) else d for d in shape)
    return ArtifactTensorInfo("image", dims, as_dtype(dtype))


def options(
    size: str | None = None,
    mode: str | None = None,
    layout: str | None = None,
    scale: str | None = None,
    mean: str | None = None,
    std: str | None = None,
):  # type: ignore[no-untyped-def]
    return parse_options(size, mode, layout, scale, mean, std)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "picture.png"
    Image.fromarray(PIXELS).save(path)
    return path


def test_nchw_scaled_to_one(picture: Path) -> None:
    array, done = read_image(picture, info("N", 3, 4, 6), options())
    np.testing.assert_allclose(array, PIXELS.transpose(2, 0, 1)[None] / 255, rtol=1e-6)
    assert array.dtype == np.float32 and done == "rgb, 4x6, nchw, pixels * 0.00392157"


def test_nhwc_integers_keep_their_values(picture: Path) -> None:
    array, _ = read_image(picture, info(1, 4, 6, 3, dtype="u8"), options())
    np.testing.assert_array_equal(array, PIXELS[None])
    assert array.dtype == np.uint8


def test_three_and_two_dimensions(picture: Path) -> None:
    assert read_image(picture, info(3, 4, 6), options())[0].shape == (3, 4, 6)
    assert read_image(picture, info(4, 6), options())[0].shape == (4, 6)


def test_mean_and_std_by_channel(picture: Path) -> None:
    given = options(scale="1", mean="1,2,3", std="2")
    array, _ = read_image(picture, info(4, 6, 3), given)
    np.testing.assert_allclose(array, (PIXELS - np.array([1.0, 2, 3])) / 2)


def test_sizes(picture: Path) -> None:
    assert read_image(picture, info(1, 3, 8, 8), options())[0].shape == (1, 3, 8, 8)
    assert read_image(picture, info(1, 3, "H", "W"), options())[0].shape == (1, 3, 4, 6)
    assert read_image(picture, info(1, 1, "H", "W"), options(size="2x3"))[0].shape == (1, 1, 2, 3)


def test_layout_that_is_not_clear(picture: Path) -> None:
    with pytest.raises(ShapeError, match="not clear which dimension"):
        read_image(picture, info("N", "C", 4, 6), options())
    given = options(layout="nchw", mode="rgb")
    assert read_image(picture, info("N", "C", 4, 6), given)[0].shape == (1, 3, 4, 6)


def test_what_is_not_an_image(tmp_path: Path) -> None:
    path = tmp_path / "text.png"
    path.write_text("no picture")
    with pytest.raises(FormatError, match="not a readable image"):
        read_image(path, info(1, 3, 4, 6), options())


def test_without_pillow_the_extra_is_named(picture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(UnsupportedError, match=r"pip install 'hodu\[image\]'"):
        read_image(picture, info(1, 3, 4, 6), options())


@pytest.mark.parametrize(
    "wrong",
    [
        {"size": "224"},
        {"size": "0x3"},
        {"mode": "cmyk"},
        {"layout": "hwc"},
        {"scale": "1/0"},
        {"mean": "a,b"},
    ],
)
def test_malformed_options(wrong: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        options(**wrong)


def test_channels_of_mean_must_fit(picture: Path) -> None:
    with pytest.raises(UsageError, match="2 values for an image of 3 channels"):
        read_image(picture, info(1, 3, 4, 6), options(mean="1,2"))
