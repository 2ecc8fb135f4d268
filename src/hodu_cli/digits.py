"""The demonstration: 100 handwritten digits through an ONNX model, some of them drawn.

The pictures are of 8 x 8 pixels from 0 to 1.
"""

from __future__ import annotations

import shutil
import sys
import time
from importlib.resources import as_file, files
from pathlib import Path
from typing import TextIO

import numpy as np

import hodu
from hodu.ops._table import Array
from hodu.plugins.interfaces import CompileOptions, ExecutableModule
from hodu.plugins.manager import Engine
from hodu.snapshot.ir import Snapshot
from hodu_cli import demo_program
from hodu_cli.console import Console, wants_color
from hodu_cli.engine import choose_engine
from hodu_cli.errors import say
from hodu_cli.tables import columns, human_seconds

_SHADES = " .:-=+*#%@"
_DRAWN = 8
_CAPTION = len("sure 100%")
_LEAST_ACCURACY = 0.95
_RUNS = 20


def show(device: str, output: Path, console: Console) -> bool:
    """Run the demonstration; returns whether the model was right and all ways to run it agree."""
    engine = choose_engine(device, None, None, None, None, None)
    images, labels = _data("digits_images.npy"), _data("digits_labels.npy")
    console.status("Loading", "digits.onnx")
    with as_file(files("hodu") / "assets" / "digits.onnx") as path:
        snapshot = hodu.load(path)
    console.status("Compiling", f"{snapshot.name} with {engine.compiler.name} for {engine.device}")
    module = engine.compile(snapshot, CompileOptions())
    probabilities = module.execute({"image": images})["probabilities"].numpy()
    console.status("Building", str(output))
    notes = demo_program.build_program(snapshot, output)
    reference = demo_program.interpreted(snapshot)
    wanted = reference.execute({"image": images})["probabilities"].numpy()
    alone = demo_program.run_program(output, images[:_DRAWN])
    guesses = probabilities.argmax(axis=1)
    _draw(images, labels, guesses, probabilities.max(axis=1))
    agree, worst = demo_program.agreement(wanted, probabilities)
    alike, other = demo_program.agreement(wanted[:_DRAWN], alone)
    rows = _facts(snapshot, engine, module, reference, images)
    accuracy = float((guesses == labels).mean())
    rows.insert(0, ["accuracy", f"{round(accuracy * len(images))} of {len(images)}"])
    rows += demo_program.facts(output, notes)
    verdict = "all agree" if agree and alike else "they do NOT agree"
    rows.append(["agreement", f"{verdict}: at most {max(worst, other):.1e} from the interpreter"])
    print("\n".join(columns(rows, indent=0)))
    if accuracy < _LEAST_ACCURACY:
        say(f"only {accuracy:.0%} of the digits are right; {_LEAST_ACCURACY:.0%} should be")
    return accuracy >= _LEAST_ACCURACY and agree and alike


def _data(name: str) -> Array:
    with as_file(files("hodu") / "assets" / name) as path:
        return np.load(path, allow_pickle=False)


def _facts(
    snapshot: Snapshot,
    engine: Engine,
    module: ExecutableModule,
    reference: ExecutableModule,
    images: Array,
) -> list[list[str]]:
    one, slow = _seconds(module, images[:1]), _seconds(reference, images[:1])
    batch = _seconds(module, images)
    return [
        ["model", f"digits.onnx (ONNX), {len(snapshot.nodes)} nodes"],
        ["compiler", f"{engine.compiler.name} {engine.compiler.version} on {engine.device}"],
        ["one image", f"{human_seconds(one)}, {slow / one:.1f} times as fast as interpreted"],
        [f"all {len(images)}", human_seconds(batch)],
    ]


def _seconds(module: ExecutableModule, images: Array) -> float:
    """The least time of a run, because other programs only ever add to it."""
    times = []
    for _ in range(_RUNS):
        start = time.perf_counter()
        module.execute({"image": images})
        times.append(time.perf_counter() - start)
    return min(times)


def _draw(images: Array, labels: Array, guesses: Array, confidences: Array) -> None:
    """Some digits in rows, the wrong ones first, so that mistakes are not hidden."""
    order = np.argsort(guesses == labels, kind="stable")[: _DRAWN // 4]
    rest = [i for i in range(len(images)) if i not in order]
    chosen = [*order.tolist(), *rest][:_DRAWN]
    per_row = _per_row(images.shape[-1], sys.stdout)
    for first in range(0, len(chosen), per_row):
        row = chosen[first : first + per_row]
        pictures = [picture(images[i, 0], sys.stdout) for i in row]
        captions = [_caption(int(guesses[i]), float(confidences[i]), int(labels[i])) for i in row]
        print("\n".join(side_by_side(pictures, captions)) + "\n")


def _caption(guess: int, confidence: float, truth: int) -> list[str]:
    return ["", f"read {guess}", f"sure {confidence:.0%}", f"truth {truth}"]


def _per_row(width: int, stream: TextIO) -> int:
    """How many pictures with captions fit into a line of the terminal."""
    cell = (width if _is_unicode(stream) else 2 * width) + _CAPTION + 3
    return max(1, min(4, (shutil.get_terminal_size().columns + 2) // cell))


def side_by_side(pictures: list[list[str]], captions: list[list[str]]) -> list[str]:
    """Pictures of equal height in one row of lines, each with its caption to the right."""
    height = max(map(len, pictures))
    lines = []
    for y in range(height):
        cells = [
            f"{image[y]} {caption[y] if y < len(caption) else '':<{_CAPTION}}"
            for image, caption in zip(pictures, captions, strict=True)
        ]
        lines.append("  ".join(cells).rstrip())
    return lines


def picture(image: Array, stream: TextIO) -> list[str]:
    """An image as lines: half blocks in shades of grey, in outline, or in plain ASCII."""
    if not _is_unicode(stream):
        return ["".join(_shade(v) * 2 for v in row) for row in image]
    pairs = zip(image[::2], image[1::2], strict=True)
    half = _grey if wants_color(stream) else _outline
    lines = ["".join(half(a, b) for a, b in zip(*pair, strict=True)) for pair in pairs]
    return [f"{line}\x1b[0m" for line in lines] if half is _grey else lines


def _is_unicode(stream: TextIO) -> bool:
    return (stream.encoding or "ascii").lower().replace("-", "") == "utf8"


def _shade(value: float) -> str:
    return _SHADES[min(int(value * len(_SHADES)), len(_SHADES) - 1)]


def _grey(upper: float, lower: float) -> str:
    top, bottom = (232 + min(int(v * 24), 23) for v in (upper, lower))
    return f"\x1b[38;5;{top};48;5;{bottom}m▀"


def _outline(upper: float, lower: float) -> str:
    return {(0, 0): " ", (1, 0): "▀", (0, 1): "▄", (1, 1): "█"}[upper >= 0.5, lower >= 0.5]
