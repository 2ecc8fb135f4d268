"""The assembly for AArch64: sums stay in registers while products are added to them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import hodu
import hodu.nn.functional as F

_LABEL = re.compile(r"([.\w]+):")
_BRANCH = re.compile(r"(?:b\.\w+|cbn?z|tbn?z)\s.*?(\.L\w+)$")


def innermost_loops(assembly: str) -> Iterator[tuple[str, list[str]]]:
    """The name of the function and the instructions of each loop that has none inside."""
    code: list[tuple[str, str]] = []
    labels: dict[str, int] = {}
    function = ""
    for line in assembly.splitlines():
        text = line.partition("//")[0].strip()
        if label := _LABEL.match(text):
            labels[label[1]] = len(code)
            function = function if label[1].startswith(".") else label[1]
        elif text and not text.startswith("."):
            code.append((function, text))
    spans = [
        (labels[branch[1]], at)
        for at, (_, text) in enumerate(code)
        if (branch := _BRANCH.match(text)) and labels[branch[1]] <= at
    ]
    for span in spans:
        if not any(other != span and span[0] <= other[0] <= other[1] <= span[1] for other in spans):
            yield code[span[0]][0], [text for _, text in code[span[0] : span[1] + 1]]


def hottest_loops(assembly: str) -> dict[str, list[str]]:
    """For each function, the innermost loop with the most multiply-adds of vectors."""
    found: dict[str, list[str]] = {}
    for function, loop in innermost_loops(assembly):
        count = products(loop)
        if count and count > products(found.get(function, [])):
            found[function] = loop
    return found


def products(loop: list[str]) -> int:
    """How many instructions multiply and add vectors."""
    return sum(text.startswith("fmla") for text in loop)


@pytest.fixture(scope="module")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A strided and a pointwise convolution and a product of matrices."""
    values = np.random.default_rng(0)

    def weight(*shape: int) -> hodu.Tensor:
        return hodu.tensor(values.standard_normal(shape).astype(np.float32))

    with hodu.capture("products") as board:
        x = board.input("x", (1, 16, 16, 16), "f32")
        a = board.input("a", (64, 48), "f32")
        strided = F.relu(F.conv2d(x, weight(64, 16, 3, 3), weight(64), stride=2, padding=1))
        board.target("y", F.conv2d(strided, weight(96, 64, 1, 1)))
        board.target("b", F.relu(a @ weight(48, 256)))
    path: Path = tmp_path_factory.mktemp("neon") / "products.s"
    hodu.build(board.snapshot, path, target="aarch64-unknown-linux-gnu", format="s", opt=3)
    return path.read_text()


def test_products_keep_their_sums_in_registers(assembly: str) -> None:
    loops = hottest_loops(assembly)
    assert {name.split("_")[2] for name in loops} >= {"conv", "matmul"}, list(loops)
    for name, loop in loops.items():
        assert not [text for text in loop if re.search(r"\bsp\b|\[x29", text)], name
        assert products(loop) >= 16, name
        assert products(loop) / len(loop) > 0.6, name


def test_no_instruction_of_its_own_spreads_an_element(assembly: str) -> None:
    for name, loop in hottest_loops(assembly).items():
        assert not [text for text in loop if text.startswith(("dup", "mov\tv"))], name
