"""The page of examples/digits_page.py, in Node with a stand-in for a document, and in Chromium."""

from __future__ import annotations

import importlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "examples"
DRAWINGS = {
    0: "128,20_80,60_70,128_80,200_128,236_176,200_186,128_176,60_128,20",
    1: "100,60_136,20_136,236",
    4: "120,20_60,150_200,150/160,90_160,236",
    7: "60,30_190,30_110,236",
}
DOCUMENT = """
const elements = {}, context = new Proxy({}, { get: () => () => 0, set: () => true });
const listeners = (target) => Object.assign(target, {
  on: {}, addEventListener: (name, act) => (target.on[name] = act) });
globalThis.document = { getElementById: (id) => (elements[id] ??=
  listeners({ width: 256, height: 256, getContext: () => context })) };
globalThis.location = { hash: "" };
listeners(globalThis);
"""
DRAW = """
const found = {};
for (const [digit, strokes] of Object.entries(DRAWINGS)) {
  elements.clear.on.click();
  for (const stroke of strokes.split("/")) {
    const points = stroke.split("_").map((p) => p.split(",").map(Number));
    points.forEach(([offsetX, offsetY], i) =>
      elements.paper.on[i ? "pointermove" : "pointerdown"]({ offsetX, offsetY }));
    globalThis.on.pointerup();
    elements.paper.on.pointermove({ offsetX: 0, offsetY: 0 }); // without a button
  }
  found[digit] = elements.answer.textContent;
}
elements.clear.on.click();
console.log(JSON.stringify([found, elements.answer.textContent, elements.bars.innerHTML]));
"""
node = shutil.which("node")
chromium = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    sys.path.insert(0, str(FOLDER))
    try:
        return importlib.import_module("digits_page").main(
            ["--out", str(tmp_path_factory.mktemp("page") / "digits.html")]
        )
    finally:
        sys.path.remove(str(FOLDER))
        sys.modules.pop("digits_page", None)


@pytest.mark.skipif(node is None, reason="needs node, which runs WebAssembly")
def test_drawn_digits_in_node(page: Path, tmp_path: Path) -> None:
    found = re.search(r'<script type="module">\n(.*)</script>', page.read_text(), re.DOTALL)
    assert found is not None
    drawings = f"const DRAWINGS = {json.dumps(DRAWINGS)};\n"
    (tmp_path / "page.mjs").write_text(DOCUMENT + found[1] + drawings + DRAW)
    done = subprocess.run([node, "page.mjs"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    answers, cleared, bars = json.loads(done.stdout)
    assert answers == {str(digit): digit for digit in DRAWINGS}
    assert cleared == "?" and bars.count("<meter") == 10


@pytest.mark.skipif(chromium is None, reason="needs Chromium")
def test_a_drawn_digit_in_chromium(page: Path, tmp_path: Path) -> None:
    flags = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}"]
    url = f"{page.as_uri()}#{DRAWINGS[4]}"
    done = subprocess.run(
        [chromium, *flags, "--virtual-time-budget=5000", "--dump-dom", url],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert '<output id="answer">4</output>' in done.stdout, done.stderr
