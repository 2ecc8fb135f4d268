"""A page that classifies digits drawn with the mouse: one file, without a server.

    python examples/digits_page.py --out digits.html

It holds the model of `hodu demo`, built for WebAssembly, and the loader that `hodu build` writes
beside every .wasm file.
"""

from __future__ import annotations

import argparse
import base64
import tempfile
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import hodu

TEMPLATE = Path(__file__).with_name("digits_page.html")
MODEL = files("hodu") / "assets" / "digits.onnx"


def page(folder: Path) -> str:
    """The text of the page; `folder` is for the files that are built on the way."""
    snapshot = hodu.load(str(MODEL), dims={"batch": 1})
    hodu.build(snapshot, folder / "digits.wasm")
    loader = (folder / "hodu.mjs").read_text("utf-8").replace("export ", "")
    model = base64.b64encode((folder / "digits.wasm").read_bytes()).decode()
    text = TEMPLATE.read_text("utf-8")
    return text.replace("/* LOADER */", loader).replace('"MODEL"', f'"{model}"')


def main(argv: Sequence[str] | None = None) -> Path:
    """Write the page; returns its path."""
    parser = argparse.ArgumentParser(description="Write a page that reads digits drawn on it.")
    parser.add_argument("--out", type=Path, default=Path("digits.html"), help="file to write")
    out: Path = parser.parse_args(argv).out
    with tempfile.TemporaryDirectory() as folder:
        out.write_text(page(Path(folder)), "utf-8")
    print(f"wrote {out}: open it in a browser")
    return out


if __name__ == "__main__":
    main()
