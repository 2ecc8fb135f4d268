"""Datasets over files: NumPy arrays, CSV tables, and folders of images."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from hodu import functional as f
from hodu._io import load
from hodu._tensor import Tensor
from hodu.data.dataset import Dataset, TensorDataset
from hodu.dispatch.base import wrap
from hodu.dtypes import DType, as_dtype
from hodu.errors import FormatError, ValueRangeError
from hodu.formats._pixels import CHANNELS, EXTENSIONS, read_pixels
from hodu.ops._table import Array
from hodu.source import location

StrPath = str | os.PathLike[str]


class NumpyDataset(TensorDataset):
    """Rows of the arrays in .npy files, or of those in an .npz that `names` lists (all if None).

    Files of type .npy are mapped, not read; workers map them again.
    """

    def __init__(self, *paths: StrPath, names: Sequence[str] | None = None) -> None:
        self._source = (paths, names)
        tensors: list[Tensor] = []
        for path in paths:
            loaded = load(path)
            tensors += [loaded] if isinstance(loaded, Tensor) else _named(loaded, names, path)
        super().__init__(*tensors)

    def __reduce__(self) -> tuple[Any, ...]:
        return _reopen, self._source


def _reopen(paths: Sequence[StrPath], names: Sequence[str] | None) -> NumpyDataset:
    return NumpyDataset(*paths, names=names)


def _named(arrays: dict[str, Tensor], names: Sequence[str] | None, path: StrPath) -> list[Tensor]:
    chosen = list(arrays) if names is None else names
    for name in chosen:
        if name not in arrays:
            raise FormatError(f"{str(path)!r} has no {name!r}", hint=f"it has {list(arrays)}")
    return [arrays[name] for name in chosen]


class CsvDataset(TensorDataset):
    """Rows of a table of numbers: features [n], and the `target` column if one is named.

    Columns are named by the first line, or numbered from 0 if there is no `header`; `columns`
    chooses the features. Raises FormatError with the line of what is no number.
    """

    def __init__(
        self,
        path: StrPath,
        target: str | int | None = None,
        *,
        columns: Sequence[str | int] | None = None,
        header: bool = True,
        delimiter: str = ",",
        dtype: DType | str = "f32",
        target_dtype: DType | str | None = None,
    ) -> None:
        names, rows = _read_table(Path(path), header, delimiter)
        self.columns = [_place(name, names) for name in columns or range(len(names))]
        place = None if target is None else _place(target, names)
        if columns is None:
            self.columns = [column for column in self.columns if column != place]
        features = f.tensor(_numbers(path, rows, self.columns), dtype=dtype)
        if place is None:
            super().__init__(features)
            return
        targets = _numbers(path, rows, [place])[:, 0]
        super().__init__(features, f.tensor(targets, dtype=as_dtype(target_dtype or dtype)))


_Rows = list[tuple[int, list[str]]]
"""The lines of a table, each with its number."""


def _read_table(path: Path, header: bool, delimiter: str) -> tuple[list[str], _Rows]:
    if not path.exists():
        raise FormatError(f"no such file: {str(path)!r}")
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file, delimiter=delimiter)
            rows = [(reader.line_num, row) for row in reader if row]
    except (csv.Error, UnicodeDecodeError) as error:
        raise FormatError(f"{str(path)!r} is not a CSV file: {error}") from None
    if len(rows) < 1 + header:
        raise FormatError(f"{str(path)!r} has no rows")
    first = rows[0][1]
    names = first if header else [str(number) for number in range(len(first))]
    for line, row in rows:
        if len(row) != len(names):
            raise FormatError(
                f"a row of {len(row)} entries in a table of {len(names)} columns",
                where=f"{path}:{line}",
            )
    return names, rows[1:] if header else rows


def _place(name: str | int, names: list[str]) -> int:
    if isinstance(name, int):
        if not 0 <= name < len(names):
            raise ValueRangeError(
                f"column {name} of a table of {len(names)} columns", where=location()
            )
        return name
    if name not in names:
        raise ValueRangeError(f"there is no column {name!r}", hint=f"there are {names}")
    return names.index(name)


def _numbers(path: StrPath, rows: _Rows, columns: Sequence[int]) -> Array:
    values = np.empty((len(rows), len(columns)))
    for i, (line, row) in enumerate(rows):
        for j, column in enumerate(columns):
            try:
                values[i, j] = float(row[column])
            except ValueError:
                raise FormatError(
                    f"{row[column]!r} in column {column} is not a number",
                    where=f"{path}:{line}",
                    hint="choose the numeric columns, with columns=[...]",
                ) from None
    return values


class ImageFolder(Dataset[tuple[Any, int]]):
    """Images in one folder for each class: items are the image, f32[C, H, W] from 0 to 1, and the
    number of its class.

    Classes are the names of the folders in order. `size` (height, width) resizes; `transform` gets
    the tensor. Images are read when they are asked for, which takes Pillow.
    """

    def __init__(
        self,
        root: StrPath,
        transform: Callable[[Tensor], Any] | None = None,
        *,
        mode: str = "rgb",
        size: tuple[int, int] | None = None,
    ) -> None:
        if mode not in CHANNELS:
            raise ValueRangeError(f"mode is 'rgb' or 'gray', not {mode!r}", where=location())
        self.root = Path(root)
        if not self.root.is_dir():
            raise FormatError(f"no such folder: {str(root)!r}")
        self.transform = transform
        self.mode, self.size = mode, size
        self.classes = sorted(entry.name for entry in self.root.iterdir() if entry.is_dir())
        self.class_to_idx = {name: number for number, name in enumerate(self.classes)}
        self.samples = list(self._find())
        self.targets = [target for _, target in self.samples]
        if not self.samples:
            raise FormatError(
                f"{str(root)!r} has no images in folders of their classes",
                hint=f"images end with {', '.join(EXTENSIONS)}",
            )

    def _find(self) -> Iterator[tuple[Path, int]]:
        for name, number in self.class_to_idx.items():
            for path in sorted((self.root / name).rglob("*")):
                if path.suffix.lower() in EXTENSIONS and path.is_file():
                    yield path, number

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, index: int) -> tuple[Any, int]:
        path, target = self.samples[index]
        pixels = read_pixels(path, self.mode, self.size)
        scaled = np.ascontiguousarray(pixels.transpose(2, 0, 1), np.float32) / np.float32(255)
        image = wrap(scaled)
        return image if self.transform is None else self.transform(image), target
