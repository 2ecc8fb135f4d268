"""The calls of the feature table mean in Hodu what they mean in PyTorch."""

from __future__ import annotations

import numpy as np
import pytest

import hodu
from hodu import dtypes
from tests.features import calls, namespace

torch = pytest.importorskip(
    "torch", reason="torch is the oracle here; `make test-torch` installs it"
)
pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore")]
OURS = ("hodu.compress", "F.reduce_window", "hodu.uniform", "hodu.inv(")


class _Torch:
    """PyTorch under the names that Hodu gives dtypes."""

    def __getattr__(self, name):
        known = {t.name: t.alias for t in dtypes.ALL}
        return getattr(torch, known.get(name, name))


def _plain(value):
    """A result as lists of (dtype, array) and Python values."""
    if isinstance(value, torch.Tensor):
        return str(value.dtype).removeprefix("torch."), value.detach().numpy()
    if isinstance(value, hodu.Tensor):
        return value.dtype.alias, value.numpy()
    if isinstance(value, (tuple, list)):
        return [_plain(v) for v in value]
    return value


def _assert_same(got, wanted):
    if isinstance(got, list):
        assert len(got) == len(wanted)
        for g, w in zip(got, wanted, strict=True):
            _assert_same(g, w)
    elif isinstance(got, tuple):
        assert got[0] == wanted[0]
        assert got[1].shape == wanted[1].shape
        np.testing.assert_allclose(got[1], wanted[1], rtol=2e-4, atol=2e-5)
    elif isinstance(got, np.ndarray):
        np.testing.assert_array_equal(got, wanted)
    else:
        assert got == pytest.approx(wanted)


@pytest.mark.parametrize(("section", "expression", "result"), calls())
def test_calls(section, expression, result):
    if expression.startswith(OURS):
        pytest.skip("PyTorch has no such function")
    theirs = eval(expression, namespace(_Torch(), torch.nn.functional, torch.from_numpy))
    ours = eval(expression, namespace(hodu, hodu.nn.functional, hodu.from_numpy))
    _assert_same(_plain(ours), _plain(theirs))
