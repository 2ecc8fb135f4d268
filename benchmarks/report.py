"""Writes RESULTS.md: what the other scripts here print, with the commands that print it.

    python benchmarks/report.py [SECTION ...] [--peers PYTHON]

Runs the sections' scripts one after the other (all of them by default) and puts what each printed
into RESULTS.md, whole or not at all. Sections that were not run keep their text; each says which
revision, machine and versions its figures belong to.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import platform
import re
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "RESULTS.md"
_PACKAGES = ("numpy", "onnxruntime", "openvino", "torch", "jax", "ziglang")
_HEAD = """# Results

Written by `make bench`. Only figures that were taken in one run on one machine compare.
"""


@dataclass(frozen=True)
class Section:
    """A script and what its figures mean; `peers` says that it starts other systems."""

    title: str
    script: str
    about: str
    peers: bool = False

    def command(self, python: str) -> list[str]:
        """What prints the figures."""
        return [self.script, *(["--peers", python] if self.peers else [])]


SECTIONS = {
    "models": Section(
        "Models",
        "compiled.py",
        "Twelve models in f32 with batch 1, each system in a process of its own, in turns.",
        peers=True,
    ),
    "training": Section(
        "Training",
        "training.py",
        "Whole steps (forward, backward, Adam) in f32, each system in a process of its own.",
        peers=True,
    ),
    "kernels": Section(
        "Kernels",
        "kernels.py",
        "Single kernels as a share of the limits of this machine, which are measured first.",
    ),
    "calls": Section("Calls", "call_overhead.py", "What calling a compiled program costs."),
}


def machine(python: str) -> str:
    """The processor, the system and the versions of what was measured."""
    source = Path("/proc/cpuinfo")
    text = source.read_text() if source.exists() else ""
    facts = dict(re.findall(r"^(model name|cpu family|model)\s*: (.*)$", text, re.MULTILINE))
    name = facts.get("model name", platform.processor() or platform.machine())
    place = f" (family {facts['cpu family']}, model {facts['model']})" if facts else ""
    versions = ", ".join(f"{k} {v}" for k, v in found_versions(python).items())
    return f"{name}{place}, {os.cpu_count()} cores, {platform.system()}; {versions}"


def found_versions(python: str) -> dict[str, str]:
    """The packages that matter and are installed for `python`, in the order of the list."""
    if python == sys.executable:
        there = {d.metadata["Name"].lower(): d.version for d in importlib.metadata.distributions()}
    else:
        listed = subprocess.run(
            [python, "-m", "pip", "list", "--format=freeze", "--disable-pip-version-check"],
            capture_output=True,
            text=True,
            check=True,
        )
        lines = [line.partition("==") for line in listed.stdout.splitlines()]
        there = {name.lower(): version for name, _, version in lines}
    return {name: there[name] for name in _PACKAGES if name in there}


def revision() -> str:
    """The commit of the tree, marked where files differ from it."""
    described = subprocess.run(
        ["git", "-C", str(HERE), "describe", "--always", "--dirty"],
        capture_output=True,
        text=True,
        check=False,
    )
    return described.stdout.strip() or "unknown"


def text_of(section: Section, python: str) -> str:
    """Run the section's script and give its part of the page; what it prints is shown at once."""
    command = section.command(python)
    lines = []
    with subprocess.Popen(
        [sys.executable, str(HERE / command[0]), *command[1:]], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            lines.append(line)
    if not lines:
        raise SystemExit(f"{section.script} printed nothing; exit code {process.returncode}")
    shown = " ".join(["python", f"benchmarks/{command[0]}", *(["--peers PYTHON"] * section.peers)])
    return (
        f"{section.about}\n\n`{shown}` at {revision()}, {datetime.now(UTC):%Y-%m-%d}\n\n"
        f"{machine(python)}\n\n```\n{''.join(lines).rstrip()}\n```\n"
    )


def parts_of(page: str) -> dict[str, str]:
    """The sections' text by title."""
    pieces = re.split(r"^## (.+)\n\n", page, flags=re.MULTILINE)
    return dict(zip(pieces[1::2], (p.rstrip("\n") + "\n" for p in pieces[2::2]), strict=True))


def page_of(parts: dict[str, str]) -> str:
    """The whole page, in the order of `SECTIONS`."""
    titles = [s.title for s in SECTIONS.values() if s.title in parts]
    return "\n".join([_HEAD, *(f"## {title}\n\n{parts[title]}" for title in titles)])


def main() -> None:
    """Run the sections and write the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("sections", nargs="*", choices=[[], *SECTIONS], metavar="SECTION")
    parser.add_argument("--peers", default=sys.executable, help="the Python of other systems")
    options = parser.parse_args()
    for name in options.sections or SECTIONS:
        section = SECTIONS[name]
        print(f"\n{section.title}: {section.about}", flush=True)
        parts = parts_of(RESULTS.read_text()) if RESULTS.exists() else {}
        parts[section.title] = text_of(section, options.peers)
        written = RESULTS.with_suffix(".new")
        written.write_text(page_of(parts))
        written.replace(RESULTS)


if __name__ == "__main__":
    main()
