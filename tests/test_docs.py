"""Every example in the documents runs.

Blocks marked `python` run in order, in one namespace a document. Blocks marked `console` hold
commands after `$ ` and what they print, in which `...` stands for anything.
"""

from __future__ import annotations

import fnmatch
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
_BLOCK = re.compile(r"^```(python|console)\n(.*?)^```", re.DOTALL | re.MULTILINE)


def blocks(document: Path, language: str) -> list[str]:
    """The blocks of a language, in order."""
    return [text for kind, text in _BLOCK.findall(document.read_text()) if kind == language]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda p: p.name)
def test_python_examples(document: Path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, object] = {"__name__": "example"}
    for number, block in enumerate(blocks(document, "python")):
        exec(compile(block, f"{document.name}, block {number}", "exec"), namespace)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda p: p.name)
def test_console_examples(document: Path, tmp_path):
    for asset in (ROOT / "src/hodu/assets").iterdir():
        (tmp_path / asset.name).write_bytes(asset.read_bytes())
    for block in blocks(document, "console"):
        for command, expected in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE):
            check(command, expected, tmp_path)


def check(command: str, expected: str, folder: Path) -> None:
    """Run one command and compare what it prints."""
    words = shlex.split(command)
    if words[0] not in ("hodu", "grep") and not words[0].startswith("./"):
        return
    env = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    run = subprocess.run(
        command, shell=True, cwd=folder, env=env, capture_output=True, text=True, timeout=120
    )
    assert run.returncode == 0, run.stderr
    pattern = expected.strip().replace("[", "[[]").replace("...", "*")
    assert fnmatch.fnmatchcase((run.stdout + run.stderr).strip(), pattern), run.stdout + run.stderr
