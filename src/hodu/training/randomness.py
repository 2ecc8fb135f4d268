"""All the generators that a run may draw from, as one state."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import numpy as np

from hodu.data.order import set_words, words
from hodu.random import default_generator


class Randomness:
    """The states of Hodu's default generator, Python's and NumPy's."""

    def state_dict(self) -> dict[str, Any]:
        """The states as they are."""
        return {
            "hodu": words(default_generator),
            "python": random.getstate(),
            "numpy": np.random.get_state(legacy=False),
        }

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Let all of them go on from saved states."""
        set_words(default_generator, state_dict["hodu"])
        random.setstate(state_dict["python"])
        saved = state_dict["numpy"]
        key = np.asarray(saved["state"]["key"])
        np.random.set_state({**saved, "state": {**saved["state"], "key": key}})
