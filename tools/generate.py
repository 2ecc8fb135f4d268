"""Write what follows from the op table: typed functions, Tensor methods and the docs' op table.

    python -m tools.generate           write the files
    python -m tools.generate --check   exit 1 if they are out of date

Functions go to src/hodu/functional/_generated/FAMILY.py, methods to src/hodu/_methods.py, the
table to docs/ops.md; further public modules, such as src/hodu/linalg.py, re-export functions; which
module lowers an op goes to src/hodu/lower/_family_of.py.
"""

from __future__ import annotations

import argparse
import importlib
import subprocess
import sys
import types
from pathlib import Path

ROOT = Path(__file__).parent.parent


def _load_table() -> None:
    """Import the op table alone: `hodu` itself needs the files that are to be written."""
    package = types.ModuleType("hodu")
    package.__path__ = [str(ROOT / "src/hodu")]
    sys.modules["hodu"] = package
    importlib.import_module("hodu.ops._families")


def outputs() -> dict[Path, str]:
    """Every generated file and its text."""
    _load_table()
    from tools import (
        generate_docs,
        generate_functions,
        generate_methods,
        generate_namespaces,
        generate_rules,
    )

    texts = generate_functions.modules() | generate_methods.modules() | generate_docs.pages()
    texts |= generate_namespaces.modules() | generate_rules.modules()
    return {
        ROOT / name: _formatted(text) if name.endswith(".py") else text
        for name, text in texts.items()
    }


def _formatted(text: str) -> str:
    return _ruff(["format"], _ruff(["check", "--select", "I,RUF022", "--fix", "-q"], text))


def _ruff(arguments: list[str], text: str) -> str:
    command = [sys.executable, "-m", "ruff", *arguments, "--stdin-filename", "src/hodu/x.py", "-"]
    run = subprocess.run(command, input=text, capture_output=True, text=True, cwd=ROOT)
    if run.returncode:
        raise SystemExit(f"ruff: {run.stderr}")
    return run.stdout


def stale(files: dict[Path, str]) -> list[Path]:
    """The files whose text on disk differs, and generated ones that should be gone."""
    changed = [p for p, text in files.items() if not p.exists() or p.read_text() != text]
    on_disk = (ROOT / "src/hodu/functional").rglob("*.py")
    return changed + [p for p in on_disk if p not in files]


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="only say what is out of date")
    check = parser.parse_args().check
    files = outputs()
    for path in stale(files):
        print(f"{'out of date' if check else 'writing'}: {path.relative_to(ROOT)}")
        if check:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(files[path]) if path in files else path.unlink()
    return 1 if check and stale(files) else 0


if __name__ == "__main__":
    sys.exit(main())
