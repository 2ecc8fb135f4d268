"""Running the command line in this process, on small models in files."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

import hodu
from hodu.snapshot.parse import parse_snapshot
from hodu_cli.main import main

AFFINE = """
snapshot "affine" {
  symbol N in [1, 8]
  input %x: f32[N, 2]
  input %bias: i32[]
  const %weight: f32[2, 3] = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]
  %product: f32[N, 3] = matmul(%x, %weight)
  %1: f32[N, 3] = add(%product, %product)
  %2: i32[] = add(%bias, %bias)
  output "y" = %1
  output "twice" = %2
  metadata "author" = "nobody"
}
"""
COUNTER = """
snapshot "counter" {
  input %step: i64[]
  state %count: i64[] = 5
  %0: i64[] = add(%count, %step)
  output "total" = %0
  output "count.next" = %0
  alias "count.next" -> "count"
}
"""


@dataclass(frozen=True)
class Result:
    """How a command ended: exit code, and what it wrote to stdout and stderr."""

    code: int
    out: str
    err: str


Cli = Callable[..., Result]


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Run `hodu` with these arguments in a folder of its own; `stdin` holds bytes."""
    monkeypatch.chdir(tmp_path)

    def run(*args: str, stdin: bytes = b"") -> Result:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code = main(args)
        captured = capsys.readouterr()
        return Result(code, captured.out, captured.err)

    return run


@pytest.fixture
def affine(tmp_path: Path) -> str:
    """A model `y = 2 x @ weight`, `twice = 2 bias`, and files for its inputs."""
    hodu.save(parse_snapshot(AFFINE), tmp_path / "affine.hdss")
    np.save(tmp_path / "x.npy", np.array([[1, 2], [3, 4]], np.float32))
    np.save(tmp_path / "x64.npy", np.array([[1, 2], [3, 4]], np.float64))
    np.save(tmp_path / "wide.npy", np.ones((2, 3), np.float32))
    np.save(tmp_path / "bias.npy", np.array(7, np.int64))
    return "affine.hdss"


@pytest.fixture
def counter(tmp_path: Path) -> str:
    """A model with a state."""
    hodu.save(parse_snapshot(COUNTER), tmp_path / "counter.hdss")
    return "counter.hdss"
