"""The text form: printed, parsed back, and refused when it is wrong."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hodu
from hodu.errors import FormatError, HoduError, VerifyError
from hodu.snapshot.parse import parse_snapshot
from hodu.snapshot.text import print_snapshot

TEXT = """snapshot "affine" {
  symbol N in [1, 64]
  input %x: f32[N, 3]
  const %w: f32[3, 2] = [[1.0, 2.0], [3.0, nan], [inf, -0.5]]
  const %big: f32[5, 5] = ...
  const %"a/b:0": bool[] = true
  %0: f32[N, 2] = matmul(%x, %w) @ "model.py:12"
  %1: f32[N, 2] = neg(%0)
  %2: i8[N, 2] = cast(%1) {dtype=i8}
  %3: bool[] = bitwise_not(%"a/b:0")
  output "y" = %2
  output "b" = %3
  metadata "author" = "me \\"quoted\\""
}
"""


def test_round_trip():
    snapshot = parse_snapshot(TEXT, {"big": np.zeros((5, 5), np.float32)})
    assert print_snapshot(snapshot, locations=True) == TEXT
    assert print_snapshot(snapshot).count("@") == 0


def test_every_dtype_prints_exactly():
    with hodu.capture() as board:
        x = board.input("x", ())
        for t in hodu.dtypes.ALL:
            data = np.array([0, 1, 3, 100 if t.bits > 8 or t.is_integer else 6]).astype(t.numpy)
            board.target(t.name, board.constant(f"c_{t.name}", data).clone())
        board.target("x", x)
    text = print_snapshot(board.snapshot, inline=None)
    again = parse_snapshot(text)
    assert print_snapshot(again, inline=None) == text
    for name, array in board.snapshot.constants.items():
        np.testing.assert_array_equal(array, again.constants[name])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("matmul", "matmull", "unknown op 'matmull'"),
        ("%x, %w", "%x, %q", "%q is not defined"),
        ("f32[N, 2] = matmul", "f32[N, 3] = matmul", "the op yields"),
        ("i8[N, 2] = cast", "i9[N, 2] = cast", "not a dtype"),
        ("{dtype=i8}", "{kind=i8}", "attributes"),
        ("[inf, -0.5]", "[inf]", "elements"),
        ("neg(%0)", "neg(%0, %0)", "the op takes 1"),
        ("neg(%0)", "bitwise_not(%0)", "does not take f32"),
        ('output "y" = %2', 'output "y" = none', "cannot be none"),
        ("%1: f32", "%0: f32", "defined twice"),
        ("}", "", "expected"),
        ("f32[5, 5] = ...", "f32[6, 5] = ...", "declared"),
    ],
)
def test_mistakes_are_named(old, new, message):
    with pytest.raises((FormatError, VerifyError), match=message):
        parse_snapshot(TEXT.replace(old, new, 1), {"big": np.zeros((5, 5), np.float32)})


def test_elided_data_must_be_given():
    with pytest.raises(FormatError, match=r"%big is elided.*\n.*line 5"):
        parse_snapshot(TEXT)


def test_all_problems_are_listed_at_once():
    bad = TEXT.replace("neg(%0)", "bitwise_not(%0)").replace("[N, 2] = matmul", "[N, 9] = matmul")
    with pytest.raises(VerifyError) as info:
        parse_snapshot(bad, {"big": np.zeros((5, 5), np.float32)})
    assert str(info.value).count("\n  - ") == 2


@given(st.integers(0, len(TEXT)), st.integers(0, 12), st.text(max_size=6))
def test_damaged_text_gives_a_hodu_error(start, length, insert):
    damaged = TEXT[:start] + insert + TEXT[start + length :]
    with contextlib.suppress(HoduError):
        parse_snapshot(damaged, {"big": np.zeros((5, 5), np.float32)})
