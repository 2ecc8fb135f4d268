"""Texts inside a capture: which of some known ones each element is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hodu.dispatch.base import wrap

if TYPE_CHECKING:
    from hodu._tensor import Tensor


@dataclass(frozen=True)
class KnownTexts:
    """A tensor of texts as the place of each in `texts`, an i64."""

    places: Tensor
    texts: tuple[str, ...]

    def numbers(self, value: Callable[[str], Any], dtype: Any) -> Tensor:
        """A number for each text, looked up in those of the known ones."""
        return wrap(np.array([value(text) for text in self.texts], dtype))[self.places]

    def others(self, value: Callable[[str], str]) -> KnownTexts:
        """Another text in the place of each."""
        return KnownTexts(self.places, tuple(map(value, self.texts)))


def chosen_texts(places: Tensor, texts: tuple[str, ...]) -> Any:
    """The texts at these places: an array where they are known by now."""
    if places._data is None:
        return KnownTexts(places, texts)
    return np.array(texts, object)[places._data]
