"""Datasets over files."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import hodu
from hodu.data import CsvDataset, DataLoader, ImageFolder, NumpyDataset
from hodu.errors import FormatError, ValueRangeError


def test_npy_files_are_mapped_and_opened_again(tmp_path):
    x, y = np.arange(12, dtype=np.float32).reshape(6, 2), np.arange(6)
    np.save(tmp_path / "x.npy", x)
    np.save(tmp_path / "y.npy", y)
    data = NumpyDataset(tmp_path / "x.npy", tmp_path / "y.npy")
    assert len(pickle.dumps(data)) < 1000
    for dataset in (data, pickle.loads(pickle.dumps(data))):
        assert [part.tolist() for part in dataset[4]] == [[8, 9], 4]
    ((rows, targets),) = DataLoader(data, 6, num_workers=1)
    np.testing.assert_array_equal(rows.numpy(), x)
    np.testing.assert_array_equal(targets.numpy(), y)


def test_npz_by_name(tmp_path):
    path = tmp_path / "data.npz"
    np.savez(path, a=np.arange(3), b=np.ones(3), c=np.zeros(5))
    assert [part.tolist() for part in NumpyDataset(path, names=["b", "a"])[2]] == [1.0, 2]
    with pytest.raises(FormatError, match="has no 'd'"):
        NumpyDataset(path, names=["d"])


def write(tmp_path, text):
    """A table in a file."""
    path = tmp_path / "table.csv"
    path.write_text(text)
    return path


def test_csv(tmp_path):
    path = write(tmp_path, "name,width,height,kind\na,1.5,2,0\nb,-3,4e-1,1\n\n")
    data = CsvDataset(path, "kind", columns=["height", "width"], target_dtype="i64")
    assert len(data) == 2
    features, target = data[1]
    np.testing.assert_array_equal(features.numpy(), np.float32([0.4, -3]))
    assert (target.item(), target.dtype) == (1, hodu.i64)


def test_csv_without_header_or_target(tmp_path):
    data = CsvDataset(write(tmp_path, "1;2\n3;4\n"), header=False, delimiter=";", dtype="f64")
    assert [row.tolist() for (row,) in data] == [[1, 2], [3, 4]]
    last = CsvDataset(write(tmp_path, "1,2\n3,4\n"), 1, header=False)
    assert [part.tolist() for part in last[1]] == [[3], 4]


def test_csv_errors_name_the_line(tmp_path):
    path = write(tmp_path, "a,b\n1,2\n3,x\n")
    with pytest.raises(FormatError, match=r"'x' in column 1 is not a number(.|\n)*table.csv:3"):
        CsvDataset(path)
    path = write(tmp_path, "a,b\n1,2\n3\n")
    with pytest.raises(FormatError, match=r"a row of 1 entries in a table of 2(.|\n)*csv:3"):
        CsvDataset(path)
    with pytest.raises(FormatError, match="has no rows"):
        CsvDataset(write(tmp_path, "a,b\n"))
    with pytest.raises(FormatError, match="no such file"):
        CsvDataset(tmp_path / "none.csv")
    path = write(tmp_path, "a,b\n1,2\n")
    with pytest.raises(ValueRangeError, match="there is no column 'c'"):
        CsvDataset(path, "c")
    with pytest.raises(ValueRangeError, match="column 2 of a table of 2"):
        CsvDataset(path, 2)
    path.write_bytes(b"a,b\n\xff\xfe,2\n")
    with pytest.raises(FormatError, match="is not a CSV file"):
        CsvDataset(path)


def test_image_folder(tmp_path):
    image = pytest.importorskip("PIL.Image")
    pixels = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)
    for name in ("dog/b.png", "cat/a.png", "cat/more/c.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        image.fromarray(pixels).save(tmp_path / name)
    (tmp_path / "cat/notes.txt").write_text("no image")
    data = ImageFolder(tmp_path)
    assert (data.classes, data.targets) == (["cat", "dog"], [0, 0, 1])
    first, target = data[0]
    np.testing.assert_allclose(first.numpy(), pixels.transpose(2, 0, 1) / np.float32(255))
    assert target == 0
    gray = ImageFolder(tmp_path, lambda x: x * 2, mode="gray", size=(2, 3))
    assert gray[2][0].shape == (1, 2, 3)
    images, targets = next(iter(DataLoader(data, 3, num_workers=1)))
    assert (images.shape, targets.tolist()) == ((3, 3, 4, 6), [0, 0, 1])


def test_image_folder_errors(tmp_path):
    with pytest.raises(FormatError, match="no such folder"):
        ImageFolder(tmp_path / "none")
    with pytest.raises(FormatError, match="has no images in folders"):
        ImageFolder(tmp_path)
    with pytest.raises(ValueRangeError, match="mode is 'rgb' or 'gray'"):
        ImageFolder(tmp_path, mode="cmyk")
    (tmp_path / "cat").mkdir()
    (tmp_path / "cat/a.png").write_bytes(b"no image")
    pytest.importorskip("PIL.Image")
    with pytest.raises(FormatError, match="is not a readable image"):
        ImageFolder(tmp_path)[0]
