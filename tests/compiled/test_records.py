"""Tables for each channel as records of few bytes: the same numbers, whatever their bits."""

from __future__ import annotations

import numpy as np
import pytest

import hodu
from hodu import functional as f
from hodu.backends.cpu.prepare import Prepared
from hodu.dtypes import i8
from hodu.lower.program import Launch
from hodu.render.dedupe import same_kernels
from tests.compiled.test_pairs import FORMS, Form, check

CHANNELS, DEPTH = 24, 8
NEAR, FAR = (0.001, 0.0039), (0.001, 0.0078)  # scales of less than two octaves, and of three
MIXED = np.linspace(-0.001, 0.001, CHANNELS, dtype=np.float32)
EQUAL = np.full(CHANNELS, 0.002, np.float32)


def _scales(low: float, high: float) -> np.ndarray:
    return np.geomspace(low, high, CHANNELS).astype(np.float32)


def _biases(first: int, last: int, channels: int = CHANNELS) -> np.ndarray:
    return np.linspace(first, last, channels).astype(np.int32)


def _bytes(*shape: int) -> np.ndarray:
    return np.random.default_rng(shape).integers(-128, 128, shape).astype(np.int8)


def _requantized(sums: hodu.Tensor, scale: np.ndarray) -> hodu.Tensor:
    return f._requantize(sums, hodu.tensor(scale), hodu.tensor(np.int8(5)), i8)


def _product(x: hodu.Tensor, bias: np.ndarray, scale: np.ndarray) -> hodu.Tensor:
    w, zero = hodu.tensor(_bytes(x.shape[-1], len(bias))), hodu.tensor(np.int8(-9))
    return _requantized(f._integer_matmul(x, w, zero, None) + hodu.tensor(bias), scale)


def _record_bytes(ready: Prepared) -> list[int]:
    return [slot.bytes for slot in ready.program.slots if slot.name.startswith("records")]


def _whole_words(size: int) -> int:
    return -(-(CHANNELS * size + max(4 - size, 0)) // 4) * 4


@pytest.mark.parametrize(
    ("first", "last", "scale", "size"),
    [
        (-32768, 32767, _scales(*NEAR), 5),
        (-32768, 32768, _scales(*NEAR), 6),
        (-32769, 0, _scales(*NEAR), 6),
        (-128, 127, _scales(*NEAR), 4),
        (-129, 127, _scales(*NEAR), 5),
        (-16384, 16383, _scales(*FAR), 5),
        (-32768, 32767, _scales(*FAR), None),
        (-70000, 70000, MIXED, 7),
        (-5, 5, EQUAL, 3),
    ],
)
def test_bits_that_numbers_need(first: int, last: int, scale: np.ndarray, size: int | None) -> None:
    """What does not fit takes a byte more; where nothing is saved, tables stay tables."""
    bias = _biases(first, last)
    ready = check(lambda x: [_product(x, bias, scale)], [_bytes(3, DEPTH)], compact=True)
    wanted = [] if size is None else [_whole_words(size) + DEPTH * CHANNELS]
    assert _record_bytes(ready) == wanted


def test_a_table_without_weights() -> None:
    """Records of three bytes, of which the last one is read as a word too."""
    scale = hodu.tensor(_scales(*NEAR))
    sums = np.random.default_rng(1).integers(-60000, 60000, (2, CHANNELS)).astype(np.int32)
    ready = check(lambda x: [f._requantize(x, scale, None, i8)], [sums], compact=True)
    assert _record_bytes(ready) == [_whole_words(3)]


def test_layers_that_have_all_in_common() -> None:
    """Their records are in memory once; what a kernel of another form reads too stays a table."""
    bias, scale = _biases(-900, 900), _scales(*NEAR)
    x, wide = _bytes(3, DEPTH), np.random.default_rng(2).integers(-99, 99, (2, CHANNELS))
    twice = check(lambda a, b: [_product(a, bias, scale), _product(b, bias, scale)], [x, x[:2]],
                  compact=True)  # fmt: skip
    assert len(_record_bytes(twice)) == 2
    assert twice.weights.size < 2 * DEPTH * CHANNELS + _whole_words(5)
    arrays = [x, wide.astype(np.int32)]
    both = check(lambda a, b: [_product(a, bias, scale), _requantized(b, scale)], arrays,
                 compact=True)  # fmt: skip
    assert not _record_bytes(both)


def network(x: hodu.Tensor) -> list[hodu.Tensor]:
    """Layers of every kind with enough channels for records, the last of five and six bytes."""
    depthwise = Form(0, (), (CHANNELS, 1, 3, 3), (1, 1), (1,) * 4, groups=CHANNELS)
    for number, form in enumerate((FORMS["three planes"], None, depthwise, None)):
        w = (CHANNELS, x.shape[1], *((3, 3) if form else (1, 1)))
        w = depthwise.weight if form is depthwise else w
        places = ((1, 1), (0,) * 4, (1, 1), 1)
        places = (form.stride, form.padding, form.dilation, form.groups) if form else places
        bias = hodu.tensor(_biases(-900 * number, 800))
        zero = hodu.tensor(np.int8(5))
        weights = hodu.tensor(np.roll(_bytes(*w), number))
        sums = f._integer_conv(x, weights, bias, zero, None, *places)
        x = _requantized(sums, _scales(0.001 + 0.001 * number, 0.008)[:, None, None])
    x = _product(x.flatten(1), _biases(-2000, 1000, 40), np.geomspace(0.001, 0.003, 40, dtype="f4"))
    return [_product(x, _biases(-7000, 32767), _scales(*FAR))]


INPUT = _bytes(1, 3, 7, 9)


def _layers(ready: Prepared) -> list[Launch]:
    """All but what puts channels first in the end."""
    return [launch for launch in ready.program.launches() if "integer" in launch.label]


def test_layers_share_kernels() -> None:
    """With their numbers before the records, and the weights behind."""
    ready = check(network, [INPUT], compact=True)
    launches = _layers(ready)
    assert len(launches) == 6 and len(same_kernels(launches)) == 4
    assert all(sum(a.place.slot.kind == "constant" for a in x.arguments) == 1 for x in launches)
    assert not any(slot.name.endswith("_sizes") for slot in ready.program.slots)
    assert 24 * 6 <= launches[-1].arguments[1].place.slot.bytes - 40 * 24 < 24 * 7


def test_for_speed_only_what_is_read_once() -> None:
    ready = check(network, [INPUT])
    records = [any(a.place.slot.name == "records" for a in x.arguments) for x in _layers(ready)]
    assert records == [False] * 4 + [True] * 2


def test_cores_that_read_words_at_their_places() -> None:
    ready = check(network, [INPUT], "cortex-m0", compact=True)
    assert not _record_bytes(ready)
