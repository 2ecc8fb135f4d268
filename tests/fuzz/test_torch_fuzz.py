"""Random calls of every function that PyTorch has too, against PyTorch (`make test-torch`).

`HODU_FUZZ=500` draws so many calls of each function; the seeds are fixed.
"""

from __future__ import annotations

import os
import zlib

import pytest

torch = pytest.importorskip(
    "torch", reason="torch is the oracle here; `make test-torch` installs it"
)
from tests.fuzz import elementwise, indexing, layers, products, reductions, shaping  # noqa: E402
from tests.fuzz.compare import outcome  # noqa: E402
from tests.fuzz.deliberate import is_deliberate  # noqa: E402
from tests.fuzz.draw import Draw  # noqa: E402

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore")]
COUNT = int(os.environ.get("HODU_FUZZ", "20"))
MODULES = (elementwise, reductions, shaping, indexing, products, layers)
FAMILIES = {name: make for module in MODULES for name, make in module.FAMILY.items()}


@pytest.mark.parametrize("name", FAMILIES)
def test_random_calls(name: str) -> None:
    failures = []
    for number in range(COUNT):
        call = FAMILIES[name](name, Draw([zlib.crc32(name.encode()), number]))
        found = outcome(call)
        if found is not None and not is_deliberate(call, found):
            failures.append(f"{call!r}\n    {found}")
    shown = "\n".join(failures[:5])
    assert not failures, f"{len(failures)} of {COUNT} calls differ:\n{shown}"
