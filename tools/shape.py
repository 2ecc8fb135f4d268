"""Print the three figures of the code's shape: median file, median and 90th-percentile function.

    python -m tools.shape [--longest N]

Generated files do not count.
"""

from __future__ import annotations

import argparse
import ast
import statistics
from pathlib import Path

SOURCE = Path(__file__).parent.parent / "src"


def is_generated(path: Path) -> bool:
    """Whether tools/generate.py wrote the file."""
    return "Generated from the op table" in path.read_text()[:300]


def measure() -> tuple[dict[str, int], dict[str, int]]:
    """Lines by file, and lines by function (named file:line name)."""
    files: dict[str, int] = {}
    functions: dict[str, int] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        if is_generated(path):
            continue
        name = str(path.relative_to(SOURCE))
        text = path.read_text()
        files[name] = text.count("\n")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                functions[f"{name}:{node.lineno} {node.name}"] = lines
    return files, functions


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--longest", type=int, default=0, help="also list the N longest of each")
    count = parser.parse_args().longest
    files, functions = measure()
    lengths = sorted(functions.values())
    print(
        f"{len(files)} files, {sum(files.values())} lines; median file "
        f"{statistics.median(files.values()):.0f} lines; function: median "
        f"{statistics.median(lengths):.0f}, 90th percentile {lengths[int(0.9 * len(lengths))]}"
    )
    for table in (files, functions):
        for name, lines in sorted(table.items(), key=lambda e: -e[1])[:count]:
            print(f"{lines:6} {name}")


if __name__ == "__main__":
    main()
